import type { Span } from '../base/text.ts';
import type { CallInstruction, FunctionModel, Program, Variable } from '../program/model.ts';
import type { FunctionRow } from '../semantics/effects.ts';
import type { Direction, IteratorKind, Mode } from '../semantics/holds.ts';
import type { EffectTable } from '../semantics/table.ts';
import { ForkMap } from './forkMap.ts';
import type { Frame } from './frames.ts';
import type { Observer } from './holdings.ts';
import type { Members } from './members.ts';
import { type Place, Places, rootKey } from './places.ts';
import { ReleaseSites } from './releaseSites.ts';
import type { Acquisition, Keeper, State, Trace } from './state.ts';
import {
  type Atom,
  mentions,
  type OperationAtom,
  type Replacement,
  type SymbolAtom,
  type Term,
  Terms,
} from './terms.ts';
import type { Values } from './values.ts';

/** What kind of wrong the analysis saw; each is turned into findings by the rule that owns it. */
export type FaultKind =
  | 'wrong-release'
  | 'unasked-release'
  | 'wrong-count'
  | 'leak'
  | 'completion-leak'
  | 'array-leak'
  | 'array-wrong-free'
  | 'second-release'
  | 'use-after-release'
  | 'early-release'
  | 'foreign-iterator'
  | 'escaping-iterator'
  | 'untracked-hold'
  | 'mixed-holds'
  | 'bio-flag'
  | 'not-dirtied'
  | 'gup-flags'
  | 'iterator-kind'
  | 'iterator-direction'
  | 'iterator-kept-advanced'
  | 'kind-test';

/** A fault on some path: plain data for the rules. */
export interface Fault {
  readonly kind: FaultKind;
  readonly span: Span;
  readonly frame: Frame;
  /** Where it is told, if not there: the call that leads to it. */
  readonly seenAt?: { readonly span: Span; readonly frame: Frame };
  /** Where the root function ends, if the fault comes later. */
  readonly leftAt?: { readonly span: Span; readonly frame: Frame };
  /** Where that was bound which comes later. */
  readonly boundAt?: { readonly span: Span; readonly frame: Frame };
  /** Where the thing was acquired or allocated. */
  readonly origin: { readonly span: Span; readonly callee: string; readonly placeText: string };
  readonly acquisition?: Acquisition;
  readonly confidence: 'certain' | 'guess';
  /** Works as the kernel is today: worth a hint, whatever the rule's severity. */
  readonly isLatent?: boolean;
  readonly trace: Trace | undefined;
  /** Whether the trace is that of one path that was gone from end to end; undefined where it is on no single path. */
  readonly isReplayed?: boolean;
  /** What the rule needs for its message and fix. */
  readonly details: Readonly<Record<string, string | undefined>>;
  readonly callee?: {
    readonly name: string;
    readonly span: Span;
    readonly arguments: readonly Span[];
    /** The end of a scope makes the call: there is nothing in the text to edit. */
    readonly isImplicit: boolean;
  };
  /** The path, where it is known better than the trace tells it. */
  readonly steps?: readonly { readonly span: Span; readonly message: string }[];
  /** The page array that is lost together with its pages. */
  readonly array?: string;
}

/**
 * One of two views of the same fault: a short count says more than that nothing was obtained, and else the shorter path
 * is easier to follow. Where both happen, one edit does not mend them.
 */
export function clearer(known: Fault, other: Fault): Fault {
  if (known.confidence !== other.confidence) return known.confidence === 'certain' ? known : other;
  const [a, b] = [known.details.cause, other.details.cause];
  if (a !== b && (a === 'failed' || b === 'failed')) {
    const short = a === 'failed' ? other : known;
    return { ...short, details: { ...short.details, obtainedName: undefined } };
  }
  return (other.trace?.length ?? 0) < (known.trace?.length ?? 0) ? other : known;
}

function keyOf({ kind, span, origin }: Fault): string {
  return `${kind}:${span.start}:${origin.span.start}`;
}

