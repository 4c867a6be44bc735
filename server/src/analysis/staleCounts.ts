import {
  type CallInstruction,
  callsOf,
  type Expression,
  type FunctionModel,
  type Program,
  type Variable,
} from '../program/model.ts';
import type { Fault } from './context.ts';
import { locationsOf } from './locations.ts';
import type { MemberKey } from './memberKeys.ts';
import type { MemberRelease, Members } from './members.ts';
import { variableIn } from './variables.ts';

/** A function, and which of its parameters leads to the object. */
interface Part {
  readonly model: FunctionModel;
  readonly parameter: number;
}

/**
 * Releases that go by a count beside the pages and leave it as it is, though the same object is filled again: where the
 * count goes on from there, or filling fails, what was released is released once more. It rests on the order of calls,
 * whatever the path: every fault is a guess.
 */
export function judgeStaleCounts(program: Program, members: Members): Fault[] {
  const faults = new Map<number, Fault>();
  for (const [key, releases] of members.releases)
    for (const release of releases) {
      const { countedBy, frame, hold } = release;
      if (!countedBy || frame.parent || (hold !== 'pin' && hold !== 'get')) continue;
      const refilling = new Emptied(program, members, key, release, countedBy).refilledIn();
      if (refilling) faults.set(release.span.start, faultOf(release, countedBy, refilling));
    }
  return [...faults.values()];
}

/** An object whose pages a function releases. */
class Emptied {
  /** The members that tell whether there is something to release. */
  private readonly telling: ReadonlySet<MemberKey>;

  constructor(
    private readonly program: Program,
    private readonly members: Members,
    private readonly key: MemberKey,
    private readonly release: MemberRelease,
    private readonly count: MemberKey,
  ) {
    this.telling = new Set([key, count, ...release.guards.keys()]);
  }

  /** The function that lets the object be emptied and filled again, and leaves the count between. */
  refilledIn(): FunctionModel | undefined {
    const { frame, span } = this.release;
    const first = this.partOf(frame.function, span.start);
    if (!first) return;
    const emptying = this.withCallers([first]);
    const fillers = this.fillers();
    if (fillers.length === 0 || !this.isTakenUp(fillers, emptying)) return;
    const filling = new Set(fillers);
    return [...this.program.functions.values()].find(
      model => !filling.has(model) && this.refills(model, emptying, filling),
    );
  }

  private fillers(): FunctionModel[] {
    const found = this.members.stores.filter(each => each.key === this.key);
    const models = new Set(found.map(each => each.acquisition.frame.function));
    return [...models].filter(model => model !== this.release.frame.function);
  }

  /** The count goes on from what it was; or it is asked before a release, and several functions let the object be emptied. */
  private isTakenUp(fillers: readonly FunctionModel[], emptying: readonly Part[]): boolean {
    if (fillers.some(model => this.goesOn(model))) return true;
    const last = emptying.map(each => each.model);
    return this.release.guards.get(this.count) === true && this.callersOf(last).length > 1;
  }

  private goesOn(model: FunctionModel): boolean {
    return model.blocks.some(({ instructions }) =>
      instructions.some(
        each =>
          each.kind === 'assign' &&
          locationsOf(model, each.place).includes(this.count) &&
          locationsOf(model, each.value).includes(this.count),
      ),
    );
  }

  private refills(
    model: FunctionModel,
    emptying: readonly Part[],
    filling: ReadonlySet<FunctionModel>,
  ): boolean {
    if (this.tells(model)) return false;
    const calls = callsOf(model);
    const isFilling = ({ callee }: CallInstruction): boolean =>
      callee !== undefined && filling.has(this.program.functions.get(callee)!);
    return calls.some(call => {
      const object = originOf(model, objectGiven(call, emptying));
      return calls.some(
        each => object && isFilling(each) && isAfter(each, call) && givesTo(each, model, object),
      );
    });
  }

  /** The functions that do nothing behind the call but to return, and give it an object that they were given. */
  private withCallers(parts: Part[]): Part[] {
    for (const { model } of parts)
      for (const caller of this.callersOf([model])) {
        const call = callsOf(caller).find(each => objectGiven(each, parts));
        const part = call && caller.isStatic ? this.partOf(caller, call.calleeSpan.start) : undefined;
        if (part && !parts.some(each => each.model === caller)) parts.push(part);
      }
    return parts;
  }

  /** The parameter that leads to the object which the call at an offset is given, where nobody gets it behind that call. */
  private partOf(model: FunctionModel, at: number): Part | undefined {
    const calls = callsOf(model);
    const call = calls.find(each => each.calleeSpan.start === at);
    if (!call || this.tells(model)) return;
    const given = call.arguments
      .map(each => originOf(model, variableIn(each)))
      .filter(each => each !== undefined);
    const parameter = model.parameters.findIndex(each => given.includes(each));
    const object = model.parameters[parameter];
    const isGivenLater = calls.some(each => isAfter(each, call) && givesTo(each, model, object));
    return object && !isGivenLater ? { model, parameter } : undefined;
  }

  /** Whether a function sets what tells that there are pages. */
  private tells(model: FunctionModel): boolean {
    return model.blocks.some(({ instructions }) =>
      instructions.some(
        each =>
          (each.kind === 'assign' || each.kind === 'zero') &&
          locationsOf(model, each.place).some(location => this.telling.has(location)),
      ),
    );
  }

  private callersOf(models: readonly FunctionModel[]): FunctionModel[] {
    const names = new Set(models.flatMap(({ name }) => this.program.callers.get(name) ?? []));
    return [...names].map(name => this.program.functions.get(name)).filter(each => each !== undefined);
  }
}

const isAfter = (later: CallInstruction, earlier: CallInstruction): boolean =>
  later.span.start > earlier.span.start;

/** The variable that a call gives to a function which empties what that leads to. */
function objectGiven(call: CallInstruction, emptying: readonly Part[]): Variable | undefined {
  const part = emptying.find(({ model }) => model.name === call.callee);
  return part && variableIn(call.arguments[part.parameter]);
}

const givesTo = (
  { arguments: given }: CallInstruction,
  model: FunctionModel,
  object: Variable | undefined,
): boolean => given.some(each => originOf(model, leadsInto(each)) === object);

/** The variable to whose object, or into it, a pointer leads; undefined for a value that lies in an object. */
function leadsInto(expression: Expression): Variable | undefined {
  if (expression.kind === 'cast') return leadsInto(expression.operand);
  return expression.kind === 'member' || expression.kind === 'index' ? undefined : variableIn(expression);
}

/** The variable that a local which leads into an object was taken from: `bitmap` of `mapped = &bitmap->mapped`. */
function originOf(model: FunctionModel, variable: Variable | undefined): Variable | undefined {
  if (!variable || variable.kind === 'parameter') return variable;
  const taken = model.blocks
    .flatMap(({ instructions }) => instructions)
    .flatMap(each =>
      each.kind === 'assign' && each.place.kind === 'variable' && each.place.variable === variable
        ? [leadsInto(each.value)]
        : [],
    );
  return taken.length === 1 ? (taken[0] ?? variable) : variable;
}

function faultOf(release: MemberRelease, count: MemberKey, { name }: FunctionModel): Fault {
  return {
    kind: 'second-release',
    span: release.span,
    frame: release.frame,
    origin: { span: release.span, callee: '', placeText: release.placeText },
    confidence: 'guess',
    trace: release.trace,
    details: { count: count.replace(/^.*::/, ''), refilled: name },
    callee: release.call,
  };
}
