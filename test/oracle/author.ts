import type { Era } from '../../server/src/semantics/eras.ts';
import {
  address,
  assign,
  binary,
  type Call,
  type Constant,
  call,
  constant,
  declare,
  type Expression,
  element,
  evaluate,
  type FunctionDefinition,
  forUp,
  give,
  type IntegerType,
  jump,
  label,
  member,
  not,
  number,
  type Parameter,
  type Place,
  type Program,
  type Statement,
  type Type,
  type Variable,
  variable,
  when,
  whileDown,
  whileTrue,
} from './ast.ts';
import type { Random } from './random.ts';

export type HoldKind = 'pin' | 'get';

/** How pages are taken: the hold, and whether they are going to be written. */
export interface Taking {
  readonly kind: HoldKind;
  readonly isWritable: boolean;
}

/** Something that must be given back, last taken first. */
export interface Resource {
  release(): Statement[];
  /** Leaves it to the caller's object or array instead. */
  handOver?(): Statement[];
  /** The array below goes with it. */
  readonly isInArray?: boolean;
}

export const GFP_KERNEL = constant('GFP_KERNEL', 0);
export const POINTER_SIZE = constant('sizeof(struct page *)', 8, 'size_t');
export const PAGE_SIZE = constant('PAGE_SIZE', 4096, 'unsigned long');
const TRUE = constant('true', 1, 'bool');
const errno = (name: string, value: number): Constant => constant(`-${name}`, -value);
export const EFAULT = errno('EFAULT', 14);
export const ENOMEM = errno('ENOMEM', 12);
export const STACK_SLOTS = 8;

export const ONE: Readonly<Record<HoldKind, string>> = { pin: 'unpin_user_page', get: 'put_page' };
export const MANY: Readonly<Record<HoldKind, string>> = { pin: 'unpin_user_pages', get: 'release_pages' };
const TAKE: Readonly<Record<HoldKind, string>> = {
  pin: 'pin_user_pages_fast',
  get: 'get_user_pages_fast',
};

/** pin_user_pages_fast() or get_user_pages_fast(). */
export const take = (
  { kind, isWritable }: Taking,
  start: Expression,
  count: Expression,
  array: Expression,
): Call => call(TAKE[kind], start, count, isWritable ? constant('FOLL_WRITE', 1) : number(0), array);

/** All pages of an array at once; those that were written to are marked. */
export const releaseAll = ({ kind, isWritable }: Taking, array: Expression, count: Expression): Statement =>
  kind === 'pin' && isWritable
    ? evaluate('unpin_user_pages_dirty_lock', array, count, TRUE)
    : evaluate(MANY[kind], array, count);

/** One page. */
export const releasePage = ({ kind, isWritable }: Taking, page: Expression): Statement[] => [
  ...(kind === 'pin' && isWritable ? [evaluate('set_page_dirty_lock', page)] : []),
  evaluate(ONE[kind], page),
];

/** Writes a correct function, shape by shape: names, what is held, and how the function leaves. */
export class Author {
  private readonly parameters: Parameter[] = [];
  private readonly declarations: Extract<Statement, { kind: 'declare' }>[] = [];
  private readonly body: Statement[] = [];
  private readonly resources: Resource[] = [];
  private readonly helpers = new Map<string, FunctionDefinition>();
  private readonly features = new Set<string>();
  private readonly takings = new Map<string, Taking>();
  readonly unwindsByGoto: boolean;

  constructor(
    readonly random: Random,
    readonly era: Era,
  ) {
    this.feature(`era:${era}`);
    this.unwindsByGoto = this.choose('unwind', ['goto', 'inline']) === 'goto';
  }

  feature(name: string): void {
    this.features.add(name);
  }

  /** One of the options, kept as a feature. */
  choose<T extends string>(name: string, options: readonly T[]): T {
    const chosen = this.random.pick(options);
    this.feature(`${name}:${chosen}`);
    return chosen;
  }

