import type { Finding } from '../../report/findings.ts';

/** Rules that a release not yet written would set off. */
const WAITING_RULES: ReadonlySet<string> = new Set(['page-leak', 'page-array-leak']);

/**
 * True where a leak is reported in a function that was edited since the last save: it waits for the save.
 * @param saved the text as last saved.
 */
export function isHeldBack(finding: Finding, text: string, saved: string): boolean {
  return (
    WAITING_RULES.has(finding.rule) &&
    text !== saved &&
    !saved.includes(definitionAround(text, finding.start))
  );
}

/**
 * The definition around an offset, in kernel style: from behind the last line that begins with a closing brace to
 * the next such line.
 */
function definitionAround(text: string, offset: number): string {
  const before = text.lastIndexOf('\n}', offset - 1);
  const after = text.indexOf('\n}', offset);
  return text.slice(before < 0 ? 0 : before + 2, after < 0 ? text.length : after + 2);
}
