/// <reference types="mocha" />
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { env, extensions } from 'vscode';
import { fileUri } from './helpers.ts';

/** The part of vscode-textmate, VS Code's own tokenizer, that is used here. */
interface TextMate {
  readonly INITIAL: object;
  readonly Registry: new (
    options: object,
  ) => {
    loadGrammar(scope: string): Promise<{
      tokenizeLine(
        line: string,
        state: object,
      ): { ruleStack: object; tokens: { startIndex: number; endIndex: number; scopes: string[] }[] };
    }>;
  };
  parseRawGrammar(text: string, path: string): unknown;
}

interface Oniguruma {
  loadWASM(data: ArrayBufferLike): Promise<void>;
  createOnigScanner(patterns: string[]): unknown;
  createOnigString(text: string): unknown;
}

/** The modules that VS Code itself tokenizes with. */
async function tokenizer(): Promise<{ textMate: TextMate; oniguruma: Oniguruma }> {
  const modules = ['node_modules', 'node_modules.asar'].map(name => join(env.appRoot, name)).find(existsSync);
  const load = createRequire(join(modules!, 'index.js'));
  const oniguruma: Oniguruma = load('vscode-oniguruma');
  const wasm = await readFile(load.resolve('vscode-oniguruma').replace('main.js', 'onig.wasm'));
  await oniguruma.loadWASM(new Uint8Array(wasm).buffer);
  return { textMate: load('vscode-textmate'), oniguruma };
}

interface Token {
  readonly text: string;
  readonly scopes: string;
}

/** The tokens of C text under VS Code's C grammar with Pinsight's injected. */
async function tokensOf(source: string): Promise<Token[]> {
  const { textMate, oniguruma } = await tokenizer();
  const c = join(extensions.getExtension('vscode.cpp')!.extensionPath, 'syntaxes/c.tmLanguage.json');
  const allow = join(
    extensions.getExtension('pinsight.pinsight')!.extensionPath,
    'syntaxes/allow.tmLanguage.json',
  );
  const files = new Map([
    ['source.c', c],
    ['pinsight.allow', allow],
  ]);
  const registry = new textMate.Registry({
    onigLib: Promise.resolve(oniguruma),
    getInjections: (scope: string) => (scope === 'source.c' ? ['pinsight.allow'] : []),
    loadGrammar: async (scope: string) => {
      const path = files.get(scope);
      return path ? textMate.parseRawGrammar(await readFile(path, 'utf8'), path) : null;
    },
  });
  const grammar = await registry.loadGrammar('source.c');
  let state = textMate.INITIAL;
  return source.split('\n').flatMap(line => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map(token => ({
      text: line.slice(token.startIndex, token.endIndex),
      scopes: token.scopes.join(' '),
    }));
  });
}

describe('the grammar', () => {
  it('marks what a comment allows, and nothing else', async () => {
    const tokens = await tokensOf(await readFile(fileUri('allow.c').fsPath, 'utf8'));
    const scopesOf = (text: string) => tokens.find(token => token.text === text)?.scopes ?? '';
    assert.match(scopesOf('allow'), /comment.*keyword\.control\.allow\.pinsight/);
    assert.match(scopesOf('allow-file'), /comment.*keyword\.control\.allow\.pinsight/);
    assert.match(scopesOf('page-leak'), /comment.*constant\.other\.rule-id\.pinsight/);
    assert.match(scopesOf('untracked-hold'), /comment.*constant\.other\.rule-id\.pinsight/);
    assert.match(scopesOf('missing-dirty'), /comment.*constant\.other\.rule-id\.pinsight/);
    assert.ok(!tokens.some(({ text, scopes }) => /early-release/.test(text) && scopes.includes('pinsight')));
    assert.deepEqual(
      tokens.filter(({ scopes }) => scopes.includes('string') && scopes.includes('pinsight')),
      [],
    );
  });
});