  parameter(type: Type, name: string): Variable {
    if (!this.parameters.some(each => each.name === name)) this.parameters.push({ type, name });
    return variable(name);
  }

  declare(type: Type, name: string, value?: Expression, length?: number): Variable {
    const known = this.declarations.some(each => each.name === name);
    if (!known) this.declarations.push({ kind: 'declare', type, name, value, length });
    return variable(name);
  }

  /** A name that is not taken yet. */
  fresh(name: string): string {
    const taken = new Set([...this.parameters, ...this.declarations].map(each => each.name));
    let candidate = name;
    for (let at = 2; taken.has(candidate); at++) candidate = `${name}${at}`;
    return candidate;
  }

  /** A variable of its own. */
  local(type: Type, name: string, value?: Expression, length?: number): Variable {
    return this.declare(type, this.fresh(name), value, length);
  }

  /** Adds a function, once. */
  helper(name: string, write: () => FunctionDefinition): string {
    if (!this.helpers.has(name)) {
      const written = write();
      this.helpers.set(name, written);
    }
    return name;
  }

  emit(...statements: readonly Statement[]): void {
    this.body.push(...statements);
  }

  hold(resource: Resource): void {
    this.resources.push(resource);
  }

  /** What was taken last has found another owner. */
  forget(count: number): void {
    this.resources.splice(-count);
  }

  /** Leaves with an error, everything taken so far given back. */
  fail(error: Expression): Statement[] {
    if (this.resources.length === 0) return [give(error)];
    if (!this.unwindsByGoto) return [...this.releases(this.resources), give(error)];
    this.declare('int', 'ret');
    return [assign(variable('ret'), error), jump(`out${this.resources.length}`)];
  }

  private releases(resources: readonly Resource[]): Statement[] {
    return resources.toReversed().flatMap(resource => resource.release());
  }

  finish(): Program {
    const last = this.resources.at(-1);
    if (last?.handOver && this.random.chance(0.35)) {
      this.feature('end:hand over');
      const others = this.resources.slice(0, last.isInArray ? -2 : -1);
      this.emit(...last.handOver(), ...this.releases(others), give(number(0)));
    } else if (this.unwindsByGoto && this.resources.length > 0) {
      this.feature('end:fall through');
      this.declare('int', 'ret');
      this.emit(assign(variable('ret'), number(0)));
    } else {
      this.feature('end:release');
      this.emit(...this.releases(this.resources), give(number(0)));
    }
    if (this.unwindsByGoto && this.resources.length > 0) this.writeLabels();
    const root: FunctionDefinition = {
      name: 'map_buffer',
      isStatic: false,
      returns: 'int',
      parameters: this.parameters,
      body: [...this.declarations, ...this.body],
    };
    return {
      era: this.era,
      functions: [...this.helpers.values(), root],
      features: [...this.features],
    };
  }

  private writeLabels(): void {
    for (let at = this.resources.length; at > 0; at--)
      this.emit(label(`out${at}`), ...this.resources[at - 1]!.release());
    this.emit(give(variable('ret')));
  }

  /** Calls out of the file that may fail. */
  mayFail(): void {
    this.feature('call:may fail');
    const error = this.local('int', 'err');
    this.emit(assign(error, call('prepare_device')), when(error, this.fail(error)));
  }

  taking(): Taking {
    const kind = this.choose('hold', ['pin', 'get']);
    const isWritable = this.random.chance(0.5);
    if (isWritable) this.feature(`writable:${kind}`);
    return { kind, isWritable };
  }

  /** The same every time for one name: what a member of a type holds is judged over the whole file. */
  takingOf(name: string): Taking {
    const known = this.takings.get(name) ?? this.taking();
    this.takings.set(name, known);
    return known;
  }

  /** How many pages are wanted: a number, or a parameter. */
  count(): Expression {
    const form = this.choose('count', ['constant', 'int', 'int', 'unsigned int']);
    if (form === 'constant') return number(this.random.pick([2, 3]));
    return this.parameter(form as IntegerType, form === 'int' ? 'nr' : 'nr_pages');
  }

