import type {
  ArtifactLocation,
  Fix,
  Invocation,
  Location,
  Log,
  ReportingDescriptor,
  Result,
  Run,
  ThreadFlow,
} from 'sarif';
import { RULES } from '../rules/index.ts';
import type { JsonFinding, JsonFix, JsonNotAnalysed, JsonRange, JsonReport } from './json.ts';

export interface SarifOptions {
  readonly version: string;
  readonly era: string;
  /** Exit status of the run. */
  readonly status: number;
  /** The fingerprint of a finding. */
  readonly mark: (finding: JsonFinding) => string | undefined;
  /** Whether only what a change introduces is told. */
  readonly isChange: boolean;
  /** Whether extractions and iterators are told too, as properties of the run. */
  readonly sites: boolean;
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** What relative paths are relative to. Where that is, differs from machine to machine and is not told. */
const ROOT = 'SRCROOT';
const NOT_ANALYSED = 'not-analysed';

const LEVELS = { error: 'error', warning: 'warning', hint: 'note' } as const;

const DESCRIPTORS: readonly ReportingDescriptor[] = [
  ...RULES.map(rule => ({
    id: rule.id,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.summary },
    help: { text: asText(rule.documentation), markdown: rule.documentation.trim() },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { tags: ['correctness', 'linux-kernel'] },
  })),
  {
    id: 'unused-allow',
    shortDescription: { text: 'A comment or a baseline entry accepts a finding that is not there any more.' },
    fullDescription: { text: 'A comment or a baseline entry accepts a finding that is not there any more.' },
    help: { text: 'Remove the comment or the entry.' },
    defaultConfiguration: { level: 'note' },
    properties: { tags: ['maintainability'] },
  },
];

/** The text of `--format sarif`: one run in SARIF 2.1.0. */
export function sarif(report: JsonReport, options: SarifOptions): string {
  const log: Log = { $schema: SCHEMA, version: '2.1.0', runs: [runOf(report, options)] };
  return `${JSON.stringify(log, null, 1)}\n`;
}

function runOf(report: JsonReport, options: SarifOptions): Run {
  const files = [...new Set(report.findings.map(finding => finding.file))];
  const { extractions, iterators } = report;
  return {
    tool: {
      driver: {
        name: 'Pinsight',
        semanticVersion: options.version,
        rules: [...DESCRIPTORS],
        notifications: [
          {
            id: NOT_ANALYSED,
            shortDescription: { text: 'A part of the code about which nothing is claimed.' },
          },
        ],
      },
    },
    originalUriBaseIds: {
      [ROOT]: { description: { text: 'The directory in which pinsight was run.' } },
    },
    invocations: [invocation(report, options.status)],
    artifacts: files.map(file => ({ location: artifact(file), sourceLanguage: 'c' })),
    columnKind: 'utf16CodeUnits',
    results: report.findings.map(finding => resultOf(finding, files, options)),
    properties: { era: options.era, ...(options.sites && { extractions, iterators }) },
  };
}

function invocation({ notAnalysed }: JsonReport, exitCode: number): Invocation {
  return {
    executionSuccessful: true,
    exitCode,
    toolExecutionNotifications: notAnalysed.map(part => ({
      descriptor: { id: NOT_ANALYSED },
      level: 'warning',
      message: { text: part.function ? `${part.function}(): ${part.reason}` : part.reason },
      locations: [placeOf(part)],
    })),
  };
}

function placeOf({ file, line, function: name }: JsonNotAnalysed): Location {
  return {
    physicalLocation: { artifactLocation: artifact(file), region: { startLine: line } },
    ...logical(name),
  };
}

function resultOf(finding: JsonFinding, files: readonly string[], options: SarifOptions): Result {
  const ruleIndex = DESCRIPTORS.findIndex(rule => rule.id === finding.rule);
  const mark = options.mark(finding);
  return {
    ruleId: finding.rule,
    ...(ruleIndex >= 0 && { ruleIndex }),
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { ...artifact(finding.file), index: files.indexOf(finding.file) },
          region: regionOf(finding),
        },
        ...logical(finding.function),
      },
    ],
    ...(finding.path.length > 0 && {
      codeFlows: [{ threadFlows: [flowOf(finding)] }],
      relatedLocations: finding.path.map((step, at) => ({ id: at + 1, ...stepOf(step) })),
    }),
    ...(finding.fixes.length > 0 && { fixes: finding.fixes.map(fixOf) }),
    ...(mark !== undefined && { partialFingerprints: { 'pinsight/v1': mark } }),
    ...(options.isChange && { baselineState: 'new' as const }),
    properties: { confidence: finding.confidence },
  };
}

/** The steps of the path and, last, the finding itself. */
function flowOf(finding: JsonFinding): ThreadFlow {
  const end: Location = {
    physicalLocation: { artifactLocation: artifact(finding.file), region: regionOf(finding) },
    message: { text: finding.message },
  };
  return { locations: [...finding.path.map(stepOf), end].map(location => ({ location })) };
}

function stepOf({ file, line, message }: JsonFinding['path'][number]): Location {
  return {
    physicalLocation: { artifactLocation: artifact(file), region: { startLine: line } },
    message: { text: message },
  };
}

function fixOf({ title, edits }: JsonFix): Fix {
  const files = [...new Set(edits.map(edit => edit.file))];
  return {
    description: { text: title },
    artifactChanges: files.map(file => ({
      artifactLocation: artifact(file),
      replacements: edits
        .filter(edit => edit.file === file)
        .map(edit => ({ deletedRegion: regionOf(edit), insertedContent: { text: edit.newText } })),
    })),
  };
}

const regionOf = ({ line, column, endLine, endColumn }: JsonRange) => ({
  startLine: line,
  startColumn: column,
  endLine,
  endColumn,
});

const logical = (name: string): Pick<Location, 'logicalLocations'> =>
  name === '' ? {} : { logicalLocations: [{ name, kind: 'function' }] };

/** A path relative to where the run was, or an absolute one, as a URI. */
function artifact(path: string): ArtifactLocation {
  const uri = path.split('/').map(encodeURIComponent).join('/');
  if (path.startsWith('/')) return { uri: `file://${uri}` };
  if (/^[A-Za-z]:\//.test(path)) return { uri: `file:///${uri.replace('%3A', ':')}` };
  return { uri, uriBaseId: ROOT };
}

/** Markdown without its marks. */
function asText(markdown: string): string {
  return markdown.trim().replaceAll('**', '').replaceAll('`', '');
}
