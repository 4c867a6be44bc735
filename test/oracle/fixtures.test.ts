import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../server/src/engine.ts';
import { createEngine } from '../rules/engine.ts';
import { readFixture, rewritten } from './fixtures.ts';
import { compare, expectationOf } from './judge.ts';
import { observe } from './observe.ts';
import { analyse, explain } from './oracle.ts';
import { print } from './print.ts';

const KEPT = join(import.meta.dirname, 'kept');
const fixtures = readdirSync(KEPT).map(name => readFixture(readFileSync(join(KEPT, name), 'utf8')));
/** `UPDATE_FIXTURES=1` writes what the runs ask for now; read the difference before it is committed. */
const isUpdating = process.env.UPDATE_FIXTURES === '1';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});

test.each(fixtures.map(each => [`${each.seed}: was ${each.was}`, each] as const))('%s', (_, fixture) => {
  const { program, expected, text } = fixture;
  expect(print(program).split('\n')).toEqual(text);
  const observed = observe(program);
  if (isUpdating) writeFileSync(join(KEPT, `${fixture.seed}.json`), rewritten(fixture, observed!));
  else expect(observed && expectationOf(observed)).toEqual(expected);
  const disagreements = compare(observed!, analyse(engine, program));
  if (disagreements.length > 0) throw new Error(explain(engine, program));
});
