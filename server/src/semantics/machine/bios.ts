import type { Hold } from '../holds.ts';
import { iovIterExtractPages, iovIterGetPages2, PagesPointer } from './extract.ts';
import { advance, type BioVec, type IovIter, revert } from './iterators.ts';
import { EFAULT, EIO, extractionHold, KernelOops } from './kernels.ts';
import type { AddressSpace } from './memory.ts';
import { type Folio, frameOf, type Machine, PAGE_SIZE, type Page, putReferences } from './pages.ts';
import { pagePutUnpin, unpinFolio } from './releases.ts';

const UINT_MAX = 0xffffffff;

/** struct bio with what page extraction and release use. Sizes are bytes. */
export class Bio {
  vecs: BioVec[] = [];
  size = 0;
  /** BIO_CLONED: the vecs are the caller's. */
  cloned = false;
  /** What bio_release_pages() drops: BIO_PAGE_PINNED, BIO_PAGE_REFFED, or 6.1 without BIO_NO_PAGE_REF. */
  hold: Hold;

  /** @param blockSize logical block size of bi_bdev; undefined where bi_bdev is NULL (6.12 alone allows that). */
  constructor(
    machine: Machine,
    readonly maxVecs: number,
    readonly blockSize?: number,
  ) {
    this.hold = machine.kernel.extracts ? 'none' : 'get';
  }

  /** bio_full(). */
  get full(): boolean {
    return this.vecs.length >= this.maxVecs || this.size > UINT_MAX;
  }
}

/**
 * bio_iov_iter_get_pages(); block/bio.c:1430 (6.12.117), block/bio.c:1276 (6.1.192).
 * @returns 0 where the bio has pages, even if a later extraction failed; else a negative error number.
 */
export function bioIovIterGetPages(current: AddressSpace, bio: Bio, iter: IovIter): number {
  const { machine } = current;
  const { kernel } = machine;
  if (kernel.extracts && bio.cloned) {
    machine.warn('bioCloned');
    return EIO;
  }
  if (iter.backing.kind === 'bvec') {
    bio.vecs = iter.backing.segments.slice(iter.segment);
    bio.size = iter.count;
    bio.cloned = true;
    bio.hold = 'none';
    advance(machine, iter, bio.size);
    return 0;
  }
  if (kernel.extracts) bio.hold = extractionHold(kernel, iter.kind, iter.direction);
  let ret = 0;
  do {
    ret = addNextSegment(current, bio, iter);
  } while (ret === 0 && iter.count > 0 && !bio.full);
  const failed = bio.vecs.length === 0;
  if (failed && kernel.extracts && !kernel.defects.has('bio-flag-set-on-failure')) bio.hold = 'none';
  return failed ? ret : 0;
}

/** __bio_iov_iter_get_pages(): one extraction, cut to whole blocks; pages that end up unused are released. */
function addNextSegment(current: AddressSpace, bio: Bio, iter: IovIter): number {
  const { machine } = current;
  const pages = new PagesPointer('given');
  const maxPages = bio.maxVecs - bio.vecs.length;
  const { ret, offset = 0 } = machine.kernel.extracts
    ? iovIterExtractPages(current, iter, pages, UINT_MAX - bio.size, maxPages, 0)
    : iovIterGetPages2(current, iter, pages, UINT_MAX - bio.size, maxPages);
  if (ret <= 0) return ret || EFAULT;

  const trim = bio.blockSize ? ret % bio.blockSize : 0;
  revert(machine, iter, trim);
  const size = ret - trim;
  const held = pages.entries
    .slice(0, Math.ceil((offset + ret) / PAGE_SIZE))
    .filter(page => page !== undefined);
  if (held.length * PAGE_SIZE < offset + ret)
    throw new KernelOops('bytes were extracted without their pages');
  const used = addPages(machine, bio, held, offset, size);
  for (const page of held.slice(used)) bioReleasePage(machine, bio, page);
  return size === 0 ? EFAULT : 0;
}

/**
 * Adds `size` bytes of the pages, page by page; how many pages that took. 6.12 adds pages of one folio together, which
 * comes to the same: they adjoin.
 */
function addPages(machine: Machine, bio: Bio, pages: readonly Page[], first: number, size: number): number {
  let left = size;
  let offset = first;
  let used = 0;
  while (left > 0) {
    const length = Math.min(PAGE_SIZE - offset, left);
    addToBio(machine, bio, pages[used++]!, offset, length);
    left -= length;
    offset = 0;
  }
  return used;
}