/** What one analysis of one root function shares between its parts. */
export class Context {
  readonly terms = new Terms();
  readonly places = new Places();
  /** The results of `min()` and `max()` whose operands' order was not known. */
  readonly choices = new Set<OperationAtom>();
  /** Atoms known to be pointers from the types of expressions. */
  readonly pointers = new Set<Atom>();
  readonly faults = new Map<string, Fault>();
  readonly releases = new ReleaseSites();
  /** Watches the states that come by; for questions about one place. */
  observer: Observer | undefined;
  /**
   * Told of an arm of a branch that a state has taken where it might as well have taken the other.
   * @param condition undefined where nothing is known of what decides.
   */
  onOpenBranch:
    | ((state: State, frame: Frame, span: Span, condition: Term | undefined, isTrue: boolean) => void)
    | undefined;
  /** Told of a call that is about to be carried out and is not gone into. */
  onCall: ((values: Values, call: CallInstruction, row: FunctionRow | undefined) => void) | undefined;
  steps = 0;
  /** Single paths are gone through: a state says what is so, not what may be. */
  readonly isReplay: boolean = false;
  /** Some paths were left out because too many states met at a block. */
  leftOut = false;
  /** Whether a function of the file does something with pages, arrays or iterators, itself or by way of others. */
  touches: (name: string) => boolean = () => false;
  /** The block of the root or callee that is being executed. */
  block = 0;
  /** The symbols that stand for merged values, by the tag of the block that made them. */
  private readonly merged = new Map<string, Set<Term>>();
  private readonly made = new Set<SymbolAtom>();
  /** Answers of waits that a signal, or the time, may break off: what was waited for goes on then. */
  readonly waitAnswers = new Set<Term>();
  /** Merged addresses of iterators that are never user-backed. */
  readonly kernelBacked = new Set<Term>();
  /** The symbols made for parts of a local that nothing on the path had written, by the local's key. */
  private readonly read = new Map<string, Set<SymbolAtom>>();
  private readonly numbers = new Map<string, number>();
  private readonly names = new Map<FunctionModel, Map<number, string>>();

  constructor(
    readonly program: Program,
    readonly table: EffectTable,
    /** What all functions of the file keep in members of structs. */
    readonly members: Members,
    readonly isCancelled: () => boolean,
    /** Told of every acquisition that is carried out, with what its context says. */
    readonly onAcquire: (
      acquisition: Acquisition,
      mode: Mode,
      kinds: Iterable<IteratorKind>,
      direction: Direction | 'variable',
    ) => void = () => {},
  ) {}

  /** Whether such a fault was met on a path. */
  hasSeen(fault: Fault): boolean {
    return this.faults.has(keyOf(fault));
  }

  /** Whether an atom is known to be a pointer: an address, memory from an allocator, or by its type. */
  isPointer(atom: Atom): boolean {
    return atom.kind === 'address' || (atom.kind === 'symbol' && atom.fresh) || this.pointers.has(atom);
  }

  /** Whether a place in memory that was zeroed is still zero where nothing on the path has written it. */
  isStillZero(_place: Place): boolean {
    return true;
  }

  /** Reports a fault once per kind, place and origin; the shortest path is kept. */
  report(fault: Fault): void {
    const key = keyOf(fault);
    const known = this.faults.get(key);
    this.faults.set(key, known ? clearer(known, fault) : fault);
  }

  /** A small number that stands for a long text, for names. */
  number(text: string): number {
    let known = this.numbers.get(text);
    if (known === undefined) {
      known = this.numbers.size;
      this.numbers.set(text, known);
    }
    return known;
  }

  /** The merged values that a block has made, which grow in number while it is joined again. */
  mergedBy(tag: string): Set<Term> {
    const known = this.merged.get(tag) ?? new Set<Term>();
    this.merged.set(tag, known);
    return known;
  }

  /** The name of a function's variable by its id; '' for temporaries. */
  variableName(model: FunctionModel, id: number): string {
    let names = this.names.get(model);
    if (!names) {
      names = new Map();
      const add = (variable: Variable): unknown => names!.set(variable.id, variable.name);
      model.parameters.forEach(add);
      for (const block of model.blocks)
        for (const instruction of block.instructions) {
          if (instruction.kind === 'declare') add(instruction.variable);
          else if (instruction.kind === 'assign' && instruction.place.kind === 'variable')
            add(instruction.place.variable);
        }
      this.names.set(model, names);
    }
    return names.get(id) ?? '';
  }

  source(span: Span): string {
    return this.program.text.slice(span.start, span.end);
  }

  /** Before a symbol is made again: what an earlier turn of the loop made of it goes on under another name. */
  retire(state: State, symbol: SymbolAtom): void {
    if (!this.made.has(symbol)) {
      this.made.add(symbol);
      return;
    }
    const older = this.terms.symbol(`${symbol.name}'`, symbol.fresh);
    state.facts.forget(form => mentions(form, atom => atom === older));
    this.rename(state, atom => (atom === symbol ? older : undefined));
  }

