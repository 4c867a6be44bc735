import {
  address,
  assign,
  binary,
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
  nothing,
  number,
  type Parameter,
  type Program,
  type Statement,
  type Type,
  variable,
  when,
  whileDown,
} from './ast.ts';
import type { Random } from './random.ts';

type HoldKind = 'pin' | 'get';

/** Something that must be given back, last taken first. */
interface Resource {
  release(): Statement[];
  /** Leaves it to the caller's object or array instead. */
  handOver?(): Statement[];
  /** The array below goes with it. */
  readonly isInArray?: boolean;
}

const GFP_KERNEL = constant('GFP_KERNEL', 0);
const POINTER_SIZE = constant('sizeof(struct page *)', 8, 'size_t');
const PAGE_SIZE = constant('PAGE_SIZE', 4096, 'unsigned long');
const TRUE = constant('true', 1, 'bool');
const errno = (name: string, value: number): Constant => constant(`-${name}`, -value);
const EFAULT = errno('EFAULT', 14);
const STACK_SLOTS = 8;

const ONE: Readonly<Record<HoldKind, string>> = { pin: 'unpin_user_page', get: 'put_page' };
const MANY: Readonly<Record<HoldKind, string>> = { pin: 'unpin_user_pages', get: 'release_pages' };
const TAKE: Readonly<Record<HoldKind, string>> = {
  pin: 'pin_user_pages_fast',
  get: 'get_user_pages_fast',
};

/** Writes a correct function, shape by shape. */
class Author {
  private readonly parameters: Parameter[] = [];
  private readonly declarations: Statement[] = [];
  private readonly body: Statement[] = [];
  private readonly resources: Resource[] = [];
  private readonly helpers = new Map<string, FunctionDefinition>();
  private readonly features = new Set<string>();
  private readonly unwindsByGoto: boolean;

  constructor(private readonly random: Random) {
    this.unwindsByGoto = this.feature(random.pick(['unwind:goto', 'unwind:inline'])).endsWith('goto');
  }

  write(): Program {
    const acquisitions = this.random.pick([1, 1, 1, 2, 2, 3]);
    this.feature(`acquisitions:${acquisitions}`);
    for (let at = 0; at < acquisitions; at++) {
      this.acquire();
      if (this.random.chance(0.35)) this.mayFail();
    }
    this.finish();
    const root: FunctionDefinition = {
      name: 'map_buffer',
      isStatic: false,
      returns: 'int',
      parameters: this.parameters,
      body: [...this.declarations, ...this.body],
    };
    return { functions: [...this.helpers.values(), root], features: [...this.features] };
  }

  private feature(name: string): string {
    this.features.add(name);
    return name;
  }

  private parameter(type: Type, name: string): Expression {
    if (!this.parameters.some(each => each.name === name)) this.parameters.push({ type, name });
    return variable(name);
  }

  private declare(type: Type, name: string, value?: Expression, length?: number): Expression {
    const known = this.declarations.some(each => each.kind === 'declare' && each.name === name);
    if (!known) this.declarations.push({ kind: 'declare', type, name, value, length });
    return variable(name);
  }

  /** A name that is not taken yet. */
  private fresh(name: string): string {
    const taken = new Set(
      [...this.parameters, ...this.declarations].map(each => ('name' in each ? each.name : '')),
    );
    let candidate = name;
    for (let at = 2; taken.has(candidate); at++) candidate = `${name}${at}`;
    return candidate;
  }

  private local(type: Type, name: string, value?: Expression, length?: number): string {
    const free = this.fresh(name);
    this.declare(type, free, value, length);
    return free;
  }

  private emit(...statements: readonly Statement[]): void {
    this.body.push(...statements);
  }

  /** Leaves with an error, everything taken so far given back. */
  private fail(error: Expression): Statement[] {
    if (this.resources.length === 0) return [give(error)];
    if (!this.unwindsByGoto) return [...this.releases(this.resources), give(error)];
    this.declare('int', 'ret');
    return [assign(variable('ret'), error), jump(`out${this.resources.length}`)];
  }

