import { type Kernel, type Warning, warningPlace } from './kernels.ts';

export const PAGE_SIZE = 4096;
/** GUP_PIN_COUNTING_BIAS (include/linux/mm.h): what a pin adds to the reference count of a small folio. */
export const PIN_BIAS = 1024;
/** Order of a PMD-mapped huge page on x86_64. */
export const HUGE_ORDER = 9;
export const HUGE_PAGES = 1 << HUGE_ORDER;

/** `kernel`: memory of the kernel or of a driver that is neither slab nor page cache. */
export type FolioKind = 'anon' | 'file' | 'zero' | 'hugezero' | 'hugetlb' | 'slab' | 'kernel';

/** One struct page; pages are compared by identity. */
export interface Page {
  readonly folio: Folio;
  /** Pages from the start of the folio. */
  readonly index: number;
}

/** A folio with the state that extraction, fork and release look at. */
export class Folio {
  /** folio_ref_count(). */
  refs = 1;
  /** _pincount: pins of a large folio. */
  pins = 0;
  dirty = false;
  /** How often it is mapped as a whole; kept for hugetlb, whose reuse depends on it. */
  mappings = 0;
  freed = false;
  /** Pages with PageAnonExclusive; a PMD mapping looks at page 0 alone. */
  readonly exclusive = new Set<number>();
  private readonly pages: Page[] = [];
  /** Bytes that differ from the page's fill, by offset in the folio. */
  private readonly bytes = new Map<number, number>();
  private readonly fills = new Map<number, number>();

  /** @param frame frame number of page 0. */
  constructor(
    readonly kind: FolioKind,
    readonly order: number,
    readonly frame: number,
  ) {}

  get large(): boolean {
    return this.order > 0;
  }

  /** Pages. */
  get length(): number {
    return 1 << this.order;
  }

  /** Bytes. */
  get size(): number {
    return this.length * PAGE_SIZE;
  }

  page(index: number): Page {
    let page = this.pages[index];
    if (!page) {
      page = { folio: this, index };
      this.pages[index] = page;
    }
    return page;
  }

  /** @param offset bytes from the start of the folio. */
  read(offset: number): number {
    return this.bytes.get(offset) ?? this.fills.get(Math.floor(offset / PAGE_SIZE)) ?? 0;
  }

  write(offset: number, value: number): void {
    this.bytes.set(offset, value);
  }

  fill(index: number, value: number): void {
    this.fills.set(index, value);
    this.forget(index);
  }

  /** Copies the content of one page, as copy_user_highpage() does. */
  copyPage(index: number, from: Page): void {
    this.fill(index, from.folio.fills.get(from.index) ?? 0);
    const start = from.index * PAGE_SIZE;
    for (const [offset, value] of from.folio.bytes)
      if (offset >= start && offset < start + PAGE_SIZE)
        this.bytes.set(index * PAGE_SIZE + offset - start, value);
  }

  private forget(index: number): void {
    for (const offset of [...this.bytes.keys()])
      if (Math.floor(offset / PAGE_SIZE) === index) this.bytes.delete(offset);
  }
}

/** A folio that somebody asks for. */
export interface Wanted {
  readonly kind: FolioKind;
  readonly order: number;
  /** User address that the folio is allocated for. */
  readonly address?: number;
}

/** What the allocator had: a frame number, and a dirty bit left over from an earlier owner (hugetlb's pool keeps it). */
export interface Found {
  readonly frame?: number;
  readonly dirty?: boolean;
}

/** Frames, the two zero folios, and the warnings a run caused. */
export class Machine {
  readonly zero: Folio;
  /** Places of the warnings, in order; each at most once, as WARN_ON_ONCE prints them. */
  readonly warnings: string[] = [];
  private readonly frames = new Map<number, Folio>();
  private nextFrame = 1 << 20;
  private hugeZeroFolio: Folio | undefined;

  /** @param find says which frame a folio gets; without an answer, one that adjoins no other. */
  constructor(
    readonly kernel: Kernel,
    private readonly find: (wanted: Wanted) => Found = () => ({}),
  ) {
    this.zero = this.allocate({ kind: 'zero', order: 0 });
  }

  /** The huge zero page; allocated when it is first wanted, as get_huge_zero_folio() does. */
  get hugeZero(): Folio {
    this.hugeZeroFolio ??= this.allocate({ kind: 'hugezero', order: HUGE_ORDER });
    return this.hugeZeroFolio;
  }

  /** A new folio with one reference, zeroed. */
  allocate(wanted: Wanted): Folio {
    const length = 1 << wanted.order;
    const found = this.find(wanted);
    const frame = found.frame ?? this.freshFrame(length);
    const folio = new Folio(wanted.kind, wanted.order, frame);
    folio.dirty = found.dirty ?? false;
    for (let k = 0; k < length; k++) this.frames.set(frame + k, folio);
    return folio;
  }

  /** A frame number for `length` pages whose neighbours stay unused. */
  freshFrame(length: number): number {
    const frame = Math.ceil(this.nextFrame / length) * length;
    this.nextFrame = frame + length + 1;
    return frame;
  }

  /** page + distance, as nth_page() computes it; undefined where no frame was ever allocated. */
  pageAfter(page: Page, distance: number): Page | undefined {
    const frame = frameOf(page) + distance;
    const folio = this.frames.get(frame);
    return folio?.page(frame - folio.frame);
  }

  warn(warning: Warning): void {
    const place = warningPlace(this.kernel, warning);
    if (!this.warnings.includes(place)) this.warnings.push(place);
  }
}

/** page_to_pfn(). */
export function frameOf(page: Page): number {
  return page.folio.frame + page.index;
}

/** folio_maybe_dma_pinned() of include/linux/mm.h: small folios compare the count unsigned. */
export function maybeDmaPinned(folio: Folio): boolean {
  return folio.large ? folio.pins > 0 : folio.refs >>> 0 >= PIN_BIAS;
}

/** folio_put_refs(): the folio is freed where the count reaches 0. */
export function putReferences(machine: Machine, folio: Folio, count: number): void {
  folio.refs -= count;
  if (folio.refs !== 0) return;
  folio.freed = true;
  if (folio.pins !== 0 && machine.kernel.checksPinsAtFree) machine.warn('badPageState');
}
