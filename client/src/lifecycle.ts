import { type Disposable, type ExtensionContext, type LogOutputChannel, Uri, window } from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from 'vscode-languageclient/node';
import { showPage } from './documentation.ts';
import { C_DOCUMENTS } from './documents.ts';
import type { EraParams, EraStatus } from './status.ts';

/** Starts, restarts and stops the language server. */
export class Lifecycle implements Disposable {
  private client: LanguageClient | undefined;
  private starting: Promise<void> | undefined;

  constructor(
    private readonly context: ExtensionContext,
    private readonly output: LogOutputChannel,
    private readonly status: EraStatus,
  ) {}

  start(): Promise<void> {
    this.starting ??= this.launch();
    return this.starting;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.starting = undefined;
    this.status.clear();
    await client?.dispose();
  }

  dispose(): void {
    void this.stop();
  }

  private async launch(): Promise<void> {
    const client = new LanguageClient('pinsight', 'Pinsight', this.serverOptions(), this.clientOptions());
    this.client = client;
    client.onNotification('pinsight/era', (params: EraParams) => this.status.show(params));
    try {
      await client.start();
    } catch (error) {
      this.starting = undefined;
      this.output.error(
        `the server did not start: ${error instanceof Error ? error.message : String(error)}`,
      );
      void window.showErrorMessage('Pinsight: the language server did not start. See the output "Pinsight".');
    }
  }

  private serverOptions(): ServerOptions {
    const module = Uri.joinPath(this.context.extensionUri, 'dist', 'server.js').fsPath;
    const run = { module, transport: TransportKind.ipc };
    return { run, debug: { ...run, options: { execArgv: ['--nolazy', '--inspect=6009'] } } };
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: C_DOCUMENTS,
      outputChannel: this.output,
      initializationOptions: { era: true },
      diagnosticPullOptions: { onChange: true, onSave: true },
      middleware: { window: { showDocument: showPage } },
    };
  }
}
