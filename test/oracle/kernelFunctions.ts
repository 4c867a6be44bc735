import {
  type Extracted,
  iovIterExtractPages,
  PagesPointer,
} from '../../server/src/semantics/machine/extract.ts';
import { IovIter, type KernelSegment } from '../../server/src/semantics/machine/iterators.ts';
import { PAGE_SIZE, type Page } from '../../server/src/semantics/machine/pages.ts';
import type { Call } from './ast.ts';
import {
  type Cell,
  type Integer,
  type IteratorCell,
  integer,
  Meaningless,
  type Memory,
  newMemory,
  type Value,
} from './values.ts';
import type { World } from './world.ts';

type KernelFunction = (world: World, call: Call, args: readonly Value[]) => Value | undefined;

const ENOMEM_OPTIONS = ['works', 'fails'] as const;

/** The value of an argument, converted to the parameter's type. */
function numberAt(args: readonly Value[], at: number, type: Integer['type']): number {
  const value = args[at];
  if (value?.kind !== 'integer') throw new Meaningless('a number is wanted');
  return Number(integer(value.value, type).value);
}

function pagesAt(args: readonly Value[], at: number): { memory: Memory; offset: number } {
  const value = args[at];
  if (value?.kind !== 'pages') throw new Meaningless('a page array is wanted');
  return value;
}

/** A page pointer argument: a page, NULL, or undefined for what was never written. */
function pageAt(args: readonly Value[], at: number): Page | null | undefined {
  const value = args[at];
  if (value?.kind === 'null') return null;
  if (value?.kind !== 'page') throw new Meaningless('a page is wanted');
  return value.page;
}

function iteratorAt(args: readonly Value[], at: number): IteratorCell {
  const value = args[at];
  if (value?.kind !== 'iterator') throw new Meaningless('an iterator is wanted');
  return value.iterator;
}

function filled(cell: IteratorCell): IovIter {
  if (!cell.iter) throw new Meaningless('an iterator that was never built');
  return cell.iter;
}

const takeUserPages =
  (kind: 'pin' | 'get'): KernelFunction =>
  (world, call, args) => {
    const { memory, offset } = pagesAt(args, 3);
    const start = numberAt(args, 0, 'unsigned long');
    return integer(world.takeUserPages(kind, start, numberAt(args, 1, 'int'), memory, offset, call));
  };

const releaseOne =
  (kind: 'pin' | 'get' | 'allocation'): KernelFunction =>
  (world, call, args) => {
    const [value] = args;
    const memory = value?.kind === 'page' ? value.memory : undefined;
    world.release(pageAt(args, 0), memory, kind, call);
    return undefined;
  };

/** @param type of the count; @param refusesErrors an error code as count is noticed, and nothing done. */
const releaseMany =
  (kind: 'pin' | 'get', type: Integer['type'], refusesErrors: boolean): KernelFunction =>
  (world, call, args) => {
    const { memory, offset } = pagesAt(args, 0);
    const count = numberAt(args, 1, type);
    const isError = numberAt(args, 1, type === 'int' ? 'int' : 'long') < 0;
    if (isError) world.see({ wrong: type === 'int' ? 'error-as-count' : 'nothing-obtained', call });
    if (isError && refusesErrors) return undefined;
    for (let at = 0; at < count; at++) {
      if (memory.freed) world.crash({ wrong: 'use-after-free', call });
      world.release(memory.slots[offset + at], memory, kind, call);
    }
    return undefined;
  };

const allocate =
  (owner: 'kmalloc' | 'kvmalloc'): KernelFunction =>
  (world, call, args) => {
    const length = numberAt(args, 0, 'int');
    if (length < 0 || world.choices.choose(call.callee, ENOMEM_OPTIONS) === 'fails') return { kind: 'null' };
    const memory = newMemory(length, owner);
    world.allocations.push({ memory, call });
    return { kind: 'pages', memory, offset: 0 };
  };

const free =
  (...owners: readonly Memory['owner'][]): KernelFunction =>
  (world, call, args) => {
    const [value] = args;
    if (value?.kind === 'null') return undefined;
    const { memory } = pagesAt(args, 0);
    if (memory.freed) world.crash({ wrong: 'double-free', call });
    if (!owners.includes(memory.owner)) world.crash({ wrong: 'wrong-free', call });
    memory.freed = true;
    return undefined;
  };

/** iov_iter_extract_pages(iter, &pages, maxsize, maxpages, flags, &offset). */
const extract: KernelFunction = (world, call, args) => {
  const { iter: built, isGiven } = iteratorAt(args, 0);
  const iter = filled({ iter: built, isGiven });
  const [pointer, start] = [args[1], args[5]];
  if (pointer?.kind !== 'cell' || start?.kind !== 'cell') throw new Meaningless('out-parameters are wanted');
  const given = pointer.cell.value;
  const size = numberAt(args, 2, 'size_t');
  const maxPages = numberAt(args, 3, 'unsigned int');
  if (iter.backing.kind === 'ubuf') world.prepare(iter.backing.base, pagesSpanned(iter, size, maxPages));
  const pages = new PagesPointer(given?.kind === 'pages' ? 'given' : 'null');
  const result = iovIterExtractPages(world.mm, iter, pages, size, maxPages, 0);
  const memory = arrayOf(world, call, pointer.cell, pages);
  if (result.offset !== undefined) start.cell.value = integer(result.offset, 'size_t');
  enterExtracted(world, call, { pages, result, memory, isGiven, isUser: iter.userBacked });
  return integer(result.ret, 'ssize_t');
};

