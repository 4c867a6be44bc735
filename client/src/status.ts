import { type Disposable, languages, Uri, window, workspace } from 'vscode';
import { C_DOCUMENTS } from './documents.ts';

/** Parameters of the server's notification `pinsight/era`. */
export interface EraParams {
  readonly uri: string;
  readonly era: string;
  readonly assumed: boolean;
}

/** The language status item: the era for which the file in the active editor is analysed. */
export class EraStatus implements Disposable {
  private readonly eras = new Map<string, EraParams>();
  private readonly item = languages.createLanguageStatusItem('pinsight.era', C_DOCUMENTS);
  private readonly listeners = [
    window.onDidChangeActiveTextEditor(() => this.update()),
    workspace.onDidCloseTextDocument(({ uri }) => this.eras.delete(uri.toString())),
  ];

  constructor() {
    this.item.name = 'Pinsight';
    this.item.command = { title: 'Show output', command: 'pinsight.showOutput' };
    this.update();
  }

  show(params: EraParams): void {
    this.eras.set(Uri.parse(params.uri).toString(), params);
    this.update();
  }

  clear(): void {
    this.eras.clear();
    this.update();
  }

  dispose(): void {
    this.item.dispose();
    for (const listener of this.listeners) listener.dispose();
  }

  private update(): void {
    const active = window.activeTextEditor?.document.uri.toString();
    const known = active === undefined ? undefined : this.eras.get(active);
    this.item.text = known ? `Page pins: ${known.era}` : 'Page pins';
    this.item.detail = known
      ? known.assumed
        ? 'era assumed: no include/linux/uio.h above this file'
        : 'era of this kernel tree'
      : 'nothing extracts pages in this file';
  }
}
