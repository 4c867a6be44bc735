import type { Direction } from '../../server/src/semantics/holds.ts';
import { type Backing, IovIter, type KernelBuffer } from '../../server/src/semantics/machine/iterators.ts';
import { PAGE_SIZE, type Page } from '../../server/src/semantics/machine/pages.ts';
import type {
  Call,
  Expression,
  FunctionDefinition,
  IntegerType,
  Parameter,
  Place,
  Program,
  Statement,
  Type,
} from './ast.ts';
import { KERNEL_FUNCTIONS } from './kernelFunctions.ts';
import type { Loop } from './rewrite.ts';
import {
  asInteger,
  type Cell,
  compute,
  converted,
  type IteratorCell,
  integer,
  integerCell,
  isSame,
  isTrue,
  type KernelObject,
  Meaningless,
  type Memory,
  memoriesOf,
  newMemory,
  newObject,
  type Value,
} from './values.ts';
import type { World } from './world.ts';

const STEP_LIMIT = 2_000;
const BUFFER_PAGES = 4;
/** Slots of an array that the caller gives. */
const CALLER_SLOTS = 8;

type Binding =
  | { readonly kind: 'cell'; readonly cell: Cell }
  | { readonly kind: 'page'; readonly memory: Memory }
  | { readonly kind: 'array'; readonly memory: Memory }
  | { readonly kind: 'value'; readonly value: Value };

/** How a statement ended. */
type Outcome =
  | 'next'
  | 'break'
  | 'continue'
  | { readonly goto: string }
  | { readonly returned: Value | undefined };

/** What the caller keeps: arrays and objects it had given. */
export interface Given {
  readonly memories: readonly Memory[];
  readonly objects: readonly KernelObject[];
}

/** One activation of a function. */
class Activation {
  private readonly bindings = new Map<string, Binding>();
  private readonly given: { memories: Memory[]; objects: KernelObject[] } = { memories: [], objects: [] };

  constructor(
    private readonly world: World,
    private readonly functions: ReadonlyMap<string, FunctionDefinition>,
    private readonly model: FunctionDefinition,
    private readonly budget: { steps: number },
  ) {}

  run(args: readonly Value[] | undefined): Value | undefined {
    this.model.parameters.forEach((parameter, at) => {
      const value = args ? args[at] : this.fromCaller(parameter);
      this.bind(parameter.type, parameter.name, 1);
      if (value) this.assign({ kind: 'variable', name: parameter.name }, value);
    });
    const { body } = this.model;
    let outcome = this.list(body);
    while (typeof outcome === 'object' && 'goto' in outcome) {
      const target = outcome.goto;
      const at = body.findIndex(statement => statement.kind === 'label' && statement.name === target);
      if (at < 0) throw new Meaningless(`no label ${target}`);
      outcome = this.list(body.slice(at));
    }
    if (typeof outcome === 'object') return this.converted(outcome.returned);
    if (this.model.returns !== 'void') throw new Meaningless('the function ends without a value');
    return undefined;
  }

  kept(): Given {
    return this.given;
  }

  private converted(value: Value | undefined): Value | undefined {
    const { returns } = this.model;
    if (value?.kind !== 'integer' || returns === 'void') return value;
    return isPointer(returns) ? value : converted(value, returns as IntegerType);
  }

  /** An argument of the function under test. */
  private fromCaller({ type, name }: Parameter): Value | undefined {
    const { world } = this;
    switch (type) {
      case 'int':
      case 'unsigned int':
        return integer(world.choices.choose(name, [3, 2, 1, 0]), type);
      case 'bool':
        return integer(Number(world.choices.choose(name, [true, false])), 'bool');
      case 'size_t':
        return integer(world.choices.choose(name, [4096, 5000]), type);
      case 'unsigned long':
        return integer(world.newArea(), type);
      case 'void __user *':
        return { kind: 'user', address: BigInt(world.newArea(world.choices.choose(name, [0, 3500]))) };
      case 'void *':
        return { kind: 'buffer', buffer: this.buffer() };
      case 'struct iov_iter *':
        return { kind: 'iterator', iterator: this.givenIterator() };
      case 'struct page **': {
        const memory = newMemory(CALLER_SLOTS, 'caller');
        this.given.memories.push(memory);
        return { kind: 'pages', memory, offset: 0 };
      }
      case 'struct request *': {
        const object = newObject('caller', false);
        this.given.objects.push(object);
        return { kind: 'object', object };
      }
      case 'int *':
        return { kind: 'cell', cell: integerCell('int') };
      default:
        return undefined;
    }
  }