  private releases(resources: readonly Resource[]): Statement[] {
    return resources.toReversed().flatMap(resource => resource.release());
  }

  private finish(): void {
    const last = this.resources.at(-1);
    const handsOver = last?.handOver && this.random.chance(0.35);
    if (handsOver) {
      this.feature('end:hand over');
      const kept = last.isInArray ? 2 : 1;
      const others = this.resources.slice(0, -kept);
      this.emit(...last.handOver!(), ...this.releases(others), give(number(0)));
    } else if (this.unwindsByGoto && this.resources.length > 0) {
      this.feature('end:fall through');
      this.declare('int', 'ret');
      this.emit(assign(variable('ret'), number(0)));
    } else {
      this.feature('end:release');
      this.emit(...this.releases(this.resources), give(number(0)));
    }
    if (this.unwindsByGoto && this.resources.length > 0) this.writeLabels();
  }

  private writeLabels(): void {
    for (let at = this.resources.length; at > 0; at--)
      this.emit(label(`out${at}`), ...this.resources[at - 1]!.release());
    this.emit(give(variable('ret')));
  }

  /** Calls out of the file that may fail. */
  private mayFail(): void {
    this.feature('call:may fail');
    const error = variable(this.local('int', 'err'));
    this.emit(assign(error, call('prepare_device')), when(error, this.fail(error)));
  }

  private acquire(): void {
    const shape = this.random.pick([
      'array',
      'array',
      'array',
      'single',
      'turns',
      'extract',
      'helper',
      'flag',
    ]);
    this.feature(`shape:${shape}`);
    if (shape === 'array') this.acquireArray();
    else if (shape === 'single') this.acquireSingle();
    else if (shape === 'turns') this.acquireByTurns();
    else if (shape === 'extract') this.extract();
    else if (shape === 'helper') this.acquireByHelper();
    else this.acquireByFlag();
  }

  private hold(): HoldKind {
    const kind = this.random.pick(['pin', 'get'] as const);
    this.feature(`hold:${kind}`);
    return kind;
  }

  private flags(): Expression {
    return this.random.pick([number(0), constant('FOLL_WRITE', 1)]);
  }

  /** How many pages are wanted: a number, or a parameter. */
  private count(): Expression {
    const form = this.random.pick(['constant', 'int', 'int', 'unsigned int']);
    this.feature(`count:${form}`);
    if (form === 'constant') return number(this.random.pick([2, 3]));
    return this.parameter(form as IntegerType, form === 'int' ? 'nr' : 'nr_pages');
  }

  private userAddress(): Expression {
    return this.parameter('unsigned long', this.fresh('addr'));
  }

  /** @returns the array; `allocated` arrays are a resource of their own. */
  private array(count: Expression, mayBeGiven: boolean): { array: Expression; place: string } {
    const places = ['stack', 'stack', 'kmalloc_array', 'kvmalloc_array', ...(mayBeGiven ? ['caller'] : [])];
    const place = this.feature(`array:${this.random.pick(places)}`).slice(6);
    if (place === 'caller') return { place, array: this.parameter('struct page **', this.fresh('pages')) };
    if (place === 'stack') {
      const name = this.local('struct page *[]', 'pages', undefined, STACK_SLOTS);
      return { place, array: variable(name) };
    }
    const array = this.declare('struct page **', this.fresh('pages'));
    this.emit(assign(array as never, call(place, count, POINTER_SIZE, GFP_KERNEL)));
    this.emit(when({ kind: 'unary', operator: '!', operand: array }, this.fail(errno('ENOMEM', 12))));
    const free = place === 'kmalloc_array' ? 'kfree' : 'kvfree';
    this.resources.push({ release: () => [evaluate(free, array)] });
    return { place, array };
  }

