import type { Program } from './ast.ts';
import { type Disagreement, type Expectation, expectationOf } from './judge.ts';
import type { Observed } from './observe.ts';
import { print } from './print.ts';

/** A small program on which runs and analysis once disagreed. */
export interface Fixture {
  readonly seed: number;
  /** What was wrong then. */
  readonly was: string;
  /** What its runs ask of the findings. */
  readonly expected: Expectation;
  /** The program as C, one line a string; what is run is `program`. */
  readonly text: readonly string[];
  readonly program: Program;
}

const BIGINT = 'n';

/** The program as the text of a data file. */
export function fixtureOf(
  seed: number,
  { kind, rule }: Disagreement,
  program: Program,
  observed: Observed,
): string {
  const fixture: Fixture = {
    seed,
    was: `${kind} ${rule}`,
    expected: expectationOf(observed),
    text: print(program).split('\n'),
    program,
  };
  return textOf(fixture);
}

/** The same with what its runs ask for now. */
export const rewritten = (fixture: Fixture, observed: Observed): string =>
  textOf({ ...fixture, expected: expectationOf(observed) });

function textOf(fixture: Fixture): string {
  const text = JSON.stringify(fixture, (_, value: unknown) =>
    typeof value === 'bigint' ? { [BIGINT]: value.toString() } : value,
  );
  return `${text}\n`;
}

export function readFixture(text: string): Fixture {
  const isNumber = (value: unknown): value is Record<typeof BIGINT, string> =>
    typeof value === 'object' && value !== null && BIGINT in value;
  return JSON.parse(text, (_, value: unknown) =>
    isNumber(value) ? BigInt(value[BIGINT]) : value,
  ) as Fixture;
}
