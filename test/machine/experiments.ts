import {
  iovIterExtractPages,
  iovIterGetPages2,
  PagesPointer,
} from '../../server/src/semantics/machine/extract.ts';
import { isAnonymous, touch } from '../../server/src/semantics/machine/faults.ts';
import { fork } from '../../server/src/semantics/machine/fork.ts';
import { FOLL, getUserPagesFast, pinUserPagesFast } from '../../server/src/semantics/machine/gup.ts';
import { IovIter } from '../../server/src/semantics/machine/iterators.ts';
import { type KernelVersion, kernelOf } from '../../server/src/semantics/machine/kernels.ts';
import { AddressSpace } from '../../server/src/semantics/machine/memory.ts';
import {
  type Folio,
  HUGE_PAGES,
  Machine,
  maybeDmaPinned,
  PAGE_SIZE,
  type Page,
} from '../../server/src/semantics/machine/pages.ts';
import { putPage, unpinUserPage } from '../../server/src/semantics/machine/releases.ts';
import { flagsOf } from './replay.ts';
import { UserMemory } from './userMemory.ts';
import type { HoldIn, HoldVector } from './vectors.ts';
import { peek } from './world.ts';

const PAGES = 4;
/** Where the pretended device writes. */
const DEVICE_BYTE = 64;
const HUGE = HUGE_PAGES * PAGE_SIZE;

/** A process with four pages of some memory, and holds taken on the second. */
class Bench {
  readonly machine: Machine;
  readonly mm: AddressSpace;
  readonly start: number;
  readonly held: Page[] = [];

  constructor(
    version: KernelVersion,
    readonly input: HoldIn,
    zeroReferences: number,
  ) {
    this.machine = new Machine(kernelOf(version));
    this.mm = new AddressSpace(this.machine);
    this.machine.zero.refs = zeroReferences;
    const memory = new UserMemory(this.machine, this.mm);
    this.start = memory.reserve(input.vma, PAGES);
    const state = (input.state[0] ?? '').repeat(PAGES);
    memory.place(input.vma, this.start, PAGES, state, { dontFork: input.dontfork ?? false });
    this.mm.hasPinned = input.earlier_pin_in_mm ?? false;
  }

  get address(): number {
    return this.start + PAGE_SIZE;
  }

  get pins(): boolean {
    return this.input.hold === 'pin_user_pages_fast' || this.input.hold === 'iov_iter_extract_pages';
  }

  /** Takes the hold as often as asked; what the last call returned, 1 for a page. */
  hold(mm: AddressSpace): number {
    let last = 0;
    for (let k = 0; k < this.input.times; k++) {
      const pages: (Page | undefined)[] = [];
      last = this.holdOnce(mm, pages);
      if (last !== 1 || !pages[0]) break;
      this.held.push(pages[0]);
    }
    return last;
  }

  private holdOnce(mm: AddressSpace, pages: (Page | undefined)[]): number {
    const flags = flagsOf(this.input.gup_flag_names ?? '');
    if (this.input.hold === 'pin_user_pages_fast') return pinUserPagesFast(mm, this.address, 1, flags, pages);
    if (this.input.hold === 'get_user_pages_fast') return getUserPagesFast(mm, this.address, 1, flags, pages);
    const iter = new IovIter({ kind: 'ubuf', base: this.address }, this.input.dir ?? 'dest', 64);
    const pointer = new PagesPointer('given');
    const { ret } = this.pins
      ? iovIterExtractPages(mm, iter, pointer, 64, 1, 0)
      : iovIterGetPages2(mm, iter, pointer, 64, 1);
    pages[0] = pointer.entries[0];
    return ret > 0 ? 1 : 0;
  }

  release(unpin: boolean): number {
    for (const page of this.held) (unpin ? unpinUserPage : putPage)(this.machine, page);
    return this.held.splice(0).length;
  }

