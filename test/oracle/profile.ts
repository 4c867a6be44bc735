import type { Profile } from './oracle.ts';

/** What generated programs leave out, because the analysis is not meant to see it; `docs/oracle.md` lists the same. */
export interface LeftOut {
  /** 'a + b' means programs that have both, 'a + b + c' all three. */
  readonly features: string;
  readonly because: string;
}

const UNASKED_TURNS = 'a page a turn, and nobody looks at the answers, or looks for another one';

const BEHIND_FIRST =
  'some of the pages behind the first, of which there may be none: what is left of them is a matter of numbers';
const UNSCHEDULED =
  'a work item that is set up and never scheduled: whoever is given an object and reports nothing may keep it';

export const LEFT_OUT: readonly LeftOut[] = [
  {
    features: 'shape:extract + mutation:compareWrongly',
    because: 'an end that is one off, where another number tells how many pages there are',
  },
  { features: 'shape:turns + mutation:forgetTest', because: UNASKED_TURNS },
  { features: 'shape:turns + mutation:compareWrongly', because: UNASKED_TURNS },
  {
    features: 'shape:turns + mutation:stopEarly',
    because: 'a page a turn, fewer turns than planned, and the planned number released',
  },
  {
    features: 'shape:turns + mutation:startLate',
    because: 'the slot before the first that a loop fills',
  },
  {
    features: 'mutation:countWrongly + mutation:releaseTwice',
    because:
      'a smaller number first, and all of them again: how many are dropped twice is a matter of numbers',
  },
  {
    features: 'acquires:two calls down',
    because: 'a caller of callers of what acquires is no root (`callerSteps`)',
  },
  {
    features: 'shape:batches + mutation:unsigned + mutation:forget',
    because: 'an error code in an unsigned sum of counts: overflow is not followed',
  },
  {
    features: 'shape:extract + mutation:countWrongly',
    because: 'a loop over one page more than the bytes of an extraction cover',
  },
  {
    features: 'shape:batches + mutation:countWrongly',
    because: 'on a single path three turns of a loop share two names: a sum over them is not known',
  },
  {
    features: 'shape:served in batches + mutation:countWrongly',
    because: 'one page more than several stretches of one array hold together',
  },
  {
    features: 'shape:batches + mutation:releaseTwice',
    because: 'which of several stretches of one array a page belonged to when it was released before',
  },
  {
    features: 'array:caller + mutation:countWrongly',
    because: 'what a caller keeps in the other slots of its array',
  },
  { features: 'shape:head first + mutation:countWrongly', because: BEHIND_FIRST },
  { features: 'shape:head first + mutation:releaseTwice', because: BEHIND_FIRST },
  { features: 'shape:head first + mutation:forget', because: BEHIND_FIRST },
  { features: 'submits:as work + mutation:forget', because: UNSCHEDULED },
  { features: 'submits:as work + mutation:leaveEarly', because: UNSCHEDULED },
  {
    features: 'forgets:index',
    because: 'a loop that goes on with the number of other pages: nothing relates the two',
  },
  {
    features: 'release:countdown + mutation:unsigned',
    because: 'an unsigned index never falls below zero: overflow is not followed',
  },
];

/** The programs on which runs and analysis must agree; `npm run oracle -- --all` makes all of them. */
export const AGREED: Profile = { without: LEFT_OUT.map(each => each.features) };