  private handOver(place: string, array: Expression, count: Expression): Partial<Resource> {
    if (place === 'caller') return { handOver: () => [] };
    if (place === 'stack') return {};
    const handOver = (): Statement[] => {
      this.parameter('struct request *', 'req');
      return [assign(member('req', 'pages'), array), assign(member('req', 'nr'), count)];
    };
    return { isInArray: true, handOver };
  }

  private acquireArray(): void {
    const kind = this.hold();
    const count = this.count();
    const { array, place } = this.array(count, true);
    const got = variable(this.local('int', 'got'));
    this.emit(assign(got, call(TAKE[kind], this.userAddress(), count, this.flags(), array)));
    const releasePart = (): Statement[] => this.releaseMany(kind, array, got);
    const test = this.feature(
      `test:${this.random.pick(['!= n', '!= n', '< 0 then < n', '< 0 then != n', '< 0', '<= 0'])}`,
    ).slice(5);
    if (test === '!= n') {
      const partial = when(binary(got, '>', number(0)), releasePart());
      this.emit(when(binary(got, '!=', count), [partial, ...this.fail(EFAULT)]));
    } else {
      const operator = test === '<= 0' ? '<=' : '<';
      const error = test === '<= 0' ? EFAULT : got;
      this.emit(when(binary(got, operator, number(0)), this.fail(error)));
      if (test.includes('then')) {
        const short = binary(got, test.endsWith('!= n') ? '!=' : '<', count);
        this.emit(when(short, [...releasePart(), ...this.fail(EFAULT)]));
      }
    }
    const isFull = test === '!= n' || test.includes('then');
    const held = isFull && this.random.chance(0.5) ? count : got;
    this.feature(held === got ? 'released:obtained' : 'released:asked');
    this.resources.push({
      release: () => this.releaseMany(kind, array, held),
      ...this.handOver(place, array, held),
    });
    if (place.endsWith('_array') && !this.unwindsByGoto && this.random.chance(0.25)) this.queue(array, held);
  }

  /** Somebody else takes the array with its pages, unless that fails; a label for them would have no place. */
  private queue(array: Expression, count: Expression): void {
    this.feature('call:takes over');
    const error = variable(this.local('int', 'err'));
    this.emit(assign(error, call('queue_pages', array, count)), when(error, this.fail(error)));
    this.resources.splice(-2);
  }

  private acquireSingle(): void {
    const kind = this.hold();
    const page = variable(this.local('struct page *', 'page'));
    this.takeOne(kind, page);
    this.resources.push({ release: () => this.releaseOne(kind, page), ...this.handOverPage(page) });
    if (this.random.chance(0.3)) {
      this.feature('call:borrows');
      this.emit(evaluate(this.random.pick(['flush_dcache_page', 'set_page_dirty_lock']), page));
    }
  }

  private handOverPage(page: Expression): Partial<Resource> {
    const handOver = (): Statement[] => {
      this.parameter('struct request *', 'req');
      return [assign(member('req', 'page'), page)];
    };
    return { handOver };
  }

  private takeOne(kind: HoldKind, page: Expression, emit = (...s: Statement[]) => this.emit(...s)): void {
    const take = call(TAKE[kind], this.userAddress(), number(1), this.flags(), address(page as never));
    const test = this.feature(`test:one ${this.random.pick(['!= 1', '< 1', '<= 0', 'direct'])}`).slice(9);
    if (test === 'direct') {
      emit(when(binary(take, '!=', number(1)), this.fail(EFAULT)));
      return;
    }
    const got = variable(this.local('int', 'got'));
    const [operator, limit] = test.split(' ') as ['!=' | '<' | '<=', string];
    emit(assign(got, take), when(binary(got, operator, number(Number(limit))), this.fail(EFAULT)));
  }

