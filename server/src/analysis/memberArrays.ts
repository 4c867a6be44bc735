import {
  type CallInstruction,
  callsOf,
  type Expression,
  type FunctionModel,
  type Program,
  type Variable,
} from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS, type Type } from '../program/types.ts';
import { type Allocator, RESULT } from '../semantics/effects.ts';
import type { EffectTable } from '../semantics/table.ts';
import { isJudgedAtCallers } from './callers.ts';
import type { Fault } from './context.ts';
import { rootFrame, rootOf } from './frames.ts';
import { isMember, isSinglePage, type Location, variableLocation } from './locations.ts';
import type { Members } from './members.ts';
import { isOfAnotherKind } from './operations.ts';
import type { PageFlow, ReleaseCall } from './pageFlow.ts';
import { variableIn } from './variables.ts';

/** An array for pages that is kept in a member of an object. */
interface KeptArray {
  readonly function: FunctionModel;
  readonly call: CallInstruction;
  readonly callee: string;
  readonly allocator: Allocator;
  /** Where it may lie. */
  readonly locations: ReadonlySet<Location>;
  /** The last release of the pages that lie in it, in another function. */
  readonly release: ReleaseCall | undefined;
}

/** A call that frees, or may free, what lies at a location. */
interface FreeingCall {
  readonly function: FunctionModel;
  readonly call: CallInstruction;
  readonly location: Location;
}

/**
 * Arrays that lie in a member, whose pages are released from there and which no function in view frees, nor gives to
 * one that might. It rests on where things lie, whatever the path: every fault is a guess.
 */
export function judgeMemberArrays(
  program: Program,
  table: EffectTable,
  flow: PageFlow,
  members: Members,
): Fault[] {
  const calls = new Calls(program, table, flow, members);
  const faults = new Map<number, Fault>();
  for (const array of calls.arrays) {
    const { release } = array;
    if (release && !calls.mayFree(array)) faults.set(release.call.span.start, faultOf(array, release));
  }
  return [...faults.values()];
}

/** Named after what it makes: drm_prime_pages_to_sg(). */
const CONVERTS = /_to_[a-z]+$/;

/** What the calls of a program do with arrays, by location. */
class Calls {
  readonly arrays: KeptArray[] = [];
  private readonly frees: FreeingCall[] = [];

  constructor(
    private readonly program: Program,
    private readonly table: EffectTable,
    private readonly flow: PageFlow,
    private readonly members: Members,
  ) {
    for (const model of program.functions.values())
      for (const call of callsOf(model)) this.read(model, call, program.functions);
  }

  mayFree(array: KeptArray): boolean {
    return this.frees.some(
      free =>
        array.locations.has(free.location) &&
        !this.isUnwind(free) &&
        !this.isTakenBack(array, free) &&
        !isOfAnotherKind(this.program, free.function, array.function),
    );
  }

  /** The function frees what it has allocated itself and not stored, or taken back. */
  private isUnwind({ function: model, location }: FreeingCall): boolean {
    if (isMember(location)) return false;
    return this.arrays.some(array => array.function === model && array.locations.has(location));
  }

  /** Behind its allocation the function frees what it has stored: where it fails, for else it leaves pages there. */
  private isTakenBack(array: KeptArray, { function: model, call, location }: FreeingCall): boolean {
    return (
      model === array.function &&
      call.span.start > array.call.span.start &&
      this.members.stores.some(
        ({ key, acquisition }) => key === location && rootOf(acquisition.frame).function === model,
      )
    );
  }

  private read(
    model: FunctionModel,
    call: CallInstruction,
    functions: ReadonlyMap<string, FunctionModel>,
  ): void {
    const { callee } = call;
    const effects = callee === undefined ? undefined : this.table.row(callee)?.effects;
    if (!effects) {
      // What is not known may free what it gets, unless it prints, or makes something of it.
      const isHarmless = CONVERTS.test(callee ?? '') || call.arguments.some(({ kind }) => kind === 'string');
      if (!isHarmless && (callee === undefined || !functions.has(callee)))
        for (const [at, argument] of call.arguments.entries())
          if (mayBeArray(argument)) this.free(model, call, at + 1);
      return;
    }
    for (const effect of effects) {
      if (effect.kind === 'free') this.free(model, call, effect.argument);
      else if (effect.kind === 'release' && (effect.freesArray || effect.pages.form === 'object'))
        this.free(model, call, effect.pages.argument);
      else if (effect.kind === 'allocate') this.add(model, call, effect.allocator, RESULT);
      else if (effect.kind === 'acquire' && effect.intoIterator !== undefined)
        this.add(model, call, 'kvmalloc', effect.intoIterator);
      else if (
        effect.kind === 'acquire' &&
        effect.pages.form === 'array-pointer' &&
        effect.pages.allocates === 'always'
      )
        this.add(model, call, 'kvmalloc', effect.pages.argument);
    }
  }

  /** The function that releases the pages, or each that calls it, gives up the object as well: what stays, nobody frees. */
  private destroysObject({ function: model, call, effect }: ReleaseCall, allocating: FunctionModel): boolean {
    const object = variableIn(call.arguments[effect.pages.argument - 1]);
    if (!object) return false;
    return (
      this.givesUp(model, each => variableIn(each) === object) ||
      this.isGivenUpByCallers(model, object, allocating)
    );
  }