  private buffer(): KernelBuffer {
    const pages: Page[] = [];
    for (let at = 0; at < BUFFER_PAGES; at++) {
      const page = this.world.machine.allocate({ kind: 'kernel', order: 0 }).page(0);
      this.world.watch(page);
      pages.push(page);
    }
    return { pages };
  }

  private givenIterator(): IteratorCell {
    const { choices } = this.world;
    const length = choices.choose('bytes', [5000, 4096, 0]);
    const direction = choices.choose('direction', this.world.directions);
    switch (choices.choose('iterator', ['ubuf', 'kvec', 'bvec', 'iovec'] as const)) {
      case 'ubuf':
        return given({ kind: 'ubuf', base: this.world.newArea(3500) }, direction, length);
      case 'iovec': {
        const segments = [{ base: this.world.newArea(3500), length }];
        return given({ kind: 'iovec', segments }, direction, length);
      }
      case 'bvec': {
        const segments = this.buffer().pages.map(page => ({ page, offset: 0, length: PAGE_SIZE }));
        return given({ kind: 'bvec', segments }, direction, length);
      }
      case 'kvec':
        return given(
          { kind: 'kvec', segments: [{ buffer: this.buffer(), offset: 0, length }] },
          direction,
          length,
        );
    }
  }

  private bind(type: Type, name: string, length: number): void {
    this.bindings.set(name, this.binding(type, length));
  }

  private binding(type: Type, length: number): Binding {
    switch (type) {
      case 'struct page *':
        return { kind: 'page', memory: newMemory(1, 'local') };
      case 'struct page *[]':
        return { kind: 'array', memory: newMemory(length, 'local') };
      case 'struct page **':
      case 'struct buffer *':
      case 'int *':
        return { kind: 'cell', cell: { value: undefined } };
      case 'struct iov_iter':
        return { kind: 'value', value: { kind: 'iterator', iterator: { iter: undefined, isGiven: false } } };
      case 'struct kvec':
        return { kind: 'value', value: this.variable('buf') };
      case 'struct iov_iter *':
      case 'struct request *':
      case 'struct work_struct *':
      case 'void __user *':
      case 'void *':
        return { kind: 'value', value: { kind: 'null' } };
      default:
        return { kind: 'cell', cell: integerCell(type as IntegerType) };
    }
  }

  private list(statements: readonly Statement[]): Outcome {
    for (const statement of statements) {
      const outcome = this.execute(statement);
      if (outcome !== 'next') return outcome;
    }
    return 'next';
  }

  private execute(statement: Statement): Outcome {
    if (++this.budget.steps > STEP_LIMIT) throw new Meaningless('the program does not end');
    this.world.reach(statement);
    switch (statement.kind) {
      case 'declare':
        this.bind(statement.type, statement.name, statement.length ?? 1);
        if (statement.value)
          this.assign({ kind: 'variable', name: statement.name }, this.value(statement.value));
        return 'next';
      case 'assign':
        this.assign(statement.place, this.value(statement.value));
        return 'next';
      case 'evaluate':
        this.call(statement.call);
        return 'next';
      case 'if':
        return this.list(
          isTrue(this.value(statement.condition)) ? statement.then : (statement.otherwise ?? []),
        );
      case 'for':
      case 'while':
      case 'do':
        return this.loop(statement);
      case 'goto':
        return { goto: statement.label };
      case 'label':
        return 'next';
      case 'break':
      case 'continue':
        return statement.kind;
      case 'return':
        return { returned: statement.value && this.value(statement.value) };
    }
  }

