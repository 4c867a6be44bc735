import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const source = join(__dirname, '../../server/src');

/** From left to right: a room imports only rooms to its left; those in one element do not know each other. */
const ORDER = [
  ['base'],
  ['semantics'],
  ['syntax'],
  ['program'],
  ['analysis'],
  ['rules'],
  ['report'],
  ['engine'],
  ['host'],
  ['lsp', 'cli'],
];

/** Rooms that know neither the editor nor Node: they also run in a browser's worker. */
const PURE = ORDER.slice(
  0,
  ORDER.findIndex(rooms => rooms.includes('host')),
).flat();

interface Import {
  /** Path of the importing file, relative to server/src. */
  readonly file: string;
  readonly room: string;
  readonly specifier: string;
}

const roomOf = (path: string): string => relative(source, path).split('/')[0]!.replace(/\.ts$/, '');
const rankOf = (room: string): number => ORDER.findIndex(rooms => rooms.includes(room));

/** The modules that a text imports: `import … from 'x'`, `import 'x'`, `import('x')`, `require('x')`, `export … from 'x'`. */
function specifiersOf(text: string): string[] {
  const pattern = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*['"]([^'"\n]+)['"]/g;
  return [...text.matchAll(pattern)].map(match => match[1]!);
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
const imports: Import[] = files.flatMap(file =>
  specifiersOf(readFileSync(join(source, file), 'utf8')).map(specifier => ({
    file,
    room: roomOf(join(source, file)),
    specifier,
  })),
);

/** The room that a relative import leads to. */
function targetOf({ file, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return roomOf(resolve(source, dirname(file), specifier));
}

const show = (some: readonly Import[]) => some.map(each => `${each.file} imports ${each.specifier}`);

test('every file lies in a room', () => {
  expect(files.filter(file => rankOf(roomOf(join(source, file))) < 0)).toEqual([]);
  expect(imports.length).toBeGreaterThan(100);
});

test('a room imports only rooms to its left', () => {
  const wrong = imports.filter(each => {
    const target = targetOf(each);
    if (target === undefined || target === each.room || target === '..') return false;
    return rankOf(target) < 0 || rankOf(target) >= rankOf(each.room);
  });
  expect(show(wrong)).toEqual([]);
});

test('semantics knows neither syntax nor program', () => {
  const wrong = imports.filter(
    each => each.room === 'semantics' && ['syntax', 'program'].includes(targetOf(each) ?? ''),
  );
  expect(show(wrong)).toEqual([]);
});

test('nothing but package.json is imported from outside', () => {
  const outside = imports.filter(each => targetOf(each) === '..');
  expect(outside.filter(each => !each.specifier.endsWith('/package.json')).map(each => each.file)).toEqual(
    [],
  );
});

test('base … engine import neither vscode nor node', () => {
  const wrong = imports.filter(each => PURE.includes(each.room) && /^(?:node:|vscode)/.test(each.specifier));
  expect(show(wrong)).toEqual([]);
});

test('only lsp knows the protocol, only cli the command line', () => {
  const wrong = imports.filter(
    each =>
      (/^vscode/.test(each.specifier) && each.room !== 'lsp') ||
      (/^commander/.test(each.specifier) && each.room !== 'cli'),
  );
  expect(show(wrong)).toEqual([]);
});

test('the extension talks to the server only through the protocol', () => {
  const client = join(source, '../../client/src');
  const wrong = readdirSync(client, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .filter(name =>
      specifiersOf(readFileSync(join(client, name), 'utf8')).some(each => each.includes('server/src')),
    );
  expect(wrong).toEqual([]);
});

test('imports are found in all their forms', () => {
  const text = `import a from 'one'; import 'two'; import('three'); require("four"); export * from './five.ts';`;
  expect(specifiersOf(text)).toEqual(['one', 'two', 'three', 'four', './five.ts']);
});
