// Programs from the system's package manager.
import { spawnSync } from 'node:child_process';

/** Path of a program on PATH, or undefined. */
export const whereIs = name => {
  const { status, stdout } = spawnSync('which', [name], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/**
 * Path of a program, which is installed with apt-get where it is absent and the user may do that.
 * Throws where it cannot be had.
 * @param name the program; @param packageName its Debian package
 */
export function ensureProgram(name, packageName = name) {
  const found = whereIs(name);
  if (found) return found;
  if (process.getuid?.() !== 0 || !whereIs('apt-get'))
    throw new Error(`${name} is not installed; as root: apt-get install ${packageName}`);
  console.log(`installing ${packageName}`);
  const aptGet = (...args) =>
    spawnSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  if (aptGet('install', '-y', '--no-install-recommends', packageName).status !== 0) {
    aptGet('update');
    aptGet('install', '-y', '--no-install-recommends', packageName);
  }
  const installed = whereIs(name);
  if (!installed) throw new Error(`apt-get could not install ${packageName}`);
  return installed;
}
