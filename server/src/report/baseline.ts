import type { Identified } from './fingerprint.ts';

/** A finding that is accepted: known again by its fingerprint, the rest is for people. */
export interface BaselineEntry {
  /** Path relative to the root, with `/`. */
  readonly file: string;
  readonly rule: string;
  readonly function: string;
  readonly fingerprint: string;
}

export interface Baseline {
  readonly version: 1;
  readonly findings: readonly BaselineEntry[];
}

/** The baseline's name at the root of a tree. */
export const BASELINE_NAME = '.pinsight-baseline.json';

const text = { type: 'string', maxLength: 4096 } as const;

/** JSON schema of a baseline file. */
export const BASELINE_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Findings that Pinsight accepts',
  type: 'object',
  required: ['version', 'findings'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    version: { const: 1, description: 'Version of this format.' },
    findings: {
      type: 'array',
      items: {
        type: 'object',
        required: ['file', 'rule', 'function', 'fingerprint'],
        additionalProperties: false,
        properties: {
          file: { ...text, minLength: 1, description: 'Path relative to the root.' },
          rule: { ...text, minLength: 1 },
          function: { ...text, description: 'The function around it; empty at file scope.' },
          fingerprint: { type: 'string', pattern: '^[0-9a-f]{16}$' },
        },
      },
    },
  },
} as const;

export const EMPTY_BASELINE: Baseline = { version: 1, findings: [] };

/** `unused-allow` speaks about accepting, and cannot be accepted itself. */
export const canBeAccepted = (finding: { readonly rule: string }): boolean => finding.rule !== 'unused-allow';

/**
 * The entries that accept these findings.
 * @param marks their fingerprints. @param name the path of a file relative to the root.
 */
export function entriesOf(
  findings: readonly Identified[],
  marks: readonly string[],
  name: (file: string) => string,
): BaselineEntry[] {
  return findings.flatMap((finding, at) =>
    canBeAccepted(finding)
      ? [
          {
            file: name(finding.file),
            rule: finding.rule,
            function: finding.function,
            fingerprint: marks[at]!,
          },
        ]
      : [],
  );
}

/** Which findings a baseline accepts, and which of its entries none of them needs. */
export function match<Found extends Identified>(
  baseline: Baseline,
  findings: readonly Found[],
  marks: readonly string[],
): { readonly left: Found[]; readonly unneeded: BaselineEntry[] } {
  const accepted = new Set(baseline.findings.map(entry => entry.fingerprint));
  const isAccepted = (at: number): boolean => canBeAccepted(findings[at]!) && accepted.has(marks[at]!);
  const needed = new Set(marks.filter((_, at) => isAccepted(at)));
  return {
    left: findings.filter((_, at) => !isAccepted(at)),
    unneeded: baseline.findings.filter(entry => !needed.has(entry.fingerprint)),
  };
}

/** The text of a baseline file: sorted, each entry once and on a line of its own, so that changes of two people merge. */
export function printBaseline(entries: readonly BaselineEntry[]): string {
  const lines = entries.map(({ file, rule, function: name, fingerprint }) => ({
    order: [file, name, rule, fingerprint].join('\0'),
    line: JSON.stringify({ file, rule, function: name, fingerprint }),
  }));
  const sorted = [...new Map(lines.map(each => [each.order, each.line]))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const list = sorted.length > 0 ? `[\n${sorted.map(([, line]) => line).join(',\n')}\n]` : '[]';
  return `{\n"version": 1,\n"findings": ${list}\n}\n`;
}
