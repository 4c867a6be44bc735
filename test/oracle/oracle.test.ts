import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../server/src/engine.ts';
import { createEngine } from '../rules/engine.ts';
import {
  assign,
  call,
  declare,
  type Expression,
  evaluate,
  give,
  number,
  type Program,
  type Statement,
  variable,
  when,
} from './ast.ts';
import { misbehaves } from './judge.ts';
import { observe } from './observe.ts';
import { type Case, explain, minimal, shareOfMisbehaving, summaryOf, tryCase } from './oracle.ts';
import { print } from './print.ts';
import { AGREED, LEFT_OUT } from './profile.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});

function casesFrom(seed: number, count: number): Case[] {
  const cases: Case[] = [];
  for (let at = seed; cases.length < count; at++) {
    const one = tryCase(engine, at, AGREED);
    if (one) cases.push(one);
  }
  return cases;
}

describe('what the runs show is what is found', () => {
  test.each([1, 1_000_000])('programs from seed %i on', seed => {
    const cases = casesFrom(seed, 100);
    const wrong = cases.find(each => each.disagreements.length > 0);
    if (wrong) throw new Error(`seed ${wrong.seed}\n${explain(engine, minimal(engine, wrong))}`);
    expect(shareOfMisbehaving(cases.map(summaryOf))).toBeGreaterThanOrEqual(0.4);
  });
});

test('what is left out stands in the documentation', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/oracle.md'), 'utf8');
  for (const { features, because } of LEFT_OUT) expect(text).toContain(`| \`${features}\` | ${because} |`);
});

/** One function that pins some pages into an array on the stack, then does `rest`. */
function pins(count: Expression, ...rest: readonly Statement[]): Program {
  const take = call('pin_user_pages_fast', variable('addr'), count, number(0), variable('pages'));
  const body: Statement[] = [
    { kind: 'declare', type: 'struct page *[]', name: 'pages', length: 8 },
    declare('int', 'got'),
    assign(variable('got'), take),
    ...rest,
  ];
  const parameters = [
    { type: 'unsigned long', name: 'addr' },
    { type: 'int', name: 'nr' },
  ] as const;
  return {
    era: 'will-pin',
    functions: [{ name: 'f', isStatic: false, returns: 'int', parameters, body }],
    features: [],
  };
}

const pinsTwo = (...rest: readonly Statement[]): Program => pins(number(2), ...rest);

const isShort = { kind: 'binary', operator: '<', left: variable('got'), right: number(2) } as const;
const isError = { ...isShort, right: number(0) };
const all = evaluate('unpin_user_pages', variable('pages'), variable('got'));

describe('the runs themselves', () => {
  const wrongs = (program: Program): string[] =>
    [...new Set([...(observe(program)?.seen.values() ?? [])].map(each => each.wrong))].sort();

  test('a release of what was obtained is right', () => {
    const program = pinsTwo(when(isError, [give(variable('got'))]), all, give(number(0)));
    expect(observe(program)).toBeDefined();
    expect(wrongs(program)).toEqual([]);
  });

  test('a short pin that is not released leaks', () => {
    const program = pinsTwo(when(isShort, [give(number(-1))]), all, give(number(0)));
    expect(wrongs(program)).toEqual(['leak']);
    expect(misbehaves(observe(program)!)).toBe(true);
  });

  test('a pin that is put is a mismatch, once for a call', () => {
    const put = evaluate('release_pages', variable('pages'), variable('got'));
    expect(wrongs(pinsTwo(when(isError, [give(variable('got'))]), put, give(number(0))))).toEqual([
      'mismatch',
    ]);
  });

  test('a release of the number asked for reaches slots that were not obtained', () => {
    const two = evaluate('unpin_user_pages', variable('pages'), number(2));
    const program = pinsTwo(when(isError, [give(variable('got'))]), two, give(number(0)));
    expect(wrongs(program)).toEqual(['not-obtained']);
  });

  test('a second release of the same pages is seen', () => {
    const program = pinsTwo(
      when(isError, [give(variable('got'))]),
      all,
      structuredClone(all),
      give(number(0)),
    );
    expect(wrongs(program)).toEqual(['double']);
  });

  test('programs without meaning, and such as no run reaches whole, are not judged', () => {
    expect(observe(pinsTwo(all))).toBeUndefined();
    expect(observe(pinsTwo(all, give(variable('other'))))).toBeUndefined();
    expect(observe(pinsTwo(give(number(0)), all, give(number(0))))).toBeUndefined();
  });

  test('what is reached only behind a call for no pages is reached by no run', () => {
    const isSome = { ...isShort, operator: '!=', right: number(0) } as const;
    const unlessNone = (count: Expression): Program =>
      pins(count, when(isSome, [give(number(-1))]), all, give(number(0)));
    expect(observe(unlessNone(variable('nr')))).toBeUndefined();
    const program = pins(variable('nr'), when(isError, [give(variable('got'))]), all, give(number(0)));
    expect(observe(program)).toBeDefined();
  });

  test('it is printed as C', () => {
    const text = print(pinsTwo(when(isError, [give(variable('got'))]), all, give(number(0))));
    expect(text).toBe(
      [
        'int f(unsigned long addr, int nr)',
        '{',
        '\tstruct page *pages[8];',
        '\tint got;',
        '',
        '\tgot = pin_user_pages_fast(addr, 2, 0, pages);',
        '\tif (got < 0)',
        '\t\treturn got;',
        '\tunpin_user_pages(pages, got);',
        '\treturn 0;',
        '}',
        '',
      ].join('\n'),
    );
  });
});
