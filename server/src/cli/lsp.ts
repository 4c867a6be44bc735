import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { EXIT } from './failure.ts';

/** Runs the language server on this process's standard input and output until it ends. Returns its exit status. */
export function lsp(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = spawn(process.execPath, [join(__dirname, 'server.js'), '--stdio'], { stdio: 'inherit' });
    server.on('error', reject);
    server.on('exit', code => resolve(code ?? EXIT.failed));
  });
}
