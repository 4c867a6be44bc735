// Brings a checkout into the state in which it can run. Only what Node itself brings may be imported here.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const OLDEST_NODE = 20;
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command in the checkout, its output shown; returns its exit status. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: command.endsWith('.cmd'),
    ...options,
  });
  if (done.error) console.error(`${command}: ${done.error.message}`);
  return done.status ?? 1;
}

/** Ends the process with one line where Node is too old. */
export function requireNode() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return;
  console.error(`Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}.`);
  process.exit(2);
}

/** Installs the packages that the lock file names, unless that was done. Returns the exit status. */
export function install() {
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return 0;
  if (existsSync(installed) && sameVersions(lock, installed)) {
    // The lock file was only touched, by a checkout for example.
    utimesSync(installed, new Date(), new Date());
    return 0;
  }
  console.log('Installing packages (npm ci) …');
  return run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}

function sameVersions(lock, installed) {
  const versions = file => JSON.parse(readFileSync(file, 'utf8')).packages;
  try {
    const wanted = versions(lock);
    const present = versions(installed);
    const isMissing = ([path, entry]) =>
      path !== '' && !entry.optional && present[path]?.version !== entry.version;
    return !Object.entries(wanted).some(isMissing);
  } catch {
    return false;
  }
}

/** Builds dist/ where it is out of date. Returns the exit status. */
export function buildBundles() {
  return run(process.execPath, ['scripts/build.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
