import type { Applicability, Feature } from './effects.ts';
import type { Era, Tree } from './eras.ts';

/** Texts of a tree's files, as far as they exist. */
export interface TreeHeaders {
  /** include/linux/uio.h */
  readonly uio?: string;
  /** include/linux/mm.h */
  readonly mm?: string;
  /** include/linux/blk_types.h */
  readonly blkTypes?: string;
  /** Makefile */
  readonly version?: string;
}

/** The mainline releases that have a feature, inclusive; the v7 series has none. */
const FEATURE_RELEASES: readonly (readonly [
  Feature,
  since: string | undefined,
  until: string | undefined,
])[] = [
  ['ubuf', '6.0', undefined],
  ['folioq', '6.12', undefined],
  ['iter-pipe', undefined, '6.4'],
  ['get_pages2', '6.0', undefined],
  ['get_pages', undefined, '5.19'],
  ['get_pages', '6.2', '6.4'],
  ['get_pages-flags', '6.2', '6.4'],
  ['extract_pages', '6.3', undefined],
  ['will_pin', '6.3', undefined],
  ['gup-vmas', undefined, '6.4'],
  ['bio-page-pinned', '6.5', undefined],
  ['bio-no-page-ref', undefined, '6.4'],
  ['memfd_pin_folios', '6.11', undefined],
  ['folio-err-ptr', '6.4', undefined],
];

/** What each header says about features: present exactly where the pattern is found. */
const HEADER_FEATURES: Readonly<
  Record<'uio' | 'mm' | 'blkTypes', Readonly<Partial<Record<Feature, RegExp>>>>
> = {
  uio: {
    ubuf: /\bITER_UBUF\b/,
    folioq: /\bITER_FOLIOQ\b/,
    'iter-pipe': /\bITER_PIPE\b/,
    get_pages2: /\biov_iter_get_pages2\b/,
    get_pages: /\biov_iter_get_pages\b/,
    'get_pages-flags': /\biov_iter_get_pages\s*\([^)]*\b(?:gup|extraction)_flags\b/,
    extract_pages: /\biov_iter_extract_pages\b/,
    will_pin: /\biov_iter_extract_will_pin\b/,
    extract_mode: /\biov_iter_extract_mode\b/,
  },
  mm: {
    'gup-vmas': /\bget_user_pages\s*\([^)]*\bvmas\b/,
    memfd_pin_folios: /\bmemfd_pin_folios\b/,
  },
  blkTypes: {
    'bio-page-pinned': /\bBIO_PAGE_PINNED\b/,
    'bio-page-reffed': /\bBIO_PAGE_REFFED\b/,
    'bio-no-page-ref': /\bBIO_NO_PAGE_REF\b/,
  },
};

/** A word without which a text is not the header it is given for. */
const HEADER_MARKS = {
  uio: /\bstruct\s+iov_iter\b/,
  mm: /\bstruct\s+page\b/,
  blkTypes: /\bstruct\s+bio\b/,
} as const;

/**
 * Compares 'x.y' versions by their numbers.
 * @returns negative, 0 or positive, as for Array.sort.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map(version => version.split('.').map(part => Number.parseInt(part, 10) || 0));
  return left![0]! - right![0]! || (left![1] ?? 0) - (right![1] ?? 0);
}

function featuresOfVersion(version: string): Set<Feature> {
  const features = new Set<Feature>();
  for (const [feature, since, until] of FEATURE_RELEASES) {
    if (since !== undefined && compareVersions(version, since) < 0) continue;
    if (until !== undefined && compareVersions(version, until) > 0) continue;
    features.add(feature);
  }
  return features;
}

function eraOfFeatures(features: ReadonlySet<Feature>): Era {
  if (features.has('extract_mode')) return 'extract-mode';
  return features.has('will_pin') || features.has('extract_pages') ? 'will-pin' : 'get-pages';
}

const NOMINAL_VERSION: Readonly<Record<Era, string>> = {
  'get-pages': '6.1',
  'extract-mode': '6.2',
  'will-pin': '6.12',
};

/** The version of a tree, or where no Makefile told, the one of the two best known trees that it resembles. */
export function nominalVersion(tree: Tree): string {
  if (tree.version !== undefined) return tree.version;
  if (tree.era === 'get-pages' && !tree.features.has('get_pages2')) return '5.19';
  if (tree.era === 'will-pin' && tree.features.has('gup-vmas')) return '6.4';
  return NOMINAL_VERSION[tree.era];
}