  /** What a process finds at the address, and whether that is the held page. */
  query(mm: AddressSpace): { page: Page | undefined; numbers: Numbers; exclusive: number } {
    const page = peek(mm, this.address);
    const numbers = page ? this.numbers(page.folio) : { ref: 0, pin: 0, dma: 0 };
    return { page, numbers, exclusive: exclusive(page) };
  }

  numbers(folio: Folio): Numbers {
    if (folio.freed) return { ref: 0, pin: -1, dma: 0 };
    return { ref: folio.refs, pin: folio.large ? folio.pins : -1, dma: Number(maybeDmaPinned(folio)) };
  }

  isZero(page: Page | undefined): boolean {
    return page?.folio === this.machine.zero;
  }
}

interface Numbers {
  ref: number;
  pin: number;
  dma: number;
}

function exclusive(page: Page | undefined): number {
  if (page?.folio.kind !== 'anon') return 0;
  return Number(page.folio.exclusive.has(page.index) || (page.folio.large && page.folio.exclusive.has(0)));
}

/** References of the zero page where nothing tells how often it was in use. */
const SOME_REFERENCES = 1000;

/** How often the zero page was in use is not known beforehand; a first run tells by how much the records differ. */
export function replayFork(version: KernelVersion, vector: HoldVector): Record<string, unknown> {
  const first = runFork(new Bench(version, vector.in, SOME_REFERENCES));
  const off = first.zeroCounts.map(({ path, ref }) => numberAt(vector.out, path) - ref);
  return off.length ? runFork(new Bench(version, vector.in, SOME_REFERENCES + (off[0] ?? 0))).out : first.out;
}

function numberAt(value: Record<string, unknown>, [outer, inner]: readonly [string, string]): number {
  const part = value[outer];
  return typeof part === 'object' && part !== null && inner in part
    ? Number((part as Record<string, unknown>)[inner])
    : Number.NaN;
}

interface ForkRun {
  readonly out: Record<string, unknown>;
  /** Reference counts of zero pages in the output. */
  readonly zeroCounts: { path: readonly [string, string]; ref: number }[];
}

function runFork(bench: Bench): ForkRun {
  const { input, mm: parent } = bench;
  const zeroCounts: ForkRun['zeroCounts'] = [];
  const note = (outer: string, page: Page | undefined) => {
    if (page && bench.isZero(page)) zeroCounts.push({ path: [outer, 'ref'], ref: page.folio.refs });
  };
  const after = input.hold_when === 'after_fork';
  const holds = input.hold !== 'none';
  let holdRet = 0;
  if (holds && !after) holdRet = bench.hold(parent);
  const { page: beforePage, ...before } = bench.query(parent);
  note('before_fork', beforePage);
  const pinnedBefore = Number(parent.hasPinned);
  const child = fork(parent);
  const { page: afterPage, ...forked } = bench.query(parent);
  note('after_fork', afterPage);
  const heldAtFork = bench.held[0];
  if (holds && after) holdRet = bench.hold(input.hold_by === 'child' ? child : parent);
  let childGone = false;
  for (const action of input.actions ?? '') {
    if (action === 'P') write(parent, bench.address, 'P');
    else if (action === 'C') write(child, bench.address, 'C');
    else if (action === 'M') parent.unmap(bench.address, bench.address + PAGE_SIZE);
    else if (action === 'X') {
      child.exit();
      childGone = true;
    }
  }
  const held = bench.held[0];
  const offset = (held?.index ?? 0) * PAGE_SIZE;
  const deviceRead = held?.folio.read(offset);
  const flags = flagsOf(input.gup_flag_names ?? '');
  const byGup = input.gup_flag_names !== undefined;
  const deviceWrites = holds && (byGup ? (flags & FOLL.WRITE) !== 0 : input.dir === 'dest');
  if (deviceWrites) held?.folio.write(offset + DEVICE_BYTE, 'D'.charCodeAt(0));

  const parentView = observe(bench, parent);
  note('parent', parentView.page);
  const heldEnd = parentView.held;
  const pinnedAfter = parentView.hasPinned;
  if (bench.isZero(held)) zeroCounts.push({ path: ['held_end', 'ref'], ref: heldEnd.ref });
  const childView = childGone ? undefined : observe(bench, child);
  if (childView) note('child', childView.page);
  const out = {
    hold_ret: holdRet,
    device_writes: deviceWrites,
    ...(holds ? { device_read_byte0: byteText(deviceRead) } : {}),
    before_fork: {
      ...before.numbers,
      exclusive: before.exclusive,
      present: Number(beforePage !== undefined),
    },
    after_fork: {
      ...forked.numbers,
      exclusive: forked.exclusive,
      is_held_page: Number(afterPage !== undefined && afterPage === heldAtFork),
    },
    mm_has_pinned: [pinnedBefore, pinnedAfter],
    held_end: heldEnd,
    parent: parentView.record,
    child: childView?.record ?? null,
    ...(deviceWrites ? { sees_dma: seenBy(parentView.sees, childView?.sees ?? false) } : {}),
    released: bench.release(bench.pins),
    warn: [...bench.machine.warnings],
  };
  return { out, zeroCounts };
}

