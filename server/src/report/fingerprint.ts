import { LineIndex } from '../base/text.ts';
import type { Finding } from './findings.ts';

/** 64 bits of FNV-1a over the UTF-16 units of a text, as 16 hexadecimal digits. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return value.toString(16).padStart(16, '0');
}

/**
 * Names findings so that they are known again after lines moved: by rule, file, function and the source line's words,
 * and by their order where these are equal.
 * @param findings of one file, in the order of the file.
 * @param text of that file.
 * @param file its path relative to the root that the fingerprints are kept for.
 * @returns one fingerprint for each finding.
 */
export function fingerprints(findings: readonly Finding[], text: string, file: string): string[] {
  const lines = new LineIndex(text);
  const seen = new Map<string, number>();
  return findings.map(finding => {
    const source = lines.lineText(lines.position(finding.start).line).trim().replace(/\s+/g, ' ');
    const key = [finding.rule, file, finding.function, source].join('\n');
    const order = seen.get(key) ?? 0;
    seen.set(key, order + 1);
    return hash(`${key}\n${order}`);
  });
}
