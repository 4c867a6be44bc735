import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

/** Bundles the server with the fake engine; returns the bundle's path. */
export async function buildFakeServer(): Promise<string> {
  const source = (name: string) => fileURLToPath(new URL(`fake/${name}.ts`, import.meta.url));
  const outdir = mkdtempSync(join(tmpdir(), 'pinsight-lsp-'));
  await build({
    entryPoints: [source('server'), source('thread')],
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  return join(outdir, 'server.js');
}

export const PULL: ClientCapabilities = {
  textDocument: {
    diagnostic: { relatedInformation: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
  },
  workspace: { configuration: true, workspaceEdit: { documentChanges: true } },
};

export const PUSH: ClientCapabilities = {
  textDocument: {
    publishDiagnostics: { relatedInformation: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
  },
};

interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: Diagnostic[];
}

/** A client of a server over stdio. */
export class Client {
  readonly published: Published[] = [];
  readonly eras: unknown[] = [];
  readonly log: string[] = [];
  /** What the server wishes to be told of, and what it has shown to the user. */
  readonly registrations: unknown[] = [];
  readonly shown: string[] = [];
  /** How often the server has asked for diagnostics to be pulled again. */
  refreshes = 0;
  settings: Record<string, unknown> = {};
  readonly exit: Promise<number | null>;

  private constructor(
    readonly connection: ProtocolConnection,
    readonly process: ChildProcess,
  ) {
    this.exit = new Promise(resolve => process.on('exit', resolve));
    connection.onNotification('textDocument/publishDiagnostics', (params: Published) => {
      this.published.push(params);
    });
    connection.onNotification('pinsight/era', params => {
      this.eras.push(params);
    });
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.log.push(message);
    });
    connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
      items.map(() => this.settings),
    );
    connection.onRequest('client/registerCapability', ({ registrations }: { registrations: unknown[] }) => {
      this.registrations.push(...registrations);
      return null;
    });
    connection.onRequest('window/showMessageRequest', ({ message }: { message: string }) => {
      this.shown.push(message);
      return null;
    });
    connection.onRequest('workspace/diagnostic/refresh', () => {
      this.refreshes++;
      return null;
    });
    connection.listen();
  }

  static async start(
    server: string,
    capabilities: ClientCapabilities,
    initializationOptions: unknown = { era: true },
    rootUri: string | null = null,
  ): Promise<Client> {
    const process = spawn(globalThis.process.execPath, [server, '--stdio'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const connection = createProtocolConnection(
      new StreamMessageReader(process.stdout!),
      new StreamMessageWriter(process.stdin!),
    );
    const client = new Client(connection, process);
    await connection.sendRequest('initialize', {
      processId: null,
      rootUri,
      capabilities,
      initializationOptions,
    });
    await connection.sendNotification('initialized', {});
    return client;
  }

  open(uri: string, text: string, languageId = 'c', version = 1): Promise<void> {
    return this.notify('textDocument/didOpen', { textDocument: { uri, languageId, version, text } });
  }

  change(uri: string, version: number, text: string): Promise<void> {
    return this.notify('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }

  save(uri: string): Promise<void> {
    return this.notify('textDocument/didSave', { textDocument: { uri } });
  }

  close(uri: string): Promise<void> {
    return this.notify('textDocument/didClose', { textDocument: { uri } });
  }

  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri },
      previousResultId,
    });
  }

  /** The rules that a pull reports. */
  async rules(uri: string): Promise<unknown[]> {
    const report = await this.pull(uri);
    return report.kind === 'full' ? report.items.map(item => item.code) : ['unchanged'];
  }

  request<Result>(method: string, params: unknown): Promise<Result> {
    return this.connection.sendRequest(method, params);
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  async stop(): Promise<number | null> {
    await this.connection.sendRequest('shutdown');
    await this.notify('exit', undefined);
    return this.exit;
  }

  kill(): void {
    this.connection.dispose();
    this.process.kill('SIGKILL');
  }
}

/** Waits until something holds; fails after ten seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !holds(); ) {
    if (Date.now() > end) throw new Error(`never came true: ${holds}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
