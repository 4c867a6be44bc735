import type { ExecuteCommandParams } from 'vscode-languageserver/node';
import { ruleDocumentation } from '../ruleDocumentation.ts';
import type { Session } from '../session.ts';

/** Takes a rule id; shows its page in the editor. */
export const SHOW_RULE = 'pinsight.showRule';

export const COMMANDS: readonly string[] = [SHOW_RULE];

/** workspace/executeCommand. */
export async function executeCommand(session: Session, params: ExecuteCommandParams): Promise<null> {
  if (params.command === SHOW_RULE) await showRule(session, String(params.arguments?.[0] ?? ''));
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
