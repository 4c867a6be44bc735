import { parsePatch, type StructuredPatch } from 'diff';

/** A text that is no patch, or a damaged one; the message is one line. */
export class PatchError extends Error {}

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const NO_FILE = '/dev/null';

/**
 * The changes of files that a text describes: a unified diff of git, quilt or diff, with whatever stands around it, or
 * the mails of a series one behind the other. Binary changes are left out.
 * @param bytes read as Latin-1, as are the texts that it is applied to, so that each byte stays as it is.
 * Throws PatchError.
 */
export function readPatch(bytes: Uint8Array): StructuredPatch[] {
  const text = Buffer.from(bytes).toString('latin1');
  const patches = mailsIn(text).flatMap(mail => sectionsOf(withUnixLines(mail)).map(parse));
  if (patches.length === 0) throw new PatchError('there is no patch in it');
  return patches.filter(patch => !patch.isBinary && patch.oldFileName !== undefined);
}

/** The names that a patch gives a file; undefined where there is none before, or none after. */
export function fileNamesOf(patch: StructuredPatch): { readonly before?: string; readonly after?: string } {
  const { oldFileName: before, newFileName: after } = patch;
  return {
    before: before === NO_FILE || patch.isCreate ? undefined : before,
    after: after === NO_FILE || patch.isDelete ? undefined : after,
  };
}

/** The mails of an mbox with their transfer encoding undone; any other text is taken as it is. */
function mailsIn(text: string): string[] {
  return text.split(/^(?=From \S+ .*\d{4}\r?$)/m).map(mail => {
    const end = /\r?\n\r?\n/.exec(mail);
    const head = end ? mail.slice(0, end.index) : '';
    const encoding = /^Content-Transfer-Encoding:[ \t]*(\S+)/im.exec(head)?.[1]?.toLowerCase();
    const body = end ? mail.slice(end.index + end[0].length) : mail;
    if (encoding === 'quoted-printable') return fromQuotedPrintable(body);
    if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1');
    return mail;
  });
}

function fromQuotedPrintable(text: string): string {
  return text
    .replace(/[ \t]*=[ \t]*\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Where transport has ended every line as mail does, that says nothing about the files. */
function withUnixLines(text: string): string {
  const headers = text.match(/^@@ -.*$/gm) ?? [];
  return headers.length > 0 && headers.every(line => line.endsWith('\r'))
    ? text.replaceAll('\r\n', '\n')
    : text;
}

/** A stretch of lines that is about one file. */
interface Section {
  /** From 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** Takes out of a text what is about files; prose, signatures and binary data are left. */
function sectionsOf(text: string): Section[] {
  const lines = text.split('\n');
  const sections: Section[] = [];
  const isHeader = (at: number): boolean =>
    /^--- \S/.test(lines[at] ?? '') && /^\+\+\+ \S/.test(lines[at + 1] ?? '');
  for (let at = 0; at < lines.length; ) {
    const start = at;
    const isGit = /^diff --git /.test(lines[at]!);
    if (!isGit && !(isHeader(at) && HUNK.test(lines[at + 2] ?? ''))) {
      at++;
      continue;
    }
    if (isGit) {
      at++;
      while (at < lines.length && EXTENDED.test(lines[at]!)) at++;
    }
    if (isHeader(at)) {
      at += 2;
      if (!HUNK.test(lines[at] ?? ''))
        throw new PatchError(`line ${at + 1}: the patch is cut off after ${lines[at - 1]}`);
      while (HUNK.test(lines[at] ?? '')) at = endOfHunk(lines, at);
    }
    sections.push({ line: start + 1, lines: lines.slice(start, at) });
  }
  return sections;
}

const EXTENDED =
  /^(?:old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index|dissimilarity index|index|Binary files) /;

/** Where the hunk that begins at a line ends, by the numbers in its header. Throws PatchError where it ends earlier. */
function endOfHunk(lines: readonly string[], start: number): number {
  const [, removed = '1', added = '1'] = HUNK.exec(lines[start]!)!;
  let old = Number(removed);
  let now = Number(added);
  let at = start + 1;
  for (; old > 0 || now > 0; at++) {
    const line = lines[at];
    // Mail programs take away the blank of an empty line; behind the last newline there is no line.
    const sign = line === '' && at < lines.length - 1 ? ' ' : line?.[0];
    if (sign === undefined) throw new PatchError(`line ${at + 1}: the patch is cut off within a hunk`);
    if (!' +-\\'.includes(sign)) throw new PatchError(`line ${at + 1}: this is no line of a hunk`);
    if (sign === ' ' || sign === '-') old--;
    if (sign === ' ' || sign === '+') now--;
  }
  if (old < 0 || now < 0) throw new PatchError(`line ${at}: the hunk is longer than its header says`);
  while (lines[at]?.startsWith('\\')) at++;
  return at;
}

function parse({ line, lines }: Section): StructuredPatch {
  try {
    return parsePatch(`${lines.join('\n')}\n`)[0]!;
  } catch (error) {
    throw new PatchError(`line ${line}: ${error instanceof Error ? error.message.split('\n', 1)[0] : error}`);
  }
}