  userAddress(): Expression {
    return this.parameter('unsigned long', this.fresh('addr'));
  }

  /** @returns the array; `allocated` arrays are a resource of their own. */
  array(count: Expression, mayBeGiven: boolean): { array: Variable; place: string } {
    const places = ['stack', 'stack', 'kmalloc_array', 'kvmalloc_array'] as const;
    const place = this.choose('array', mayBeGiven ? [...places, 'caller'] : places);
    if (place === 'caller') return { place, array: this.parameter('struct page **', this.fresh('pages')) };
    if (place === 'stack')
      return { place, array: this.local('struct page *[]', 'pages', undefined, STACK_SLOTS) };
    const array = this.local('struct page **', 'pages');
    this.emit(assign(array, call(place, count, POINTER_SIZE, GFP_KERNEL)));
    this.emit(when(not(array), this.fail(ENOMEM)));
    const free = place === 'kmalloc_array' ? 'kfree' : 'kvfree';
    this.hold({ release: () => [evaluate(free, array)] });
    return { place, array };
  }

  /** How an array with its pages goes to the caller. */
  handOver(place: string, array: Expression, count: Expression): Partial<Resource> {
    if (place === 'caller') return { handOver: () => [] };
    if (place === 'stack') return {};
    const handOver = (): Statement[] => {
      this.parameter('struct request *', 'req');
      return [assign(member('req', 'pages'), array), assign(member('req', 'nr'), count)];
    };
    return { isInArray: true, handOver };
  }

  /** The loop variable that all plain loops share. */
  index(): Variable {
    return this.declare('int', 'i');
  }

  releaseOne(taking: Taking, page: Place): Statement[] {
    if (this.random.chance(0.7)) return releasePage(taking, page);
    return [releaseAll(taking, address(page), number(1))];
  }

  releaseMany(taking: Taking, array: Expression, count: Expression): Statement[] {
    const forms = ['all', 'all', 'up', 'down', 'countdown', 'while', 'helper'] as const;
    const form = this.choose('release', forms);
    if (form === 'all') return [releaseAll(taking, array, count)];
    if (form === 'helper') {
      const name = `drop_${taking.kind}${taking.isWritable ? '_dirty' : ''}`;
      this.helper(name, () => releaseHelper(name, taking, this.random.chance(0.5)));
      return [evaluate(name, array, count)];
    }
    const i = this.index();
    const one = releasePage(taking, element(array, i));
    if (form === 'up') return [forUp('i', number(0), binary(i, '<', count), one)];
    if (form === 'countdown')
      return [forUp('i', binary(count, '-', number(1)), binary(i, '>=', number(0)), one, 'down')];
    if (form === 'down') return [assign(i, count), whileDown('i', one)];
    return [
      assign(i, number(0)),
      whileTrue(binary(i, '<', count), ...one, assign(i, binary(i, '+', number(1)))),
    ];
  }

  /**
   * Somebody else takes the pages, and the array that was made for them, unless that fails; a label for them would have
   * no place.
   * @param resources how many of those held go with them.
   */
  queue(array: Expression, count: Expression, resources: number): void {
    this.feature('call:takes over');
    const error = this.local('int', 'err');
    this.emit(assign(error, call('queue_pages', array, count)), when(error, this.fail(error)));
    this.forget(resources);
  }
}

function releaseHelper(name: string, taking: Taking, isLoop: boolean): FunctionDefinition {
  const [count, array, i] = ['count', 'array', 'i'].map(variable);
  const parameters: Parameter[] = [
    { type: 'struct page **', name: 'array' },
    { type: 'int', name: 'count' },
  ];
  const loop = [
    declare('int', 'i'),
    forUp('i', number(0), binary(i!, '<', count!), releasePage(taking, element(array!, i!))),
  ];
  const body = isLoop ? loop : [releaseAll(taking, array!, count!)];
  return { name, isStatic: true, returns: 'void', parameters, body };
}
