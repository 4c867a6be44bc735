import { type DefectId, defectsIn } from '../defects.ts';
import type { Tree } from '../eras.ts';
import type { Direction, Hold, IteratorKind } from '../holds.ts';
import { USER_BACKED_KINDS } from '../holds.ts';
import { treeForEra, treeOfVersion } from '../trees.ts';

/** The kernels the machine can be: 6.1.192, 6.12.117, and the v7 extraction series on top of 6.2-rc. */
export type KernelVersion = '6.1' | '6.12' | 'v7';

/** What the effect table and the list of defects call that kernel. */
const TREES: Readonly<Record<KernelVersion, Tree>> = {
  '6.1': treeOfVersion('6.1'),
  '6.12': treeOfVersion('6.12'),
  v7: treeForEra('extract-mode'),
};

/** The tree of a modelled kernel. */
export function treeOfKernel(version: KernelVersion): Tree {
  return TREES[version];
}

/** Where a WARN of the modelled functions stands, by version. */
export const WARNINGS = {
  noPagesWanted: { '6.1': 'lib/iov_iter.c:1302', '6.12': 'lib/iov_iter.c:990' },
  folioqOffset: { '6.12': 'lib/iov_iter.c:1011' },
  folioqOffsetExtract: { '6.12': 'lib/iov_iter.c:1595' },
  discardToSg: { '6.12': 'lib/scatterlist.c:1429' },
  folioqEndToSg: { '6.12': 'lib/scatterlist.c:1285' },
  folioqDryToSg: { '6.12': 'lib/scatterlist.c:1310' },
  fastRefNegative: { '6.1': 'mm/gup.c:76', '6.12': 'mm/gup.c:84' },
  slowRefNotPositive: { '6.1': 'mm/gup.c:224', '6.12': 'mm/gup.c:149' },
  errorAsCount: { '6.1': 'mm/gup.c:445', '6.12': 'mm/gup.c:412' },
  internalFlags: { '6.12': 'mm/gup.c:2607' },
  pinAndGet: { '6.12': 'mm/gup.c:2620' },
  longtermWithoutPin: { '6.12': 'mm/gup.c:2625' },
  noPagesArray: { '6.12': 'mm/gup.c:2629' },
  longtermP2pdma: { '6.12': 'mm/gup.c:2633' },
  notForFast: { '6.1': 'mm/gup.c:3047', '6.12': 'mm/gup.c:3445' },
  pinPassed: { '6.1': 'mm/gup.c:2177' },
  longtermPassed: { '6.1': 'mm/gup.c:2184' },
  remoteLongterm: { '6.1': 'mm/gup.c:2204' },
  unlockedLongterm: { '6.1': 'mm/gup.c:2367' },
  pinAndGetFollow: { '6.1': 'mm/gup.c:554', '6.12': 'mm/gup.c:851' },
  getToPinFast: { '6.1': 'mm/gup.c:3191' },
  nullToPinFast: { '6.1': 'mm/gup.c:3194' },
  getToPinRemote: { '6.1': 'mm/gup.c:3272' },
  nullToPinRemote: { '6.1': 'mm/gup.c:3275' },
  getToPin: { '6.1': 'mm/gup.c:3309' },
  nullToPin: { '6.1': 'mm/gup.c:3312' },
  getToPinUnlocked: { '6.1': 'mm/gup.c:3333' },
  nullToPinUnlocked: { '6.1': 'mm/gup.c:3336' },
  revertTooFar: { '6.1': 'lib/iov_iter.c:918', '6.12': 'lib/iov_iter.c:615' },
  bioCloned: { '6.12': 'block/bio.c:1434' },
  copyToSource: { '6.12': 'lib/iov_iter.c:181' },
  copyFromDestination: { '6.1': 'lib/iov_iter.c:626', '6.12': 'lib/iov_iter.c:255' },
  restoreOfOther: { '6.1': 'lib/iov_iter.c:1872', '6.12': 'lib/iov_iter.c:1553' },
  addPinLarge: { '6.12': 'mm/gup.c:229' },
  addPinSmall: { '6.12': 'mm/gup.c:233' },
  errorAsFolioCount: { '6.12': 'mm/gup.c:459' },
  getToPinFastOnly: { '6.1': 'mm/gup.c:3217' },
  nullToPinFastOnly: { '6.1': 'mm/gup.c:3220' },
  notUserBacked: { '6.12': 'fs/netfs/iterator.c:50' },
  tryGetPage: { '6.1': 'include/linux/mm.h:1160', '6.12': 'include/linux/mm.h:1456' },
  nowaitForOnePage: { '6.12': 'include/linux/mm.h:2554' },
  bioClonedAdd: { '6.1': 'block/bio.c:1055', '6.12': 'block/bio.c:1113' },
  badPageState: { '6.12': 'BUG: Bad page state' },
} as const satisfies Record<string, Partial<Record<KernelVersion, string>>>;

