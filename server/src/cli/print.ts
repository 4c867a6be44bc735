import { version } from '../../../package.json';
import type { LineText } from '../report/fingerprint.ts';
import type { ChangedFile } from '../report/introduced.ts';
import { checkJson, type JsonReport } from '../report/json.ts';
import { markdown } from '../report/markdown.ts';
import { prettyFindings, prettyNotAnalysed, prettySites, summaryOf } from '../report/pretty.ts';
import { replies, unanalysed } from '../report/reply.ts';
import { sarif } from '../report/sarif.ts';
import type { Marks } from './accepted.ts';
import type { Format } from './options.ts';

/** What a run has found. */
export interface Outcome {
  readonly era: string;
  readonly report: JsonReport;
  readonly marks: Marks;
  readonly lineText: LineText;
  /** How many files were looked at. */
  readonly count: number;
  /** The change that introduces the findings, where one was asked about. */
  readonly change?: readonly ChangedFile[];
}

export interface PrintOptions {
  readonly format: Format;
  readonly color: boolean;
  readonly sites: boolean;
  /** The exit status. */
  readonly status: number;
}

/** The text of a run's output. */
export function print(outcome: Outcome, options: PrintOptions): string {
  const { era, report, marks, lineText, count } = outcome;
  const { sites, status } = options;
  const isChange = outcome.change !== undefined;
  switch (options.format) {
    case 'json':
      return checkJson(era, report, sites);
    case 'sarif':
      return sarif(report, { version, era, status, isChange, sites, mark: finding => marks.get(finding) });
    case 'markdown':
      return markdown(report, { lineText, files: count, sites, isChange });
    case 'pretty':
      return pretty(outcome, options);
  }
}

function pretty({ report, lineText, count, change }: Outcome, { color, sites }: PrintOptions): string {
  const { findings, notAnalysed } = report;
  const isColored = color && process.stdout.isTTY === true && !process.env.NO_COLOR;
  const parts = [
    change ? replies(findings, change, lineText) : prettyFindings(findings, { color: isColored, lineText }),
    sites ? prettySites(report) : '',
    change ? unanalysed(notAnalysed) : prettyNotAnalysed(notAnalysed),
    `${summaryOf(findings, count, notAnalysed.length, change !== undefined)}\n`,
  ];
  return parts.filter(part => part !== '').join('\n');
}
