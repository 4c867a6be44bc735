/** What of a finding tells it from others. `JsonFinding` is one. */
export interface Identified {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly function: string;
  readonly path: readonly { readonly file: string; readonly line: number }[];
}

/** The text of a line (from 1) of a file under the path that findings carry; undefined where it cannot be had. */
export type LineText = (file: string, line: number) => string | undefined;

/** 64 bits of FNV-1a over the UTF-16 units of a text, as 16 hexadecimal digits. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return value.toString(16).padStart(16, '0');
}

/** A line's words: neither white space nor comments tell lines apart. */
export function wordsOf(line: string | undefined): string {
  return (line ?? '')
    .replace(/\/\*.*?(?:\*\/|$)|\/\/.*$/g, ' ')
    .trim()
    .replace(/\s+/g, ' ');
}

/** The words of a finding's line, and of the line where its path begins: there the pages were taken. */
export function linesInWords(finding: Identified, lineText: LineText): { own: string; first: string } {
  const start = finding.path.find(step => step.file === finding.file);
  return {
    own: wordsOf(lineText(finding.file, finding.line)),
    first: start ? wordsOf(lineText(start.file, start.line)) : '',
  };
}

/**
 * Names findings so that they are known again after lines moved: by rule, file, function, the words of their line and
 * of the line where the pages were taken, and by their order where all these are equal. So of three equal findings the
 * first two are named as two were before, and the third has a name of its own.
 * @param name the path of a file relative to the root that the fingerprints are kept for.
 * @returns one fingerprint for each finding.
 */
export function fingerprints(
  findings: readonly Identified[],
  lineText: LineText,
  name: (file: string) => string,
): string[] {
  const seen = new Map<string, number>();
  return findings.map(finding => {
    const { own, first } = linesInWords(finding, lineText);
    const key = [finding.rule, name(finding.file), finding.function, own, first].join('\n');
    const order = seen.get(key) ?? 0;
    seen.set(key, order + 1);
    return hash(`${key}\n${order}`);
  });
}
