import type { Direction } from '../../server/src/semantics/holds.ts';
import {
  type Extracted,
  iovIterExtractPages,
  iovIterGetPages2,
  iovIterGetPagesAlloc2,
  PagesPointer,
} from '../../server/src/semantics/machine/extract.ts';
import { FOLL } from '../../server/src/semantics/machine/gup.ts';
import { IovIter, type KernelSegment } from '../../server/src/semantics/machine/iterators.ts';
import { extractionHold } from '../../server/src/semantics/machine/kernels.ts';
import { PAGE_SIZE, type Page } from '../../server/src/semantics/machine/pages.ts';
import type { Call } from './ast.ts';
import {
  type Answer,
  asInteger,
  type Cell,
  type Hold,
  type Integer,
  type IteratorCell,
  integer,
  type KernelObject,
  Meaningless,
  type Memory,
  memoriesOf,
  newMemory,
  newObject,
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
    const isWritable = numberAt(args, 2, 'unsigned int') % 2 === 1;
    const acquired = { kind, memory, acquisition: call, isConditional: false, isWritable };
    const taken = integer(world.takeUserPages(start, numberAt(args, 1, 'int'), offset, acquired));
    return { ...taken, error: taken.value < 0n ? 'pages' : undefined };
  };

const releaseOne =
  (kind: 'pin' | 'get' | 'allocation'): KernelFunction =>
  (world, call, args) => {
    const [value] = args;
    const [memory, at] = value?.kind === 'page' ? [value.memory, value.at] : [undefined, 0];
    world.release(pageAt(args, 0), memory, at, kind, call);
    return undefined;
  };

/** unpin_user_pages_dirty_lock(pages, count, make_dirty) */
const releaseManyDirty: KernelFunction = (world, call, args) => {
  const { memory, offset } = pagesAt(args, 0);
  if (numberAt(args, 2, 'bool') !== 0)
    for (const page of memory.slots.slice(offset, offset + numberAt(args, 1, 'unsigned long')))
      if (page) world.markDirty(page);
  return releaseMany('pin', 'unsigned long', true)(world, call, args);
};

/** page_put_unpin(page, mode) of the v7 series. */
const releaseByMode: KernelFunction = (world, call, args) => {
  const mode = numberAt(args, 1, 'unsigned int');
  if (mode === 0) return undefined;
  return releaseOne(mode === FOLL.PIN ? 'pin' : 'get')(world, call, args);
};

/** @param type of the count; @param refusesErrors an error code as count is noticed, and nothing done. */
const releaseMany =
  (kind: 'pin' | 'get', type: Integer['type'], refusesErrors: boolean): KernelFunction =>
  (world, call, args) => {
    const { memory, offset } = pagesAt(args, 0);
    const count = numberAt(args, 1, type);
    const isError = numberAt(args, 1, type === 'int' ? 'int' : 'long') < 0;
    world.touch(memory);
    if (isError) {
      const isAsked = memory.state !== 'unasked';
      const wrong = type === 'int' ? 'error-as-count' : isAsked ? 'nothing-obtained' : 'never-asked';
      world.see({ wrong, call });
    }
    if (count === 0) world.noteIdle(memory, kind, call);
    if (isError && refusesErrors) return undefined;
    if (count > memory.slots.length) world.spoilEmpty(memory, memory.slots.length, call);
    if (memory.freed) world.spoil({ wrong: 'use-after-free', call });
    for (let at = 0; at < Math.min(count, memory.slots.length); at++)
      world.release(memory.slots[offset + at], memory, offset + at, kind, call);
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
    if (value?.kind === 'object') return freeObject(world, call, value.object);
    const { memory } = pagesAt(args, 0);
    if (memory.freed) world.spoil({ wrong: 'double-free', call });
    else if (!owners.includes(memory.owner)) world.spoil({ wrong: 'wrong-free', call });
    memory.freed = true;
    return undefined;
  };

/** Bytes, or a negative error code. */
const byteCount = (value: number): Integer => ({
  ...integer(value, 'ssize_t'),
  error: value < 0 ? 'bytes' : undefined,
});

function freeObject(world: World, call: Call, object: KernelObject): undefined {
  if (object.freed) world.spoil({ wrong: 'double-free', call });
  object.freed = true;
  object.slots.freed = true;
  object.page.freed = true;
}

const allocateObject: KernelFunction = (world, call) => {
  if (world.choices.choose(call.callee, ENOMEM_OPTIONS) === 'fails') return { kind: 'null' };
  return { kind: 'object', object: newObject('kmalloc', true) };
};