  /** What a local holds that the function has not written, be it that somebody else has. */
  untouched(place: Place): SymbolAtom {
    const root = rootKey(place.key);
    const known = this.read.get(root) ?? new Set();
    this.read.set(root, known);
    const symbol = this.terms.symbol(`uninitialised:${place.key}`);
    known.add(symbol);
    return symbol;
  }

  /** A callee has written a local: what was read of it before goes on under another name. */
  retireUntouched(state: State, place: Place): void {
    const names = [`uninitialised:${place.key}`, `uninitialised:${place.key}.`];
    const isBelow = ({ name }: SymbolAtom): boolean => name === names[0] || name.startsWith(names[1]!);
    const read = new Set([...(this.read.get(rootKey(place.key)) ?? [])].filter(isBelow));
    if (read.size === 0) return;
    const older = (atom: SymbolAtom) => this.terms.symbol(`old ${atom.name}`);
    const retired = new Set<Atom>([...read].map(older));
    state.facts.forget(form => mentions(form, atom => retired.has(atom)));
    this.rename(state, atom => (atom.kind === 'symbol' && read.has(atom) ? older(atom) : undefined));
  }

  /** Puts other terms in the place of symbols and pages, everywhere in a state. */
  rename(state: State, replacement: Replacement): void {
    const memo = new Map<Term, Term>();
    const again = (term: Term): Term => this.terms.substitute(term, replacement, memo);
    for (const [key, value] of [...state.memory]) {
      const place = this.places.get(key);
      const pointer = place?.root.kind === 'pointer' ? again(place.root.pointer) : undefined;
      const next = again(value);
      if (place?.root.kind === 'pointer' && pointer && pointer !== place.root.pointer) {
        state.memory.delete(key);
        state.memory.set(this.places.moved(place, pointer).key, next);
      } else if (next !== value) state.memory.set(key, next);
    }
    state.facts.rename(again);
    this.renameSets(state, again);
    this.renameMaps(state, again);
  }

  private renameSets(state: State, again: (term: Term) => Term): void {
    const maybe = (term: Term | undefined): Term | undefined => term && again(term);
    const renamed = (keeper: Keeper): Keeper => renameKeeper(keeper, again);
    for (const [id, set] of state.sets) {
      const pointer = maybe(set.pointer);
      state.sets.set(id, {
        ...set,
        iterator: maybe(set.iterator),
        base: maybe(set.base),
        pointer: pointer && pointer.kind !== 'linear' ? pointer : undefined,
        page: maybe(set.page),
        exists: { ...set.exists, term: again(set.exists.term) },
        obtained: again(set.obtained),
        asked: maybe(set.asked),
        bytes: maybe(set.bytes),
        from: again(set.from),
        to: again(set.to),
        keepers: set.keepers.map(renamed),
        viewers: set.viewers.map(renamed),
      });
    }
    for (const [id, allocation] of state.allocations)
      state.allocations.set(id, { ...allocation, atom: again(allocation.atom) });
  }

  private renameMaps(state: State, again: (term: Term) => Term): void {
    state.iterators = new ForkMap(
      new Map(
        [...state.iterators].map(([term, facts]) => [
          again(term),
          { ...facts, direction: facts.direction && again(facts.direction) },
        ]),
      ),
    );
    state.iteratorIdentity = new ForkMap(
      new Map([...state.iteratorIdentity].map(([a, b]) => [again(a), again(b)])),
    );
    state.aliases = new ForkMap(new Map([...state.aliases].map(([term, id]) => [again(term), id])));
    state.keepers = new ForkMap(
      new Map(
        [...state.keepers].map(([term, keepers]) => [
          again(term),
          keepers.map(keeper => renameKeeper(keeper, again)),
        ]),
      ),
    );
    state.flight.rename(this, again);
    state.freed = new Set([...state.freed].map(again));
    state.released = new ForkMap(
      new Map(
        [...state.released].map(([term, { count, release }]) => [
          again(term),
          { count: count && again(count), release },
        ]),
      ),
    );
  }
}

const renameKeeper = (keeper: Keeper, again: (term: Term) => Term): Keeper => ({
  ...keeper,
  result: keeper.result && again(keeper.result),
  container: keeper.container && again(keeper.container),
});
