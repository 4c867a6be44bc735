/** Every bound of the analysis, with its reason. Hitting one is visible: the function is listed as not analysed. */
export const LIMITS = {
  /** States kept apart at one block; further ones are left out, and the function is listed with that. Sixteen is what most functions need; three sets that are taken in loops, each with its own unwind, need some hundred and twenty. Over 24 that takes a seventh more time on the acquiring files of 6.12, and leaves no path of theirs out. */
  statesPerBlock: 192,
  /** Visits of one block before its merged values lose their bounds: loops settle in three or four. */
  visitsBeforeWidening: 4,
  /** How many times longer other blocks than loop heads keep their bounds. */
  wideningElsewhere: 2,
  /** Visits of one block after which the function is given up. */
  visitsPerBlock: 60,
  /** Instructions executed abstractly for one function that acquires, callees included: a second or two. */
  stepsPerRoot: 6_000,
  /** The same for a caller of such a function. */
  stepsPerCallingRoot: 2_500,
  /** The same for a function that only builds, asks or releases. */
  stepsPerTouchingRoot: 1_000,
  /** The same for a function of another file that only shows what is done with the same members. */
  stepsPerEvidence: 1_200,
  /** How much of that a second attempt may take, which leaves long callees and those of other files out. */
  secondAttempt: 0.5,
  /** Beyond so many steps callees that acquire nothing are taken by convention. */
  stepsBeforeConvention: 2_000,
  /** How many callers up from an acquisition are analysed as roots: the helper and its users. */
  callerSteps: 1,
  /** Depth of same-file callees analysed in their caller's context. */
  calleeDepth: 4,
  /** Instructions that the analysis of a callee by itself took, beyond which its callers take it by convention: several states of theirs reach it. */
  stepsPerCallee: 600,
  /** The same in a second attempt at a function for which the first took too much. */
  stepsPerCalleeOfLong: 100,
  /** Blocks of a callee beyond which it is taken by convention instead. */
  calleeBlocks: 250,
  /** Instructions executed for one function that ends what a function has begun. */
  stepsOfCallback: 600,
  /** Exits of a function from which such functions are followed. */
  exitsWithCallbacks: 12,
  /** Blocks of a root function beyond which it is not analysed. */
  rootBlocks: 3_000,
  /** Callees that may have kept one thing; past these, it is taken as kept. */
  keepers: 4,
  /** Numeric facts kept in one state. */
  facts: 192,
  /** Instructions executed to find one path that shows a finding; past these, only its ends are shown, or nothing is said. */
  replaySteps: 2_000,
  /** The same in one callee that is given the pages; then the search goes on with what it has returned so far. */
  replayStepsOfCallee: 300,
  /** Outcomes of one callee that are followed on the way to a finding. */
  replayExits: 8,
  /** The same of one that takes the pages: its failures come first, and are not what is looked for. */
  replayExitsOfAcquirer: 48,
  /** Single paths followed through one block among those that agree on what is held there. */
  replayStatesPerBlock: 16,
  /** Turns of a counting loop that are gone through one by one on the way to a finding. */
  replayTurns: 3,
  /** Turns of any loop after which the search for a leak is given up: what seems left only then is a sum too long to follow. */
  replayTurnsOfLeak: 20,
  /** Steps of a finding's path that are shown. */
  pathSteps: 24,
} as const;