/** iov_iter_get_pages2(iter, pages, maxsize, maxpages, &offset). */
const getPages: KernelFunction = (world, call, args) => {
  const { iter: built, isGiven } = iteratorAt(args, 0);
  const iter = filled({ iter: built, isGiven });
  const { memory, offset } = pagesAt(args, 1);
  const start = args[4];
  if (start?.kind !== 'cell' || offset !== 0) throw new Meaningless('out-parameters are wanted');
  const size = numberAt(args, 2, 'size_t');
  const maxPages = numberAt(args, 3, 'unsigned int');
  prepareRange(world, iter, size, maxPages);
  if (iter.kind === 'kvec') return integer(-14, 'ssize_t');
  const pages = new PagesPointer('given');
  const result = iovIterGetPages2(world.mm, iter, pages, size, maxPages);
  if (result.offset !== undefined) start.cell.value = integer(result.offset, 'size_t');
  enterExtracted(world, call, { pages, result, memory, isGiven, kind: 'get' });
  return byteCount(result.ret);
};

/** iov_iter_get_pages_alloc2(iter, &pages, maxsize, &offset). */
const getPagesAlloc: KernelFunction = (world, call, args) => {
  const { iter: built, isGiven } = iteratorAt(args, 0);
  const iter = filled({ iter: built, isGiven });
  const [pointer, start] = [args[1], args[3]];
  if (pointer?.kind !== 'cell' || start?.kind !== 'cell') throw new Meaningless('out-parameters are wanted');
  const size = numberAt(args, 2, 'size_t');
  prepareRange(world, iter, size, Number.MAX_SAFE_INTEGER);
  pointer.cell.value = { kind: 'null' };
  if (iter.kind === 'kvec') return integer(-14, 'ssize_t');
  const pages = new PagesPointer('null');
  const result = iovIterGetPagesAlloc2(world.mm, iter, pages, size);
  const memory = arrayOf(world, call, pointer.cell, pages);
  if (result.offset !== undefined) start.cell.value = integer(result.offset, 'size_t');
  enterExtracted(world, call, { pages, result, memory, isGiven, kind: 'get' });
  return byteCount(result.ret);
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
  prepareRange(world, iter, size, maxPages);
  const pages = new PagesPointer(given?.kind === 'pages' ? 'given' : 'null');
  const result = iovIterExtractPages(world.mm, iter, pages, size, maxPages, 0);
  const memory = arrayOf(world, call, pointer.cell, pages);
  if (result.offset !== undefined) start.cell.value = integer(result.offset, 'size_t');
  const kind = extractionHold(world.machine.kernel, iter.kind, iter.direction);
  enterExtracted(world, call, { pages, result, memory, isGiven, kind });
  return byteCount(result.ret);
};

/** Decides how much of the user memory behind an iterator is there. */
function prepareRange(world: World, { backing, count }: IovIter, size: number, maxPages: number): void {
  const base = backing.kind === 'ubuf' ? backing.base : backing.kind === 'iovec' && backing.segments[0]?.base;
  if (base === false || base === undefined) return;
  const bytes = (base % PAGE_SIZE) + Math.min(size, count);
  world.prepare(base, Math.min(maxPages, Math.ceil(bytes / PAGE_SIZE)));
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
  readonly kind: Hold['kind'];
}

function enterExtracted(world: World, call: Call, taken: Taken): void {
  const { pages, result, memory, isGiven, kind } = taken;
  if (memory?.state === 'unasked') memory.state = 'asked';
  if (result.ret <= 0 || !memory) return;
  const count = Math.ceil(((result.offset ?? 0) + result.ret) / PAGE_SIZE);
  world.checkRoom(memory, 0, count);
  world.enter(pages.entries.slice(0, count), { kind, memory, acquisition: call, isConditional: isGiven }, 0);
}

/** ITER_SOURCE is 1, ITER_DEST 0. */
const directionAt = (args: readonly Value[], at: number): Direction =>
  numberAt(args, at, 'int') === 1 ? 'source' : 'dest';

const buildUbuf: KernelFunction = (_world, _call, args) => {
  const iterator = iteratorAt(args, 0);
  const user = args[2];
  if (user?.kind !== 'user') throw new Meaningless('a user address is wanted');
  const backing = { kind: 'ubuf', base: Number(user.address) } as const;
  iterator.iter = new IovIter(backing, directionAt(args, 1), numberAt(args, 3, 'size_t'));
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
  iterator.iter = new IovIter({ kind: 'kvec', segments: [segment] }, directionAt(args, 1), length);
  return undefined;
};

/** A call out of the file that is given pages: it takes them over where it succeeds. */
const queuePages: KernelFunction = (world, call, args) => {
  const { memory } = pagesAt(args, 0);
  const answer: Answer = { wasLookedAt: false };
  const works = world.choices.choose(call.callee, ENOMEM_OPTIONS) === 'works';
  world.give([memory], answer, works);
  if (works) memory.isTaken = true;
  return { ...integer(works ? 0 : -5), answer };
};

