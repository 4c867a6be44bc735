import type { ExecuteCommandParams } from 'vscode-languageserver/node';
import { asBaseline } from '../../host/baselineFile.ts';
import { ruleDocumentation } from '../ruleDocumentation.ts';
import type { Session } from '../session.ts';
import { refreshDiagnostics } from './diagnostics.ts';
import { INDEX_TREES, type TreeIndexes } from './treeIndex.ts';

/** Takes a rule id; shows its page in the editor. */
export const SHOW_RULE = 'pinsight.showRule';

/** Takes the URI of an open document and an entry; writes it into the baseline of that document. */
export const ADD_TO_BASELINE = 'pinsight.addToBaseline';

export const COMMANDS: readonly string[] = [SHOW_RULE, ADD_TO_BASELINE, INDEX_TREES];

/** workspace/executeCommand. */
export async function executeCommand(
  session: Session,
  indexes: TreeIndexes,
  params: ExecuteCommandParams,
): Promise<null> {
  if (params.command === SHOW_RULE) await showRule(session, String(params.arguments?.[0] ?? ''));
  else if (params.command === ADD_TO_BASELINE) await addToBaseline(session, params.arguments ?? []);
  else if (params.command === INDEX_TREES) await indexes.rebuild();
  else session.log(`there is no command ${params.command}`);
  return null;
}

async function showRule({ connection, client }: Session, rule: string): Promise<void> {
  const uri = ruleDocumentation(rule);
  if (!uri)
    connection.window.showInformationMessage(`There is no page about ${rule}; try: pinsight explain ${rule}`);
  else if (client.showsDocuments) await connection.window.showDocument({ uri, takeFocus: true });
  else connection.window.showInformationMessage(uri);
}

async function addToBaseline(session: Session, [uri, entry]: readonly unknown[]): Promise<void> {
  const document = session.document(String(uri));
  if (!document) {
    session.log(`a finding of ${uri}, which is not open, is not added to a baseline`);
    return;
  }
  try {
    const [checked] = asBaseline({ version: 1, findings: [entry] }).findings;
    session.baselines.add(await session.subject(document), checked!);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    session.connection.window.showErrorMessage(`The baseline could not be written: ${reason}`);
    return;
  }
  await refreshDiagnostics(session);
}
