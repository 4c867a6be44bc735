import { join } from 'node:path';
import type { WorkDoneProgressServerReporter } from 'vscode-languageserver/node';
import { Cancelled } from '../../base/cancel.ts';
import { buildIndex } from '../../host/indexing.ts';
import { treeRoot } from '../../host/trees.ts';
import { describeError } from '../guard.ts';
import type { Session } from '../session.ts';

/** Takes nothing; brings the indexes of the trees of all open documents up to date. */
export const INDEX_TREES = 'pinsight.indexTrees';

/** The trees whose index was brought up to date for this client, or is about to be. */
export class TreeIndexes {
  private readonly seen = new Set<string>();
  private readonly waiting = new Set<string>();
  /** One is built at a time. */
  private building: Promise<void> = Promise.resolve();

  /** @param refresh called when more is known of other files than before. */
  constructor(
    private readonly session: Session,
    private readonly refresh: () => Promise<void>,
  ) {
    session.onAnalysed(async document => {
      const { index } = await session.settings(document).catch(() => ({ index: 'manual' }));
      if (index === 'auto') await this.build([document.path], false);
    });
  }

  /** Too much has changed: indexes are brought up to date again when something is analysed. */
  outdate(): void {
    this.seen.clear();
  }

  /** Builds the indexes of all trees of open documents anew. */
  rebuild(): Promise<void> {
    return this.build(
      [...this.session.openDocuments].filter(document => document.isC).map(document => document.path),
      true,
    );
  }

  private async build(paths: readonly string[], again: boolean): Promise<void> {
    for (const root of new Set(paths.map(treeRoot))) {
      if (root === undefined || (this.seen.has(root) && !again)) continue;
      this.seen.add(root);
      if (!this.waiting.has(root)) this.building = this.building.then(() => this.buildOne(root));
      this.waiting.add(root);
      await this.building;
    }
  }

  private async buildOne(root: string): Promise<void> {
    const { log, ended } = this.session;
    this.waiting.delete(root);
    if (ended.aborted) return;
    const reporter = await this.progress();
    const abort = new AbortController();
    reporter?.token.onCancellationRequested(() => abort.abort());
    reporter?.begin('Pinsight: reading what the files of the tree have to do with pages', 0, undefined, true);
    try {
      await buildIndex(root, {
        script: join(__dirname, 'indexWorker.js'),
        cancel: AbortSignal.any([abort.signal, ended]),
        onProgress: (done, of) => reporter?.report(Math.floor((100 * done) / Math.max(of, 1))),
      });
      await this.refresh();
    } catch (error) {
      if (!(error instanceof Cancelled)) log(`${root} was not indexed: ${describeError(error)}`);
    } finally {
      reporter?.done();
    }
  }

  /** None where the client shows none, or fails to. */
  private async progress(): Promise<WorkDoneProgressServerReporter | undefined> {
    const { connection, client } = this.session;
    if (!client.showsProgress) return undefined;
    return connection.window.createWorkDoneProgress().catch(() => undefined);
  }
}