/** The same with an object. */
const submitBuffer: KernelFunction = (world, call, args) => {
  const object = objectAt(args, 0);
  const answer: Answer = { wasLookedAt: false };
  const works = world.choices.choose(call.callee, ENOMEM_OPTIONS) === 'works';
  world.give(memoriesOf(object), answer, works);
  if (works) takeObject(object);
  return { ...integer(works ? 0 : -5), answer };
};

/** submit_buffer_async(object, callback): the callback is given the object when all is done. */
const startBuffer: KernelFunction = (world, call, args) => {
  const answer = submitBuffer(world, call, args);
  const [object, callback] = args;
  if (object?.kind !== 'object' || callback?.kind !== 'function')
    throw new Meaningless('an object and a function are wanted');
  if (object.object.isTaken) world.started.push({ callback: callback.name, object: object.object });
  return answer;
};

/** INIT_WORK(&buf->work, function) */
const initWork: KernelFunction = (_world, _call, args) => {
  const [, callback] = args;
  if (callback?.kind !== 'function') throw new Meaningless('a function is wanted');
  objectAt(args, 0).work = callback.name;
  return undefined;
};

/** schedule_work(&buf->work): the work runs later, and has the object from now on. */
const scheduleWork: KernelFunction = (world, _call, args) => {
  const object = objectAt(args, 0);
  if (!object.work) throw new Meaningless('a work item without a function');
  if (object.isTaken) return integer(0, 'bool');
  world.give(memoriesOf(object), { wasLookedAt: true }, true);
  takeObject(object);
  world.started.push({ callback: object.work, object });
  return integer(1, 'bool');
};

function objectAt(args: readonly Value[], at: number): KernelObject {
  const value = args[at];
  if (value?.kind !== 'object') throw new Meaningless('an object is wanted');
  return value.object;
}

function takeObject(object: KernelObject): void {
  object.isTaken = true;
  for (const memory of memoriesOf(object)) memory.isTaken = true;
}

/** A page is looked at, and nothing else. */
const borrow: KernelFunction = (world, call, args) => {
  const page = pageAt(args, 0);
  if (!page) throw new Meaningless('a page that is not there is used');
  world.use(page, call);
  return undefined;
};

const markDirty: KernelFunction = (world, call, args) => {
  borrow(world, call, args);
  world.markDirty(pageAt(args, 0)!);
  return undefined;
};

const smaller: KernelFunction = (_world, _call, args) => {
  const [a, b] = [args[0], args[1]].map(each => asInteger(each ?? { kind: 'null' }));
  if (a!.type !== b!.type) throw new Meaningless('min() of two types');
  return a!.value < b!.value ? a : b;
};

const isUserBacked: KernelFunction = (_world, _call, args) =>
  integer(filled(iteratorAt(args, 0)).userBacked ? 1 : 0, 'bool');

/** The functions of the kernel that programs call, by name. */
export const KERNEL_FUNCTIONS: Readonly<Record<string, KernelFunction>> = {
  pin_user_pages_fast: takeUserPages('pin'),
  get_user_pages_fast: takeUserPages('get'),
  iov_iter_extract_pages: extract,
  iov_iter_get_pages2: getPages,
  iov_iter_get_pages_alloc2: getPagesAlloc,
  iov_iter_extract_will_pin: isUserBacked,
  user_backed_iter: isUserBacked,
  iov_iter_extract_mode: (world, _call, args) => {
    const iter = filled(iteratorAt(args, 0));
    const hold = extractionHold(world.machine.kernel, iter.kind, iter.direction);
    return integer({ pin: FOLL.PIN, get: FOLL.GET, none: 0 }[hold], 'unsigned int');
  },
  iov_iter_ubuf: buildUbuf,
  iov_iter_kvec: buildKvec,
  put_page: releaseOne('get'),
  unpin_user_page: releaseOne('pin'),
  __free_page: releaseOne('allocation'),
  unpin_user_pages: releaseMany('pin', 'unsigned long', true),
  unpin_user_pages_dirty_lock: releaseManyDirty,
  page_put_unpin: releaseByMode,
  release_pages: releaseMany('get', 'int', false),
  kzalloc: allocateObject,
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
  submit_buffer: submitBuffer,
  submit_buffer_async: startBuffer,
  INIT_WORK: initWork,
  schedule_work: scheduleWork,
  container_of: (_world, _call, args) => args[0],
  flush_dcache_page: borrow,
  set_page_dirty_lock: markDirty,
  min: smaller,
  ERR_PTR: (_world, _call, args) => ({ kind: 'error', code: BigInt(numberAt(args, 0, 'long')) }),
  IS_ERR: (_world, _call, args) => integer(args[0]?.kind === 'error' ? 1 : 0, 'bool'),
  PTR_ERR: (_world, _call, args) => {
    const [value] = args;
    if (value?.kind !== 'error') throw new Meaningless('PTR_ERR() of what is no error');
    return integer(value.code, 'long');
  },
};