  private acquireByTurns(): void {
    const kind = this.hold();
    const count = this.count();
    const { array } = this.array(count, false);
    const start = this.userAddress();
    const i = variable(this.local('int', 'i'));
    const got = variable(this.local('int', 'got'));
    const at = binary(start, '+', binary(i, '*', PAGE_SIZE));
    const take = call(TAKE[kind], at, number(1), this.flags(), address(element(array, i)));
    const leave = this.feature(`turns:${this.random.pick(['unwind inside', 'break'])}`);
    const unwind = (): Statement => whileDown(i.name, [evaluate(ONE[kind], element(array, i))]);
    const isShort = binary(got, '!=', number(1));
    const body = [assign(got, take)];
    if (leave.endsWith('break')) {
      body.push(when(isShort, [{ kind: 'break' }]));
      this.emit(forUp(i.name, number(0), binary(i, '<', count), body));
      this.emit(when(binary(i, '<', count), [unwind(), ...this.fail(EFAULT)]));
    } else {
      body.push(when(isShort, [unwind(), ...this.fail(EFAULT)]));
      this.emit(forUp(i.name, number(0), binary(i, '<', count), body));
    }
    this.resources.push({ release: () => this.releaseMany(kind, array, count) });
  }

  private extract(): void {
    const source = this.feature(`iterator:${this.random.pick(['ubuf', 'kvec', 'given', 'given'])}`).slice(9);
    const iterator = this.iterator(source);
    const isAllocated = this.random.chance(0.4);
    this.feature(isAllocated ? 'array:by extraction' : 'array:stack');
    const length = this.parameter('size_t', 'len');
    const first = isAllocated
      ? nothing
      : variable(this.local('struct page *[]', 'slots', undefined, STACK_SLOTS));
    const pages = variable(this.local('struct page **', 'pages', first));
    const offset = variable(this.local('size_t', 'offset'));
    const bytes = variable(this.local('ssize_t', 'bytes'));
    const npages = variable(this.local(this.random.pick(['int', 'unsigned int']), 'npages'));
    const asks =
      source === 'given' || this.random.chance(0.3) ? this.random.pick(['now', 'before']) : 'never';
    this.feature(`will_pin:${asks}`);
    const pinned = asks === 'before' ? this.local('bool', 'pinned') : '';
    const ask = call('iov_iter_extract_will_pin', iterator);
    if (pinned) this.emit(assign(variable(pinned), ask));
    const out = [iterator, address(pages), length, number(STACK_SLOTS), number(0), address(offset)];
    this.emit(assign(bytes, call('iov_iter_extract_pages', ...out)));
    const freeing = isAllocated ? [evaluate('kvfree', pages)] : [];
    this.emit(when(binary(bytes, '<=', number(0)), [...freeing, ...this.fail(EFAULT)]));
    this.emit(assign(npages, call('DIV_ROUND_UP', binary(offset, '+', bytes), PAGE_SIZE)));
    if (isAllocated) this.resources.push({ release: () => [evaluate('kvfree', pages)] });
    this.resources.push({
      release: () => {
        if (asks === 'never') return source === 'kvec' ? [] : this.releaseMany('pin', pages, npages);
        const condition = pinned ? variable(pinned) : call('iov_iter_extract_will_pin', iterator);
        return [when(condition, this.releaseMany('pin', pages, npages))];
      },
    });
  }

  private iterator(source: string): Expression {
    if (source === 'given') return this.parameter('struct iov_iter *', this.fresh('iter'));
    const length = this.parameter('size_t', 'len');
    const iter = address(variable(this.local('struct iov_iter', 'local')));
    const direction = constant('ITER_DEST', 0);
    if (source === 'ubuf') {
      const user = this.parameter('void __user *', 'ubuf');
      this.emit(evaluate('iov_iter_ubuf', iter, direction, user, length));
    } else {
      this.parameter('void *', 'buf');
      const kvec = address(variable(this.local('struct kvec', 'kv')));
      this.emit(evaluate('iov_iter_kvec', iter, direction, kvec, number(1), length));
    }
    return iter;
  }