/** bio_iov_add_folio(), bio_iov_add_page(): physically adjacent data joins the last vec; a page held twice is held once. */
function addToBio(machine: Machine, bio: Bio, page: Page, offset: number, length: number): void {
  if (!extendsLast(bio, page, offset)) {
    addVec(machine, bio, page, length, offset);
    return;
  }
  bio.vecs.at(-1)!.length += length;
  bio.size += length;
  if (offset % PAGE_SIZE !== 0) pagePutUnpin(machine, page, bio.hold);
}

/** bvec_try_merge_page(): data that begins where the last vec ends, physically. */
function extendsLast(bio: Bio, page: Page, offset: number): boolean {
  const last = bio.vecs.at(-1);
  const end = last && frameOf(last.page) * PAGE_SIZE + last.offset + last.length;
  return end === frameOf(page) * PAGE_SIZE + offset;
}

/** bio_release_pages(); the flag decides, the argument dirties. */
export function bioReleasePages(machine: Machine, bio: Bio, markDirty: boolean): void {
  if (bio.hold !== 'none') dropPages(machine, bio, markDirty);
}

/**
 * __bio_release_pages(); block/bio.c:1211 (6.12.117), block/bio.c:1110 (6.1.192). It asks no flag, but for the v7 series:
 * the hold is the one that the kernel's bios have.
 */
export function dropPages(machine: Machine, bio: Bio, markDirty: boolean): void {
  const { version } = machine.kernel;
  const hold = version === 'v7' ? bio.hold : version === '6.1' ? 'get' : 'pin';
  for (const vec of bio.vecs)
    for (const { folio, pages } of foliosOf(machine, vec)) {
      if (markDirty) folio.dirty = true;
      if (hold === 'pin') unpinFolio(machine, folio, pages);
      else if (hold === 'get') putReferences(machine, folio, pages);
    }
}

/** bio_free_pages(); block/bio.c:1552 (6.12.117): the allocator's reference of each page, one by one. */
export function bioFreePages(machine: Machine, bio: Bio): void {
  for (const vec of bio.vecs)
    for (const { folio, pages } of foliosOf(machine, vec)) putReferences(machine, folio, pages);
}

/** bio_for_each_folio_all(): each folio of a vec, with the number of its pages in there. */
function foliosOf(machine: Machine, vec: BioVec): { folio: Folio; pages: number }[] {
  const result: { folio: Folio; pages: number }[] = [];
  const count = Math.ceil(((vec.offset % PAGE_SIZE) + vec.length) / PAGE_SIZE);
  const first = Math.floor(vec.offset / PAGE_SIZE);
  for (let k = first; k < first + count; k++) {
    const folio = machine.pageAfter(vec.page, k)?.folio;
    const last = result.at(-1);
    if (folio && last?.folio === folio) last.pages++;
    else if (folio) result.push({ folio, pages: 1 });
  }
  return result;
}

/** bio_release_page(); block/blk.h:622 (6.12.117): a page that was taken for the bio and not added. */
export function bioReleasePage(machine: Machine, bio: Bio, page: Page): void {
  pagePutUnpin(machine, page, bio.hold);
}

/** bio_set_pages_dirty(); block/bio.c:1585 (6.12.117). */
export function bioSetPagesDirty(machine: Machine, bio: Bio): void {
  for (const vec of bio.vecs) for (const { folio } of foliosOf(machine, vec)) folio.dirty = true;
}

/** bio_check_pages_dirty(); block/bio.c:1634 (6.12.117): what was cleaned meanwhile is dirtied again, then all is dropped. */
export function bioCheckPagesDirty(machine: Machine, bio: Bio): void {
  const clean = bio.vecs.some(vec => foliosOf(machine, vec).some(({ folio }) => !folio.dirty));
  bioReleasePages(machine, bio, clean);
}

/** bio_add_page(); block/bio.c:1148 (6.12.117): takes no hold. @returns bytes added, or 0 where the bio is full. */
export function bioAddPage(machine: Machine, bio: Bio, page: Page, length: number, offset: number): number {
  if (bio.size > UINT_MAX - length) return 0;
  if (extendsLast(bio, page, offset)) {
    bio.vecs.at(-1)!.length += length;
    bio.size += length;
    return length;
  }
  if (bio.vecs.length >= bio.maxVecs) return 0;
  addVec(machine, bio, page, length, offset);
  return length;
}

/** __bio_add_page(); block/bio.c:1110 (6.12.117): a vec of its own; the caller knows that there is room. */
export function addVec(machine: Machine, bio: Bio, page: Page, length: number, offset: number): void {
  if (bio.cloned) machine.warn('bioClonedAdd');
  bio.vecs.push({ page, offset, length });
  bio.size += length;
}
