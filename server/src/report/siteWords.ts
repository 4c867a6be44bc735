import type { ExtractionSite } from './sites.ts';

/** The label at the end of an extraction call, by its mode. */
export const MODE_LABELS: Readonly<Record<ExtractionSite['mode'], string>> = {
  pin: 'pin',
  get: 'ref',
  none: 'no hold',
  'pin-if-user-backed': 'pin if user-backed',
  'get-if-user-backed': 'ref if user-backed',
  'by-direction': 'pin (dest) / ref (source)',
};

const MODE_SENTENCES: Readonly<Record<ExtractionSite['mode'], string>> = {
  pin: 'The pages are **pinned** here: release each with `unpin_user_page()`.',
  get: 'The pages get a **reference** here: release each with `put_page()`.',
  none: 'The pages carry **no hold** of their own here: release nothing.',
  'pin-if-user-backed':
    'The pages are **pinned if the iterator is user-backed**: ask `iov_iter_extract_will_pin()`.',
  'get-if-user-backed': 'The pages get a **reference if the iterator is user-backed**.',
  'by-direction':
    'On a user-backed iterator a destination is **pinned**, a source **referenced**: ask `iov_iter_extract_mode()`.',
};

/** The link leads to `#Lnn` of the file itself; who shows it knows the file's address. */
function releaseInWords(callee: string, line: number, linked: boolean): string {
  return linked ? `[\`${callee}()\` in line ${line}](#L${line})` : `\`${callee}()\` in line ${line}`;
}

/** A line of the file itself, as a link. */
export const lineLink = (line: number): string => `[line ${line}](#L${line})`;

/** What a call leaves on its pages and which calls of its file release them, in Markdown. */
export function hereInWords(site: ExtractionSite, text: string, linked = false): string {
  const inFile = site.releases.filter(release => release.file === site.file);
  const releases = [
    ...new Set(inFile.map(release => releaseInWords(release.callee, lineOf(text, release.start), linked))),
  ];
  const released = releases.length > 0 ? `\n\nReleased by ${releases.join(', ')}.` : '';
  return `${MODE_SENTENCES[site.mode]}${released}`;
}

/** The line (from 1) of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