  private loop(statement: Loop): Outcome {
    const counter: Place | undefined =
      statement.kind === 'for' ? { kind: 'variable', name: statement.name } : undefined;
    if (statement.kind === 'for' && counter) this.assign(counter, this.value(statement.from));
    const isAsked = (): boolean => isTrue(this.value(statement.condition));
    for (let goesOn = statement.kind === 'do' || isAsked(); goesOn; goesOn = isAsked()) {
      if (++this.budget.steps > STEP_LIMIT) throw new Meaningless('the program does not end');
      const outcome = this.list(statement.body);
      if (outcome === 'break') break;
      if (outcome !== 'next' && outcome !== 'continue') return outcome;
      if (statement.kind === 'for' && counter) this.count(counter, statement.step);
    }
    return 'next';
  }

  private count(counter: Place, step: Extract<Loop, { kind: 'for' }>['step']): void {
    const by = typeof step === 'string' ? integer(1) : asInteger(this.value(step));
    this.assign(counter, compute(asInteger(this.value(counter)), step === 'down' ? '-' : '+', by));
  }

  private assign(place: Place, value: Value): void {
    if (place.kind === 'variable') this.assignVariable(place.name, value);
    else if (place.kind === 'member') this.assignMember(place, value);
    else if (place.kind === 'dereference') this.pointedAt(place.pointer).value = value;
    else {
      const { memory, at } = this.slot(place);
      memory.slots[at] = pageOf(value);
    }
  }

  private assignVariable(name: string, value: Value): void {
    const binding = this.bindings.get(name);
    if (binding?.kind === 'cell') binding.cell.value = value;
    else if (binding?.kind === 'page') binding.memory.slots[0] = pageOf(value);
    else if (binding?.kind === 'value') this.bindings.set(name, { kind: 'value', value });
    else throw new Meaningless(`${name} cannot be assigned`);
  }

  private assignMember({ object: name, member }: Extract<Place, { kind: 'member' }>, value: Value): void {
    const object = this.object(name);
    if (member === 'page') object.page.slots[0] = pageOf(value);
    else if (member === 'slots' || member === 'work') throw new Meaningless(`${member} cannot be assigned`);
    else object[member].value = value;
  }

  private object(name: string): KernelObject {
    const value = this.variable(name);
    if (value.kind !== 'object') throw new Meaningless(`${name} is no object`);
    if (value.object.freed) this.world.spoil({ wrong: 'use-after-free' });
    return value.object;
  }

  private member({ object: name, member }: Extract<Place, { kind: 'member' }>): Value {
    const object = this.object(name);
    if (member === 'page') return pageValue(object.page, 0);
    if (member === 'slots') return { kind: 'pages', memory: object.slots, offset: 0 };
    if (member === 'work') throw new Meaningless('a work item is no value');
    const { value } = object[member];
    if (!value) throw new Meaningless('a member that was never written');
    return value;
  }

  private pointedAt(name: string): Cell {
    const value = this.variable(name);
    if (value.kind !== 'cell') throw new Meaningless(`${name} points to no number`);
    return value.cell;
  }

  private slot(place: Extract<Place, { kind: 'element' }>): { memory: Memory; at: number } {
    const array = this.value(place.array);
    if (array.kind !== 'pages') throw new Meaningless('no array');
    const at = array.offset + Number(asInteger(this.value(place.index)).value);
    if (array.memory.freed) this.world.spoil({ wrong: 'use-after-free' });
    return { memory: array.memory, at };
  }

  private variable(name: string): Value {
    const binding = this.bindings.get(name);
    switch (binding?.kind) {
      case 'cell':
        if (binding.cell.value) return binding.cell.value;
        break;
      case 'page':
        return pageValue(binding.memory, 0);
      case 'array':
        return { kind: 'pages', memory: binding.memory, offset: 0 };
      case 'value':
        return binding.value;
    }
    throw new Meaningless(`${name} was never written`);
  }

  private value(expression: Expression): Value {
    switch (expression.kind) {
      case 'constant':
        return integer(expression.value, expression.type);
      case 'null':
        return { kind: 'null' };
      case 'function':
        return { kind: 'function', name: expression.name };
      case 'variable':
        return this.variable(expression.name);
      case 'member':
        return this.member(expression);
      case 'dereference': {
        const { value } = this.pointedAt(expression.pointer);
        if (!value) throw new Meaningless('a number that was never written');
        return value;
      }
      case 'element': {
        const { memory, at } = this.slot(expression);
        return pageValue(memory, at);
      }
      case 'address':
        return this.address(expression.of);
      case 'decrement': {
        const before = asInteger(this.variable(expression.name));
        this.assignVariable(expression.name, compute(before, '-', integer(1)));
        return before;
      }
      case 'unary': {
        const value = this.value(expression.operand);
        if (expression.operator === '!') return integer(Number(!isTrue(value)));
        return compute(integer(0), '-', asInteger(value));
      }
      case 'binary':
        return this.binary(expression);
      case 'call': {
        const value = this.call(expression);
        if (!value) throw new Meaningless(`${expression.callee} gives no value`);
        return value;
      }
    }
  }

