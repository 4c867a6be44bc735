import type { CallInstruction, Expression, FunctionModel, Program } from '../program/model.ts';
import type { Type } from '../program/types.ts';
import { isCompletion } from '../semantics/completions.ts';
import { type Acquire, RESULT, type Release, type View } from '../semantics/effects.ts';
import { ORIGINS, type Origin } from '../semantics/pageOrigins.ts';
import { CONTAINER_VIEWS } from '../semantics/rows/views.ts';
import type { EffectTable } from '../semantics/table.ts';
import { callbacksOf } from './callbacks.ts';
import {
  isPagesOnly,
  isSinglePage,
  isStorage,
  type Location,
  locationsOf,
  mayCarry,
  resultLocation,
  variableLocation,
} from './locations.ts';

/** A call that releases pages, wherever in the file. */
export interface ReleaseCall {
  readonly function: FunctionModel;
  readonly call: CallInstruction;
  readonly effect: Release;
  readonly locations: readonly Location[];
}

/** A call that says how pages are kept safe from others. */
export interface PageOrigin {
  readonly origin: Origin;
  /** The function that locked, allocated or pinned them, or the method under which it runs. */
  readonly by: string;
  readonly locations: readonly Location[];
}

/**
 * Where pages and their vessels go in a file, whatever the path: an edge for each assignment, store into a container,
 * argument and returned value. It answers who can be meant, never whether something is lost.
 */
export class PageFlow {
  readonly releases: ReleaseCall[] = [];
  readonly origins: PageOrigin[] = [];
  /** Functions that something else than a call in this file's text runs when an object is done with. */
  readonly completions = new Set<string>();
  /** Those among them that whoever drops the last reference runs. */
  readonly lastReferences = new Set<string>();
  /** The objects that were given such a function. */
  readonly bound = new Set<Location>();
  /** Pages that were found again by a number or an address. */
  readonly byNumber = new Set<Location>();
  /** Pages of which a number or an address was taken. */
  readonly numbered = new Set<Location>();
  /** Results of functions of which nothing is known. */
  private readonly unknown = new Set<Location>();
  private readonly forward = new Map<Location, Set<Location>>();
  private readonly backward = new Map<Location, Set<Location>>();
  private readonly types = new Map<Location, Type>();

  constructor(
    private readonly program: Program,
    private readonly table: EffectTable,
  ) {
    for (const model of program.functions.values()) this.read(model);
    for (const { model, binder, object, isAtLastReference } of callbacksOf(program)) {
      this.bind(model, object ? this.locate(binder, object) : []);
      if (isAtLastReference) this.lastReferences.add(model.name);
    }
    for (const { function: name, table, member } of program.references)
      if (isCompletion(table, member)) this.completions.add(name);
  }

  /** Every location that what lies in `from` may get to. */
  reachedFrom(from: Iterable<Location>): ReadonlySet<Location> {
    return closure(this.forward, from);
  }

  /** Where the pages that a call acquires may get to. */
  reachedBy(model: FunctionModel, call: CallInstruction, effect: Acquire): ReadonlySet<Location> {
    return this.reachedFrom(this.acquired(model, call, effect));
  }

  /** What is put into a location directly. */
  sourcesOf(location: Location): Location[] {
    return [...(this.backward.get(location) ?? [])];
  }

  /** What a location is put into directly. */
  targetsOf(location: Location): Location[] {
    return [...(this.forward.get(location) ?? [])];
  }

  /** Whether the location has a single page of which nobody in view knows whose it is: the result of an unknown getter. */
  isUnknownPage(location: Location): boolean {
    return this.unknown.has(location) && this.isPage(location);
  }

  /** Whether the location, or what it is put into directly, has the type of a single page: a call's result has none of its own. */
  isPage(location: Location): boolean {
    return [location, ...this.targetsOf(location)].some(each => {
      const type = this.types.get(each);
      return type !== undefined && isSinglePage(type);
    });
  }

  /** Every location that what lies in `to` may have come from. */
  leadingTo(to: Iterable<Location>): ReadonlySet<Location> {
    return closure(this.backward, to);
  }

  typeOf(location: Location): Type | undefined {
    return this.types.get(location);
  }

  /** Where an acquiring call leaves its pages. */
  acquired(model: FunctionModel, call: CallInstruction, effect: Acquire): Location[] {
    const { pages } = effect;
    const position = pages.form === 'result' || pages.form === 'result-array' ? RESULT : pages.argument;
    const found = this.argument(model, call, position);
    return effect.intoIterator === undefined
      ? found
      : [...found, ...this.argument(model, call, effect.intoIterator)];
  }

  /** The locations of an argument by its position from 1, or of the result. */
  argument(model: FunctionModel, call: CallInstruction, position: number): Location[] {
    if (position === RESULT) return call.result ? [variableLocation(model, call.result.id)] : [];
    const expression = call.arguments[position - 1];
    return expression ? this.locate(model, expression) : [];
  }

  private read(model: FunctionModel): void {
    for (const parameter of model.parameters)
      this.types.set(variableLocation(model, parameter.id), parameter.type);
    this.types.set(resultLocation(model.name), model.returnType);
    for (const block of model.blocks) {
      for (const instruction of block.instructions)
        if (instruction.kind === 'assign') this.assign(model, instruction.place, instruction.value);
        else if (instruction.kind === 'call') this.call(model, instruction);
      const { terminator } = block;
      if (terminator.kind === 'return' && terminator.value && mayCarry(model.returnType))
        for (const from of this.locate(model, terminator.value)) this.edge(from, resultLocation(model.name));
    }
  }

