import type { Era } from '../../semantics/eras.ts';
import type { Session } from '../session.ts';

/** Parameters of the notification `pinsight/era`, sent to clients whose initializationOptions say `era: true`. */
export interface EraParams {
  readonly uri: string;
  readonly era: Era;
  /** No header told; the era was assumed. */
  readonly assumed: boolean;
}

/** Tells the client for which era a document was analysed, each time that it is analysed. */
export function announceEras(session: Session): void {
  if (!session.client.wantsEra) return;
  session.onAnalysed(({ uri }, { era, assumed }) => {
    const params: EraParams = { uri, era, assumed };
    session.connection
      .sendNotification('pinsight/era', params)
      .catch(error => session.log(`the era was not sent: ${error}`));
  });
}
