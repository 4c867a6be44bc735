import { commands, type Disposable, type LogOutputChannel } from 'vscode';
import type { Lifecycle } from './lifecycle.ts';

/** The commands that the client answers itself; the server answers pinsight.showRule. */
export function registerCommands(lifecycle: Lifecycle, output: LogOutputChannel): Disposable[] {
  return [
    commands.registerCommand('pinsight.restartServer', () => lifecycle.restart()),
    commands.registerCommand('pinsight.showOutput', () => output.show(true)),
  ];
}
