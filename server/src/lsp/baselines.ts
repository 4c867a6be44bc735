import { basename, dirname, resolve, sep } from 'node:path';
import { type Connection, DidChangeWatchedFilesNotification } from 'vscode-languageserver/node';
import { LineIndex } from '../base/text.ts';
import { readBaseline, rootOf, writeBaseline } from '../host/baselineFile.ts';
import { nameIn, stampOf } from '../host/files.ts';
import { type Baseline, type BaselineEntry, EMPTY_BASELINE, entriesOf, match } from '../report/baseline.ts';
import type { Finding } from '../report/findings.ts';
import { fingerprints, type Identified } from '../report/fingerprint.ts';
import type { ClientFeatures } from './clientFeatures.ts';
import { describeError, type Log } from './guard.ts';
import { uriOfPath } from './places.ts';

/** A file whose findings are asked about. */
export interface Subject {
  readonly path: string;
  readonly text: string;
  /** Path of the baseline relative to the root of the tree; empty: none is used. */
  readonly baseline: string;
}

/** The files of accepted findings, read anew when they change. */
export class Baselines {
  private readonly known = new Map<string, { readonly stamp: string; readonly baseline: Baseline }>();

  constructor(
    private readonly connection: Connection,
    private readonly client: ClientFeatures,
    private readonly log: Log,
  ) {}

  /** The findings of a file that are not accepted. */
  left(subject: Subject, findings: readonly Finding[]): readonly Finding[] {
    const place = this.placeOf(subject);
    if (!place || findings.length === 0) return findings;
    const baseline = this.read(place.path);
    if (baseline.findings.length === 0) return findings;
    const { identified, marks } = identify(subject, findings, place.root);
    const left = new Set(match(baseline, identified, marks).left);
    return findings.filter((_, at) => left.has(identified[at]!));
  }

  /** The entry that accepts one of the findings of a file; undefined where the file has no baseline. */
  entryFor(subject: Subject, findings: readonly Finding[], finding: Finding): BaselineEntry | undefined {
    const place = this.placeOf(subject);
    if (!place) return undefined;
    const { identified, marks } = identify(subject, findings, place.root);
    const at = findings.indexOf(finding);
    return entriesOf([identified[at]!], [marks[at]!], file => nameIn(place.root, file))[0];
  }

  /** Writes an entry into the baseline of a file; throws where that cannot be done. Returns the baseline's path. */
  add(subject: Subject, entry: BaselineEntry): string {
    const place = this.placeOf(subject);
    if (!place) throw new Error('this file has no baseline');
    // Read from the disk: others write there too, and what is no baseline is not overwritten.
    writeBaseline(place.path, [...readBaseline(place.path, true).findings, entry]);
    return place.path;
  }

  /** Whether a path is that of a baseline in use. */
  has(path: string): boolean {
    return this.known.has(path);
  }

  private placeOf({ path, baseline }: Subject): { readonly root: string; readonly path: string } | undefined {
    // A document that is no file has a URI for a path.
    if (baseline === '' || resolve(path) !== path) return undefined;
    const folder = this.client.folders.find(each => path.startsWith(each + sep));
    const root = rootOf(path) ?? folder ?? dirname(path);
    return { root, path: resolve(root, baseline) };
  }

  private read(path: string): Baseline {
    const stamp = stampOf(path);
    const known = this.known.get(path);
    if (known?.stamp === stamp) return known.baseline;
    if (!known) this.watch(path);
    let baseline = EMPTY_BASELINE;
    try {
      baseline = readBaseline(path, true);
    } catch (error) {
      this.log(`${path} is not used: ${error instanceof Error ? error.message : describeError(error)}`);
    }
    this.known.set(path, { stamp, baseline });
    return baseline;
  }

  private watch(path: string): void {
    if (!this.client.registersWatchers) return;
    const pattern = basename(path);
    const globPattern = this.client.watchesFolders
      ? { baseUri: uriOfPath(dirname(path)), pattern }
      : `**/${pattern}`;
    this.connection.client
      .register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern }] })
      .catch(error => this.log(`${path} is not watched: ${error}`));
  }
}

function identify(
  { path, text }: Subject,
  findings: readonly Finding[],
  root: string,
): { readonly identified: readonly Identified[]; readonly marks: readonly string[] } {
  const lines = new LineIndex(text);
  const lineOf = (offset: number): number => lines.position(offset).line;
  const identified = findings.map(({ file, start, rule, function: name, path: steps }) => ({
    file,
    line: lineOf(start),
    rule,
    function: name,
    path: steps
      .filter(step => step.file === path)
      .map(step => ({ file: step.file, line: lineOf(step.start) })),
  }));
  const lineText = (file: string, line: number) => (file === path ? lines.lineText(line) : undefined);
  return { identified, marks: fingerprints(identified, lineText, file => nameIn(root, file)) };
}
