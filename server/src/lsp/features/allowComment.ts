import type { TextEdit } from '../../base/text.ts';
import type { Finding } from '../../report/findings.ts';

/**
 * The edit that puts a comment above a finding's line which accepts it: it has the line's indentation, and goes on
 * with the macro it stands in.
 */
export function allowComment(text: string, finding: Pick<Finding, 'rule' | 'start'>): TextEdit {
  const lineStart =
    Math.max(text.lastIndexOf('\n', finding.start - 1), text.lastIndexOf('\r', finding.start - 1)) + 1;
  const indentation = /^[ \t]*/.exec(text.slice(lineStart))![0];
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const inMacro = /\\\r?\n$/.test(text.slice(Math.max(0, lineStart - 3), lineStart));
  const newText = `${indentation}/* pinsight: allow(${finding.rule}) */${inMacro ? ' \\' : ''}${lineEnd}`;
  return { start: lineStart, end: lineStart, newText };
}