function write(mm: AddressSpace, address: number, letter: string): void {
  const page = touch(mm, address, 'write');
  page?.folio.write(page.index * PAGE_SIZE, letter.charCodeAt(0));
}

/** Looks first, then reads two bytes, which may fault a page in. */
function observe(bench: Bench, mm: AddressSpace) {
  const { page, numbers, exclusive: own } = bench.query(mm);
  const held = bench.held[0];
  const heldNumbers = held ? bench.numbers(held.folio) : { ref: 0, pin: 0, dma: 0 };
  const hasPinned = Number(mm.hasPinned);
  const read = (at: number) => {
    const found = touch(mm, bench.address, 'read');
    return found?.folio.read(found.index * PAGE_SIZE + at);
  };
  const byte0 = read(0);
  const byte64 = read(DEVICE_BYTE);
  const record = {
    present: page !== undefined,
    is_held_page: page !== undefined && page === held,
    anon: Number(page !== undefined && isAnonymous(page.folio)),
    exclusive: own,
    ref: numbers.ref,
    byte0: byteText(byte0),
    byte64: byteText(byte64),
  };
  return { page, record, held: heldNumbers, hasPinned, sees: byte64 === 'D'.charCodeAt(0) };
}

function byteText(byte: number | undefined): string | null {
  return byte === undefined ? null : String.fromCharCode(byte);
}

function seenBy(parent: boolean, child: boolean): string {
  if (parent) return child ? 'both' : 'parent';
  return child ? 'child' : 'none';
}

/** A release that may be the wrong one, then the end of the memory. */
export function replayHarm(version: KernelVersion, vector: HoldVector): Record<string, unknown> {
  const bench = new Bench(version, vector.in, SOME_REFERENCES);
  const { mm, machine } = bench;
  const before = bench.query(mm).numbers;
  const holdRet = bench.hold(mm);
  const folio = bench.held[0]?.folio;
  const look = () => {
    bench.query(mm);
    const numbers = folio ? bench.numbers(folio) : { ref: 0, pin: 0, dma: 0 };
    return { ...numbers, in_buddy: 0 };
  };
  const held = look();
  bench.release(vector.in.released_with === 'unpin_user_page');
  const afterRelease = look();
  const file = mm.find(bench.start)?.file;
  if (vector.in.vma.startsWith('thp')) {
    const huge = bench.start - (bench.start % HUGE);
    mm.unmap(huge, huge + 2 * HUGE);
  } else mm.unmap(bench.start, bench.start + PAGES * PAGE_SIZE);
  file?.drop(machine);
  const afterUnmap = look();
  return {
    hold_ret: holdRet,
    before,
    held,
    after_release: afterRelease,
    after_unmap: afterUnmap,
    warn: [...machine.warnings],
  };
}
