import type { Profile } from './oracle.ts';

/** The shapes on which runs and analysis must agree today. `npm run oracle` makes all shapes and shows where they do not. */
export const AGREED: Profile = {
  without: [
    // Loops whose end is one off, where another number tells how many pages there are.
    'turns:break + mutation:compareWrongly',
    'shape:extract + mutation:compareWrongly',
    'call:takes over + mutation:compareWrongly',
    // Pages taken turn by turn where nobody looks at the answers, or where an unsigned index meets a signed count.
    'shape:turns + mutation:forgetTest',
    'shape:turns + mutation:unguard',
    'shape:turns + mutation:unsigned',
    'shape:turns + mutation:startLate',
    // A page count made of the error code of an extraction.
    'shape:extract + mutation:forgetTest',
    'shape:extract + mutation:unguard',
    // A count that was made smaller and then released again: how many pages are dropped twice is a matter of numbers.
    'mutation:countWrongly + mutation:releaseTwice',
    // Only the callers of a function that acquires are gone through, not theirs (`callerSteps`).
    'acquires:two calls down',
    // Pages that are left behind in each turn, at both ends of what is released: too many states (`statesPerBlock`).
    'shape:served in batches + mutation:startLate',
    // A loop over one page more than the bytes of an extraction cover.
    'shape:extract + mutation:countWrongly',
    // One page more than several stretches of one array hold together.
    'shape:turns + mutation:countWrongly',
    'shape:batches + mutation:countWrongly',
    'shape:served in batches + mutation:countWrongly',
    // What a caller keeps in the other slots of its array.
    'array:caller + mutation:countWrongly',
    // An unsigned index never falls below zero.
    'release:countdown + mutation:unsigned',
  ],
  tolerated: [],
};