  /** Where what an expression leads to may lie. */
  locate(model: FunctionModel, expression: Expression): Location[] {
    const found = locationsOf(model, expression);
    for (const location of found) if (!this.types.has(location)) this.types.set(location, expression.type);
    return found;
  }

  private assign(model: FunctionModel, place: Expression, value: Expression): void {
    if (mayCarry(place.type) && !this.isFunction(value))
      this.flow(this.locate(model, value), this.locate(model, place), place.type);
  }

  private isFunction(value: Expression): boolean {
    const named = value.kind === 'address' ? value.of : value;
    return named.kind === 'global' && this.program.functions.has(named.name);
  }

  private call(model: FunctionModel, call: CallInstruction): void {
    const { callee } = call;
    if (callee === undefined) return;
    const target = this.program.functions.get(callee);
    if (target) this.enter(model, call, target);
    for (const effect of this.table.row(callee)?.effects ?? []) {
      const at = (position: number): Location[] => this.argument(model, call, position);
      if (effect.kind === 'store') this.flow(at(effect.page), at(effect.into), undefined);
      else if (effect.kind === 'view') this.view(model, call, effect);
      else if (effect.kind === 'construct' && effect.over)
        this.flow(at(effect.over), at(effect.iterator), undefined);
      else if (effect.kind === 'release')
        this.releases.push({ function: model, call, effect, locations: at(effect.pages.argument) });
    }
    if (CONTAINER_VIEWS.has(callee))
      this.flow(this.argument(model, call, 1), this.argument(model, call, RESULT), undefined);
    if (!target && !this.table.row(callee))
      for (const location of this.argument(model, call, RESULT)) this.unknown.add(location);
    this.noteOrigin(model, call, callee);
    if (/^(memcpy|memmove)$/.test(callee)) {
      const [to, from] = [this.argument(model, call, 1), this.argument(model, call, 2)];
      this.flow(from, to, undefined);
    }
  }

  private view(model: FunctionModel, call: CallInstruction, { of, as, contents }: View): void {
    const [from, to] = [this.argument(model, call, of), this.argument(model, call, RESULT)];
    this.flow(from, to, undefined);
    const type = call.arguments[of - 1]?.type;
    if (as === 'address' && !contents) for (const location of from) this.numbered.add(location);
    else if (as === 'page' && type && !isPagesOnly(type))
      for (const location of to) this.byNumber.add(location);
  }

  private noteOrigin(model: FunctionModel, call: CallInstruction, callee: string): void {
    const add = (origin: Origin, locations: readonly Location[]): unknown =>
      this.origins.push({ origin, by: callee, locations });
    const fact = ORIGINS.get(callee);
    if (fact) add(fact.origin, this.argument(model, call, fact.pages));
    for (const effect of this.table.row(callee)?.effects ?? [])
      if (effect.kind === 'allocate' && effect.allocator === 'pages')
        add('private', this.argument(model, call, RESULT));
      else if (effect.kind === 'acquire' && (effect.hold === 'pin' || effect.hold === 'pin-if-user-backed'))
        add('pinned', this.acquired(model, call, effect));
  }

  /** Arguments go to parameters; what the callee puts behind a pointer is seen by the caller. */
  private enter(model: FunctionModel, call: CallInstruction, target: FunctionModel): void {
    target.parameters.forEach((parameter, at) => {
      const argument = call.arguments[at];
      if (!argument || !mayCarry(parameter.type)) return;
      this.flow(
        this.locate(model, argument),
        [variableLocation(target, parameter.id)],
        argument.kind === 'address' ? { kind: 'pointer', to: parameter.type } : parameter.type,
      );
    });
    if (call.result) this.edge(resultLocation(target.name), variableLocation(model, call.result.id));
  }

  /** @param type of the place; where it is storage, what is put into it later lies in the source too. */
  private flow(from: readonly Location[], to: readonly Location[], type: Type | undefined): void {
    for (const source of from)
      for (const target of to) {
        this.edge(source, target);
        if (type && isStorage(type)) this.edge(target, source);
      }
  }

  private edge(from: Location, to: Location): void {
    if (from === to) return;
    add(this.forward, from, to);
    add(this.backward, to, from);
  }

  /** The callback's first parameter is the object that it was bound to, where the member lies in that object. */
  private bind(model: FunctionModel, object: readonly Location[]): void {
    this.completions.add(model.name);
    for (const location of object) this.bound.add(location);
    const [first] = model.parameters;
    if (first && isStorage(first.type))
      for (const location of object) this.edge(location, variableLocation(model, first.id));
  }
}

function add(map: Map<Location, Set<Location>>, from: Location, to: Location): void {
  const known = map.get(from);
  if (known) known.add(to);
  else map.set(from, new Set([to]));
}

function closure(
  edges: ReadonlyMap<Location, ReadonlySet<Location>>,
  from: Iterable<Location>,
): Set<Location> {
  const seen = new Set(from);
  for (const location of seen) for (const next of edges.get(location) ?? []) seen.add(next);
  return seen;
}