  private acquireByHelper(): void {
    const kind = this.hold();
    const count = this.count();
    const { array, place } = this.array(count, false);
    const name = `grab_${kind}`;
    if (!this.helpers.has(name)) this.helpers.set(name, acquireHelper(name, kind));
    const error = variable(this.local('int', 'err'));
    this.emit(assign(error, call(name, this.userAddress(), count, array)));
    this.emit(when(this.random.pick([error, binary(error, '<', number(0))]), this.fail(error)));
    this.resources.push({
      release: () => this.releaseMany(kind, array, count),
      ...this.handOver(place, array, count),
    });
  }

  private acquireByFlag(): void {
    const kind = this.hold();
    const flag = this.parameter('bool', this.fresh('flag'));
    const asks = this.feature(`flag:${this.random.pick(['flag', 'pointer'])}`).slice(5);
    const page = variable(this.local('struct page *', 'page', asks === 'pointer' ? nothing : undefined));
    const inside: Statement[] = [];
    this.takeOne(kind, page, (...statements) => inside.push(...statements));
    this.emit(when(flag, inside));
    const condition = asks === 'pointer' ? page : flag;
    this.resources.push({ release: () => [when(condition, this.releaseOne(kind, page))] });
  }

  private releaseOne(kind: HoldKind, page: Expression): Statement[] {
    const form = this.random.pick(['one', 'one', 'array of one']);
    if (form === 'one') return [evaluate(ONE[kind], page)];
    return [evaluate(MANY[kind], address(page as never), number(1))];
  }

  private releaseMany(kind: HoldKind, array: Expression, count: Expression): Statement[] {
    const forms = ['all', 'all', 'up', 'down', 'helper', ...(kind === 'pin' ? ['dirty'] : [])];
    const form = this.feature(`release:${this.random.pick(forms)}`).slice(8);
    if (form === 'dirty') return [evaluate('unpin_user_pages_dirty_lock', array, count, TRUE)];
    if (form === 'all') return [evaluate(MANY[kind], array, count)];
    if (form === 'helper') {
      const name = `drop_${kind}`;
      if (!this.helpers.has(name)) this.helpers.set(name, releaseHelper(name, kind, this.random));
      return [evaluate(name, array, count)];
    }
    const i = this.declare('int', 'i') as { kind: 'variable'; name: string };
    const one = [evaluate(ONE[kind], element(array, i))];
    if (form === 'up') return [forUp('i', number(0), binary(i, '<', count), one)];
    return [assign(i, count), whileDown('i', one)];
  }
}

/** All or nothing. */
function acquireHelper(name: string, kind: HoldKind): FunctionDefinition {
  const [start, count, array, got] = ['addr', 'count', 'array', 'got'].map(variable);
  const parameters: Parameter[] = [
    { type: 'unsigned long', name: 'addr' },
    { type: 'int', name: 'count' },
    { type: 'struct page **', name: 'array' },
  ];
  const body = [
    declare('int', 'got'),
    assign(got!, call(TAKE[kind], start!, count!, number(0), array!)),
    when(binary(got!, '<', number(0)), [give(got)]),
    when(binary(got!, '<', count!), [evaluate(MANY[kind], array!, got!), give(EFAULT)]),
    give(number(0)),
  ];
  return { name, isStatic: true, returns: 'int', parameters, body };
}

function releaseHelper(name: string, kind: HoldKind, random: Random): FunctionDefinition {
  const [count, array, i] = ['count', 'array', 'i'].map(variable);
  const parameters: Parameter[] = [
    { type: 'struct page **', name: 'array' },
    { type: 'int', name: 'count' },
  ];
  const loop = [
    declare('int', 'i'),
    forUp('i', number(0), binary(i!, '<', count!), [evaluate(ONE[kind], element(array!, i!))]),
  ];
  const body = random.chance(0.5) ? loop : [evaluate(MANY[kind], array!, count!)];
  return { name, isStatic: true, returns: 'void', parameters, body };
}

/** A correct program. */
export function generate(random: Random): Program {
  return new Author(random).write();
}