  /** Where pages cannot be obtained, who allocates the array has no object yet. */
  private isGivenUpByCallers(model: FunctionModel, object: Variable, allocating: FunctionModel): boolean {
    const position = model.parameters.indexOf(object);
    const callers = (this.program.callers.get(model.name) ?? []).filter(name => name !== allocating.name);
    if (position < 0 || callers.length === 0 || !isJudgedAtCallers(this.program, model)) return false;
    return callers.every(name => {
      const caller = this.program.functions.get(name);
      const calls = caller ? callsOf(caller).filter(each => each.callee === model.name) : [];
      return calls.some(({ arguments: given }) => {
        const its = variableIn(given[position]);
        return its !== undefined && this.givesUp(caller!, each => isVariable(each, its));
      });
    });
  }

  /** Whether the pages are released out of one of these members, or of what the function, or a caller, took from there. */
  private isFrom({ function: model, locations }: ReleaseCall, members: readonly Location[]): boolean {
    const isIn = (at: FunctionModel, expression: Expression | undefined): boolean =>
      expression !== undefined && this.flow.locate(at, expression).some(each => members.includes(each));
    if (locations.some(each => members.includes(each))) return true;
    const isReleased = (id: number): boolean => locations.includes(variableLocation(model, id));
    const isTaken = model.blocks.some(({ instructions }) =>
      instructions.some(
        each =>
          each.kind === 'assign' &&
          each.place.kind === 'variable' &&
          isReleased(each.place.variable.id) &&
          isIn(model, each.value),
      ),
    );
    const position = model.parameters.findIndex(({ id }) => isReleased(id));
    const callers = position < 0 ? [] : (this.program.callers.get(model.name) ?? []);
    const isGiven = callers.some(name => {
      const caller = this.program.functions.get(name);
      const calls = caller ? callsOf(caller).filter(each => each.callee === model.name) : [];
      return calls.some(each => isIn(caller!, each.arguments[position]));
    });
    return isTaken || isGiven;
  }

  /** The function that releases the pages leaves nothing in the member, and so nobody behind it finds the array. */
  private takesOut({ function: model }: ReleaseCall, members: readonly Location[]): boolean {
    return model.blocks.some(({ instructions }) =>
      instructions.some(
        each =>
          each.kind === 'assign' &&
          each.value.kind === 'constant' &&
          isArrayOfPages(each.place.type) &&
          this.flow.locate(model, each.place).some(location => members.includes(location)),
      ),
    );
  }

  /** Whether a function frees what an expression names. */
  private givesUp(model: FunctionModel, isObject: (argument: Expression | undefined) => boolean): boolean {
    return callsOf(model).some(each => {
      const effects = each.callee === undefined ? [] : (this.table.row(each.callee)?.effects ?? []);
      return (
        (each.callee === 'call_rcu' && isObject(each.arguments[0])) ||
        effects.some(other => other.kind === 'free' && isObject(each.arguments[other.argument - 1]))
      );
    });
  }

  private free(model: FunctionModel, call: CallInstruction, position: number): void {
    for (const location of this.flow.argument(model, call, position))
      if (!isScatterlist(this.flow.typeOf(location))) this.frees.push({ function: model, call, location });
  }

  private add(model: FunctionModel, call: CallInstruction, allocator: Allocator, position: number): void {
    const { callee } = call;
    if (callee === undefined || allocator === 'devm' || allocator === 'pages') return;
    const locations = this.flow.reachedFrom(this.flow.argument(model, call, position));
    if (![...locations].some(each => isArrayOfPages(this.flow.typeOf(each)))) return;
    const members = [...locations].filter(isMember);
    const release = this.flow.releases.findLast(
      each =>
        each.function !== model &&
        isOfArray(each) &&
        (this.destroysObject(each, model) || this.takesOut(each, members)) &&
        this.isFrom(each, members),
    );
    this.arrays.push({ function: model, call, callee, allocator, locations, release });
  }
}

/** Neither one page alone nor a number, such as the address that a device knows it by. */
const mayBeArray = ({ kind, type }: Expression): boolean =>
  kind === 'cast' || (type.kind !== 'integer' && !isSinglePage(type));

function isVariable(expression: Expression | undefined, variable: Variable): boolean {
  if (expression?.kind === 'cast') return isVariable(expression.operand, variable);
  return expression?.kind === 'variable' && expression.variable === variable;
}

/** Not one page alone is released, but those of an array or one of its slots. */
function isOfArray({ call, effect }: ReleaseCall): boolean {
  let at = call.arguments[effect.pages.argument - 1];
  while (at?.kind === 'member' || at?.kind === 'cast') at = at.kind === 'member' ? at.object : at.operand;
  return effect.pages.form === 'array' || at?.kind === 'index' || at?.kind === 'dereference';
}

const BIO_VEC: ReadonlySet<string> = new Set(['struct bio_vec']);

const SCATTERLISTS: ReadonlySet<string> = new Set(['struct sg_table', 'struct scatterlist']);

/** It has the pages out of the array; to free it leaves the array as it is. */
const isScatterlist = (type: Type | undefined): boolean =>
  type !== undefined && isPointerToStruct(type, SCATTERLISTS, 1);

function isArrayOfPages(type: Type | undefined): boolean {
  if (!type) return false;
  return isPointerToStruct(type, PAGE_TAGS, 2) || isPointerToStruct(type, BIO_VEC, 1);
}

function faultOf({ call, callee, allocator, locations }: KeptArray, release: ReleaseCall): Fault {
  return {
    kind: 'array-leak',
    span: release.call.calleeSpan,
    frame: rootFrame(release.function),
    origin: { span: call.span, callee, placeText: nameOf(locations) },
    confidence: 'guess',
    trace: undefined,
    details: { allocator, neverFreed: 'yes' },
  };
}

/** `pages` of `struct request::pages`. */
function nameOf(locations: Iterable<Location>): string {
  return [...locations].find(isMember)?.replace(/^.*::/, '') ?? '';
}