function pagesSpanned(iter: IovIter, size: number, maxPages: number): number {
  if (iter.backing.kind !== 'ubuf') return 0;
  const bytes = (iter.backing.base % PAGE_SIZE) + Math.min(size, iter.count);
  return Math.min(maxPages, Math.ceil(bytes / PAGE_SIZE));
}

/** The array the pages went to: the one given, or a new one that the variable points to from now on. */
function arrayOf(world: World, call: Call, cell: Cell, pages: PagesPointer): Memory | undefined {
  const { value } = cell;
  if (value?.kind === 'pages') return value.memory;
  if (value === undefined) throw new Meaningless('an array pointer that was never written');
  if (pages.fate === 'null') return undefined;
  // Where nothing could be taken, the array may be there all the same.
  const memory = newMemory(pages.fate === 'allocated' ? Math.max(1, pages.entries.length) : 0, 'kvmalloc');
  world.allocations.push({ memory, call });
  cell.value = { kind: 'pages', memory, offset: 0 };
  return memory;
}

interface Taken {
  readonly pages: PagesPointer;
  readonly result: Extracted;
  readonly memory: Memory | undefined;
  readonly isGiven: boolean;
  readonly isUser: boolean;
}

function enterExtracted(world: World, call: Call, taken: Taken): void {
  const { pages, result, memory, isGiven, isUser } = taken;
  if (memory?.state === 'unasked') memory.state = 'asked';
  if (result.ret <= 0 || !memory) return;
  const count = Math.ceil(((result.offset ?? 0) + result.ret) / PAGE_SIZE);
  world.checkRoom(memory, 0, count);
  const kind = isUser ? 'pin' : 'none';
  world.enter(pages.entries.slice(0, count), { kind, memory, acquisition: call, isConditional: isGiven }, 0);
}

const buildUbuf: KernelFunction = (_world, _call, args) => {
  const iterator = iteratorAt(args, 0);
  const user = args[2];
  if (user?.kind !== 'user') throw new Meaningless('a user address is wanted');
  iterator.iter = new IovIter(
    { kind: 'ubuf', base: Number(user.address) },
    'dest',
    numberAt(args, 3, 'size_t'),
  );
  return undefined;
};

const buildKvec: KernelFunction = (world, call, args) => {
  const iterator = iteratorAt(args, 0);
  const buffer = args[2];
  if (buffer?.kind !== 'buffer') throw new Meaningless('a kvec is wanted');
  // An empty one is the only kernel buffer of which nothing can be extracted.
  const isEmpty = world.choices.choose(call.callee, ['with data', 'empty']) === 'empty';
  const length = isEmpty ? 0 : numberAt(args, 4, 'size_t');
  const segment: KernelSegment = { buffer: buffer.buffer, offset: 0, length };
  iterator.iter = new IovIter({ kind: 'kvec', segments: [segment] }, 'dest', length);
  return undefined;
};

/** A call out of the file that is given pages: it takes them over where it succeeds. */
const queuePages: KernelFunction = (world, call, args) => {
  if (world.choices.choose(call.callee, ENOMEM_OPTIONS) === 'fails') return integer(-5);
  world.consume(pagesAt(args, 0).memory);
  return integer(0);
};

/** A page is looked at, and nothing else. */
const borrow: KernelFunction = (_world, _call, args) => {
  if (!pageAt(args, 0)) throw new Meaningless('a page that is not there is used');
  return undefined;
};

/** The functions of the kernel that programs call, by name. */
export const KERNEL_FUNCTIONS: Readonly<Record<string, KernelFunction>> = {
  pin_user_pages_fast: takeUserPages('pin'),
  get_user_pages_fast: takeUserPages('get'),
  iov_iter_extract_pages: extract,
  iov_iter_extract_will_pin: (_world, _call, args) =>
    integer(filled(iteratorAt(args, 0)).userBacked ? 1 : 0, 'bool'),
  iov_iter_ubuf: buildUbuf,
  iov_iter_kvec: buildKvec,
  put_page: releaseOne('get'),
  unpin_user_page: releaseOne('pin'),
  __free_page: releaseOne('allocation'),
  unpin_user_pages: releaseMany('pin', 'unsigned long', true),
  unpin_user_pages_dirty_lock: releaseMany('pin', 'unsigned long', true),
  release_pages: releaseMany('get', 'int', false),
  kmalloc_array: allocate('kmalloc'),
  kvmalloc_array: allocate('kvmalloc'),
  kfree: free('kmalloc'),
  kvfree: free('kmalloc', 'kvmalloc'),
  DIV_ROUND_UP: (_world, _call, args) => {
    const [total, unit] = [numberAt(args, 0, 'long'), numberAt(args, 1, 'long')];
    return integer(Math.ceil(total / unit), 'unsigned long');
  },
  prepare_device: (world, call) =>
    integer(world.choices.choose(call.callee, ENOMEM_OPTIONS) === 'fails' ? -5 : 0),
  queue_pages: queuePages,
  flush_dcache_page: borrow,
  set_page_dirty_lock: borrow,
};