/** True where a row or a defect speaks about functions of this tree. */
export function appliesTo(row: Applicability, tree: Tree): boolean {
  const version = nominalVersion(tree);
  return (
    (row.since === undefined || compareVersions(version, row.since) >= 0) &&
    (row.until === undefined || compareVersions(version, row.until) <= 0) &&
    (row.eras === undefined || row.eras.includes(tree.era)) &&
    (row.needs ?? []).every(feature => tree.features.has(feature)) &&
    !(row.lacks ?? []).some(feature => tree.features.has(feature))
  );
}

/** 'x.y' of a kernel's top Makefile. */
function versionOf(makefile: string | undefined): string | undefined {
  const version = /^VERSION\s*=\s*(\d{1,4})\s*$/m.exec(makefile ?? '')?.[1];
  const patchLevel = /^PATCHLEVEL\s*=\s*(\d{1,4})\s*$/m.exec(makefile ?? '')?.[1];
  return version !== undefined && patchLevel !== undefined ? `${version}.${patchLevel}` : undefined;
}

/**
 * Reads a tree's era and features from its headers: what a header says wins over the version, so that a backport is
 * seen; the version stands in for headers that are missing, and the fallback for both.
 */
export function treeOf(headers: TreeHeaders, fallback: Tree): Tree {
  const version = versionOf(headers.version);
  const features = version === undefined ? new Set(fallback.features) : featuresOfVersion(version);
  for (const name of ['uio', 'mm', 'blkTypes'] as const) {
    const text = headers[name];
    if (text === undefined || !HEADER_MARKS[name].test(text)) continue;
    for (const [feature, pattern] of Object.entries(HEADER_FEATURES[name]) as [Feature, RegExp][]) {
      if (pattern.test(text)) features.add(feature);
      else features.delete(feature);
    }
  }
  const told = version !== undefined || (headers.uio !== undefined && HEADER_MARKS.uio.test(headers.uio));
  const era = told ? eraOfFeatures(features) : fallback.era;
  if (version === undefined && told) setFolioErrPtr(features);
  return { era, assumed: !told && fallback.assumed, features, version: version ?? fallback.version };
}

/** __filemap_get_folio() answers ERR_PTR since 6.4; pagemap.h is not read, so its neighbours in time tell. */
function setFolioErrPtr(features: Set<Feature>): void {
  if (features.has('will_pin') && !features.has('gup-vmas')) features.add('folio-err-ptr');
  else features.delete('folio-err-ptr');
}

/** A mainline tree by its version alone, 'x.y'. */
export function treeOfVersion(version: string): Tree {
  const features = featuresOfVersion(version);
  return { era: eraOfFeatures(features), assumed: false, features, version };
}

/** The features of a tree of an era, where a setting says the era. */
export function treeForEra(era: Era): Tree {
  const features = featuresOfVersion(NOMINAL_VERSION[era]);
  if (era === 'get-pages') features.add('get_pages');
  if (era === 'extract-mode') {
    for (const feature of ['extract_pages', 'extract_mode', 'bio-page-pinned', 'bio-page-reffed'] as const)
      features.add(feature);
    features.delete('bio-no-page-ref');
  }
  return { era, assumed: false, features };
}

const ONLY_EXTRACT_MODE = /\b(?:iov_iter_extract_mode|page_put_unpin|folio_put_unpin|BIO_PAGE_REFFED)\b/;
const ONLY_WILL_PIN =
  /\b(?:iov_iter_extract_(?:will_pin|pages)|extract_iter_to_sg|netfs_extract_user_iter|unpin_user_folio|BIO_PAGE_PINNED|ITER_FOLIOQ)\b/;
const ONLY_GET_PAGES = /\b(?:iov_iter_get_pages(?:_alloc)?|BIO_NO_PAGE_REF|ITER_PIPE|iov_iter_is_pipe)\b/;

/**
 * The tree of a file of which no headers are at hand: by what only one era has, else mainline of today.
 * @param fileText the file's text, where there is one.
 */
export function assumedTree(fileText = ''): Tree {
  let era: Era = 'will-pin';
  if (ONLY_EXTRACT_MODE.test(fileText)) era = 'extract-mode';
  else if (!ONLY_WILL_PIN.test(fileText) && ONLY_GET_PAGES.test(fileText)) era = 'get-pages';
  return { ...treeForEra(era), assumed: true };
}