export type Warning = keyof typeof WARNINGS;

/** One kernel: its version, its defects, and the few choices on which versions differ. */
export interface Kernel {
  readonly version: KernelVersion;
  readonly defects: ReadonlySet<DefectId>;
  /** iov_iter_extract_pages and its companions exist. */
  readonly extracts: boolean;
  /** mm/gup.c checks all arguments in one place and refuses more (6.3 and later). */
  readonly newGup: boolean;
  /** copy_to_iter() and copy_from_iter() refuse an iterator of the other direction (6.2 and later). */
  readonly checksDirection: boolean;
  /** import_iovec() makes an ITER_UBUF of a single segment (6.4 and later). */
  readonly importsUbuf: boolean;
  /** Freeing a large folio looks at its pin count and reports a bad page. */
  readonly checksPinsAtFree: boolean;
  /** wp_can_reuse_anon_folio(): a page of a large folio is never taken over for its last mapping. */
  readonly neverReusesLarge: boolean;
  /** __split_huge_pmd(): the pages' mappings inherit the dirty bit; before, the folio alone does. */
  readonly splitKeepsDirty: boolean;
  /** The ITER_* kinds of include/linux/uio.h. */
  readonly iteratorKinds: readonly IteratorKind[];
}

const COMMON: readonly IteratorKind[] = ['iovec', 'ubuf', 'kvec', 'bvec', 'xarray', 'discard'];

/** The kernel of that version, with its defects as released. */
export function kernelOf(version: KernelVersion): Kernel {
  return {
    version,
    defects: new Set(defectsIn(TREES[version]).map(({ id }) => id)),
    extracts: version !== '6.1',
    newGup: version === '6.12',
    checksDirection: version !== '6.1',
    importsUbuf: version === '6.12',
    checksPinsAtFree: version === '6.12',
    neverReusesLarge: version === '6.12',
    splitKeepsDirty: version === '6.12',
    iteratorKinds: [...COMMON, version === '6.12' ? 'folioq' : 'pipe'],
  };
}

/** The same kernel with every listed defect mended; what a fixed tree would do. */
export function repaired(kernel: Kernel): Kernel {
  return { ...kernel, defects: new Set() };
}

/** The place of a warning as the kernel prints it, 'file:line'; the warning's own name where that is not known. */
export function warningPlace(kernel: Kernel, warning: Warning): string {
  const places: Partial<Record<KernelVersion, string>> = WARNINGS[warning];
  return places[kernel.version] ?? warning;
}

/** The hold iov_iter_extract_pages leaves; lib/iov_iter.c:1858 (6.12.117), and the v7 series' iov_iter_extract_mode. */
export function extractionHold(kernel: Kernel, kind: IteratorKind, direction: Direction): Hold {
  if (!USER_BACKED_KINDS.includes(kind)) return 'none';
  return kernel.version === 'v7' && direction === 'source' ? 'get' : 'pin';
}

/** Error numbers as the kernel returns them. */
export const EIO = -5;
export const ENOMEM = -12;
export const EFAULT = -14;
export const EEXIST = -17;
export const EINVAL = -22;

/** Most bytes one call moves: INT_MAX cut to a page boundary (include/linux/fs.h). */
export const MAX_RW_COUNT = 0x7ffff000;

/** The modelled kernel stops here: BUG(), or a pointer it must not follow. */
export class KernelOops extends Error {}
