import { DidChangeWatchedFilesNotification } from 'vscode-languageserver/node';
import { refreshDiagnostics, refreshReaders } from './features/diagnostics.ts';
import type { TreeIndexes } from './features/treeIndex.ts';
import { describeError, guardNotification } from './guard.ts';
import { pathOfUri } from './places.ts';
import type { Session } from './session.ts';

/** Source files on disk that other files are analysed with. */
const SOURCES = '**/*.{c,h}';
/** Changes at once that are no longer looked at one by one, as of a checkout. */
const MANY = 200;

/** Has the client tell of changes of source files in its folders. */
export function watchSources(session: Session): void {
  session.connection.client
    .register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: SOURCES }] })
    .then(
      () => {
        session.watchesSources = true;
      },
      error => session.log(`source files are not watched: ${describeError(error)}`),
    );
}

/** Brings what is shown up to date with what the client tells of files on disk. */
export function followDisk(session: Session, indexes: TreeIndexes): void {
  const { connection, log } = session;
  /** Changes that are told while earlier ones are dealt with. */
  const waiting: string[] = [];
  let dealing: Promise<void> | undefined;
  const deal = async (): Promise<void> => {
    while (waiting.length > 0) {
      const paths = waiting.splice(0);
      if (paths.length > MANY) indexes.outdate();
      await refreshReaders(session, paths.length > MANY ? 'all' : paths);
    }
  };
  connection.onDidChangeWatchedFiles(
    guardNotification('didChangeWatchedFiles', log, async ({ changes }) => {
      const paths = changes.map(({ uri }) => pathOfUri(uri));
      // Baselines are looked at anew each time; only source files change what is analysed.
      waiting.push(...paths.filter(path => /\.[ch]$/.test(path)));
      if (paths.some(path => session.baselines.has(path))) await refreshDiagnostics(session);
      dealing ??= deal().finally(() => {
        dealing = undefined;
      });
      await dealing;
    }),
  );
}
