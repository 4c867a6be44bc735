import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CALL_FIELDS } from './fields.ts';
import { REPLAYED } from './replay.ts';

const folder = fileURLToPath(new URL('../../tools/recorder/', import.meta.url));
const read = (file: string): string => readFileSync(folder + file, 'utf8');
const files = readdirSync(folder);

/** Whether a program is there to be run. */
function present(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the recorder', () => {
  it.each(files.filter(file => file !== 'README.md'))('%s says its licence', file => {
    expect(read(file).split('\n').slice(0, 2).join('\n')).toContain('SPDX-License-Identifier: GPL-2.0');
  });

  it('names the functions that are replayed, and no other', () => {
    const list = /fnn\[\] = \{([^}]*)\}/.exec(read('init.c'))?.[1] ?? '';
    const names = [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name);
    expect(names.toSorted()).toEqual([...REPLAYED].toSorted());
  });

  it('writes the fields that are compared', () => {
    const text = read('init.c');
    const fields = new Set(
      Object.keys(CALL_FIELDS).flatMap(path => path.split('.').map(part => part.replace('[]', ''))),
    );
    // The phases and positions are written through a table of their names.
    const missing = [...fields].filter(
      field => !text.includes(`\\"${field}\\"`) && !text.includes(`"${field}"`),
    );
    expect(missing).toEqual([]);
  });

  it.skipIf(!present('bash'))(
    'has scripts without errors of syntax, and with a word for who forgets a variable',
    () => {
      for (const script of files.filter(file => file.endsWith('.sh'))) {
        execFileSync('bash', ['-n', folder + script]);
        expect(() =>
          execFileSync('bash', [folder + script], { stdio: 'pipe', env: { PATH: process.env.PATH } }),
        ).toThrow(/usage/);
      }
    },
  );

  it.skipIf(!present('gcc'))('has an init that compiles', () => {
    const flags = ['-fsyntax-only', '-Wall', '-Werror', '-Wno-unused', '-Wno-misleading-indentation'];
    execFileSync('gcc', [...flags, `${folder}init.c`], { stdio: 'pipe' });
  });
});
