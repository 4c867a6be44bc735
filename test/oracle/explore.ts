/** Questions of one run: with more of them there are more runs than anybody waits for. */
const QUESTION_LIMIT = 40;

/** Answers the questions that a run leaves to the world around it: how much is mapped, what fails, what is passed in. */
export class Choices {
  private readonly taken: { readonly options: number; readonly choice: number; readonly text: string }[] = [];

  constructor(private readonly plan: readonly number[]) {}

  /** One of the options: as planned, the first where this run goes beyond the plan. */
  choose<T>(question: string, options: readonly T[]): T {
    const choice = this.plan[this.taken.length] ?? 0;
    const answer = options[choice]!;
    this.taken.push({ options: options.length, choice, text: `${question}: ${answer}` });
    return answer;
  }

  get areTooMany(): boolean {
    return this.taken.length > QUESTION_LIMIT;
  }

  /** What was asked and answered, in order. */
  describe(): string {
    return this.taken.map(({ text }) => text).join(', ');
  }

  /** The plan of the next run, depth first; undefined after the last. */
  next(): number[] | undefined {
    for (let at = this.taken.length - 1; at >= 0; at--) {
      const { options, choice } = this.taken[at]!;
      if (choice + 1 < options) return [...this.taken.slice(0, at).map(each => each.choice), choice + 1];
    }
    return undefined;
  }
}

/**
 * Runs once for each way the world may answer.
 * @param limit runs after which the rest is left out.
 * @returns whether all ways were run.
 */
export function explore(run: (choices: Choices) => void, limit: number): boolean {
  let plan: number[] | undefined = [];
  for (let runs = 0; plan; runs++) {
    if (runs >= limit) return false;
    const choices = new Choices(plan);
    run(choices);
    if (choices.areTooMany) return false;
    plan = choices.next();
  }
  return true;
}