  private binary(expression: Extract<Expression, { kind: 'binary' }>): Value {
    const { operator } = expression;
    const left = this.value(expression.left);
    if (operator === '&&' || operator === '||') {
      const decided = isTrue(left) === (operator === '||');
      return integer(Number(decided ? isTrue(left) : isTrue(this.value(expression.right))));
    }
    const right = this.value(expression.right);
    if (left.kind === 'integer' && right.kind === 'integer') return compute(left, operator, right);
    if (left.kind === 'pages' && right.kind === 'integer' && operator === '+')
      return { ...left, offset: left.offset + Number(right.value) };
    if (operator === '==') return integer(Number(isSame(left, right)));
    if (operator === '!=') return integer(Number(!isSame(left, right)));
    throw new Meaningless('pointers are only compared');
  }

  private address(place: Place): Value {
    if (place.kind === 'element') {
      const { memory, at } = this.slot(place);
      return { kind: 'pages', memory, offset: at };
    }
    if (place.kind === 'member') {
      const object = this.object(place.object);
      if (place.member === 'page' || place.member === 'slots')
        return { kind: 'pages', memory: object[place.member], offset: 0 };
      // The address of the work item in an object leads to the object.
      if (place.member === 'work') return { kind: 'object', object };
      return { kind: 'cell', cell: object[place.member] };
    }
    if (place.kind === 'dereference') return this.variable(place.pointer);
    const binding = this.bindings.get(place.name);
    if (binding?.kind === 'page') return { kind: 'pages', memory: binding.memory, offset: 0 };
    if (binding?.kind === 'cell') return { kind: 'cell', cell: binding.cell };
    if (binding?.kind === 'value') return binding.value;
    throw new Meaningless(`the address of ${place.name}`);
  }

  private call(call: Call): Value | undefined {
    const args = call.arguments.map(argument => this.value(argument));
    const callee = this.functions.get(call.callee);
    if (callee) return new Activation(this.world, this.functions, callee, this.budget).run(args);
    const builtin = KERNEL_FUNCTIONS[call.callee];
    if (!builtin) throw new Meaningless(`${call.callee} is not known`);
    return builtin(this.world, call, args);
  }
}

const isPointer = (type: string): boolean => type.endsWith('*');

const given = (backing: Backing, direction: Direction, length: number): IteratorCell => ({
  iter: new IovIter(backing, direction, length),
  isGiven: true,
});

function pageValue(memory: Memory, at: number): Value {
  const page = memory.slots[at];
  return page === null ? { kind: 'null' } : { kind: 'page', page, memory, at };
}

function pageOf(value: Value): Page | null | undefined {
  if (value.kind === 'null') return null;
  if (value.kind !== 'page') throw new Meaningless('a page is wanted');
  return value.page;
}

/** What is left when the function under test has returned. */
export interface Ending {
  readonly returned: Value | undefined;
  readonly given: Given;
}

/**
 * Runs the last function of a program as its caller would.
 * @throws Meaningless where the program has no defined meaning
 */
export function interpret(program: Program, world: World): Ending {
  const functions = new Map(program.functions.map(each => [each.name, each]));
  const activation = new Activation(world, functions, program.functions.at(-1)!, { steps: 0 });
  const returned = activation.run(undefined);
  // What was started has time to end before anybody looks.
  for (const { callback, object } of world.started.splice(0)) {
    const model = functions.get(callback);
    if (!model) throw new Meaningless(`no function ${callback}`);
    world.giveBack(memoriesOf(object));
    object.isTaken = false;
    world.isLater = true;
    new Activation(world, functions, model, { steps: 0 }).run([{ kind: 'object', object }]);
    world.isLater = false;
  }
  return { returned, given: activation.kept() };
}
