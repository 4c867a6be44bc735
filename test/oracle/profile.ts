import type { Profile } from './oracle.ts';

/** The shapes on which runs and analysis must agree today. `npm run oracle` makes all shapes and shows where they do not. */
export const AGREED: Profile = {
  without: [
    // A wrong number as count: partial losses are not told.
    'mutation:countWrongly',
    // Loops whose end is one off, where another number tells how many pages there are.
    'turns:break + mutation:compareWrongly',
    'shape:extract + mutation:compareWrongly',
    'call:takes over + mutation:compareWrongly',
    // Pages taken turn by turn where nobody looks at the answers, or where an unsigned index meets a signed count.
    'shape:turns + mutation:forgetTest',
    'shape:turns + mutation:unsigned',
    // Three sets at once: too many states.
    'acquisitions:3',
  ],
  // The release of what a failed call never stored: of single pages, and in loops with a negative count.
  tolerated: ['nothing-obtained'],
};
