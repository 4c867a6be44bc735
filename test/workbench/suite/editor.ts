/// <reference types="mocha" />
import assert from 'node:assert/strict';
import {
  type CodeAction,
  ConfigurationTarget,
  commands,
  extensions,
  type Hover,
  type InlayHint,
  type MarkdownString,
  type Position,
  Range,
  type TextDocument,
  type TextEditor,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { closeAll, findings, openEditor, rules, until } from './helpers.ts';

const EXTENSION = 'pinsight.pinsight';

const positionOf = (document: TextDocument, text: string): Position =>
  document.positionAt(document.getText().indexOf(text));

const rangeOf = (document: TextDocument, text: string): Range => {
  const start = document.getText().indexOf(text);
  return new Range(document.positionAt(start), document.positionAt(start + text.length));
};

const hoverText = async (document: TextDocument, text: string): Promise<string> => {
  const at = positionOf(document, text);
  const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at);
  return hovers
    .flatMap(({ contents }) => contents.map(content => (content as MarkdownString).value))
    .join('\n');
};

const actionsAt = (document: TextDocument, range: Range): Thenable<CodeAction[]> =>
  commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range, 'quickfix');

const hintsOf = (document: TextDocument): Thenable<InlayHint[]> =>
  commands.executeCommand<InlayHint[]>(
    'vscode.executeInlayHintProvider',
    document.uri,
    new Range(0, 0, document.lineCount, 0),
  );

/** Does something while release-mismatch is turned off in the settings of the user or the workspace. */
async function withRules(
  document: TextDocument,
  target: ConfigurationTarget,
  action: () => Promise<unknown>,
): Promise<void> {
  const settings = workspace.getConfiguration('pinsight', document.uri);
  await settings.update('rules', { 'release-mismatch': 'off' }, target);
  try {
    await action();
  } finally {
    await settings.update('rules', undefined, target);
  }
}

async function opened(name: string, expected: readonly string[]): Promise<TextEditor> {
  const editor = await openEditor(name);
  await until(
    () => rules(editor.document),
    found => JSON.stringify(found) === JSON.stringify(expected),
  );
  return editor;
}

describe('in the editor', () => {
  afterEach(closeAll);

  it('is activated by C', async () => {
    await openEditor('plain.c');
    await until(
      () => extensions.getExtension(EXTENSION)?.isActive,
      active => active === true,
    );
  });

  it('shows a finding at the offending call, with the path that leads there', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    const [finding] = findings(document);
    assert.equal(document.getText(finding!.range), 'put_page');
    assert.match(finding!.message, /unpin_user_page/);
    const steps = finding!.relatedInformation ?? [];
    assert.ok(
      steps.some(({ location }) =>
        /pin_user_pages_fast/.test(document.lineAt(location.range.start.line).text),
      ),
    );
  });

  it('hovers over extraction and release functions and over nothing else of C', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    assert.match(await hoverText(document, 'pin_user_pages_fast'), /pin/i);
    assert.doesNotMatch(await hoverText(document, 'memcpy_from_page'), /FOLL_PIN/);
    assert.match(await hoverText(document, 'page, 0, PAGE_SIZE'), /Held here.*pinned by/s);
  });

  it('hints the hold at each extraction call, and not when the setting says no', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    const hints = await until(
      () => hintsOf(document),
      found => found.length > 0,
    );
    assert.equal(hints.length, 2);
    const settings = workspace.getConfiguration('pinsight', document.uri);
    await settings.update('inlayHints', false);
    try {
      await until(
        () => hintsOf(document),
        found => found.length === 0,
      );
    } finally {
      await settings.update('inlayHints', undefined);
    }
  });

  it('fixes the finding, and it is gone', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    const actions = await actionsAt(document, findings(document)[0]!.range);
    const fix = actions.find(({ edit, title }) => edit && /unpin_user_page/.test(title));
    assert.ok(fix?.edit, actions.map(({ title }) => title).join(', '));
    await workspace.applyEdit(fix.edit);
    await until(
      () => rules(document),
      found => found.length === 0,
    );
    assert.doesNotMatch(document.getText(), /put_page/);
  });

  it('allows the finding with a comment', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    const actions = await actionsAt(document, findings(document)[0]!.range);
    const allow = actions.find(({ title }) => title.startsWith('Allow release-mismatch'));
    await workspace.applyEdit(allow!.edit!);
    await until(
      () => rules(document),
      found => !found.includes('release-mismatch'),
    );
    assert.match(document.getText(), /\t\/\* pinsight: allow\(release-mismatch\) \*\/\n\tput_page/);
  });

  it('shows the page of a rule', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    const actions = await actionsAt(document, findings(document)[0]!.range);
    const { command } = actions.find(({ title }) => title.startsWith('Show documentation'))!;
    await commands.executeCommand(command!.command, ...(command!.arguments ?? []));
    await until(
      () => window.tabGroups.activeTabGroup.activeTab?.label ?? '',
      label => label.includes('release-mismatch.md'),
    );
    await commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('keeps a leak for the save while its function is being written', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    const before = await workspace.fs.readFile(document.uri);
    const edit = new WorkspaceEdit();
    edit.delete(document.uri, rangeOf(document, '\tunpin_user_page(page);\n'));
    edit.replace(document.uri, rangeOf(document, 'put_page'), 'unpin_user_page');
    await workspace.applyEdit(edit);
    await until(
      () => rules(document),
      found => found.length === 0,
    );
    await document.save();
    try {
      await until(
        () => rules(document),
        found => found.length === 1 && found[0] === 'page-leak',
      );
    } finally {
      await workspace.fs.writeFile(document.uri, before);
    }
  });

  it('follows a change of the severity setting', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    await withRules(document, ConfigurationTarget.Global, () =>
      until(
        () => rules(document),
        found => found.length === 0,
      ),
    );
    await until(
      () => rules(document),
      found => found.length === 1,
    );
  });

  it('lets only a trusted workspace turn rules off', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    await withRules(document, ConfigurationTarget.Workspace, async () => {
      if (workspace.isTrusted)
        await until(
          () => rules(document),
          found => found.length === 0,
        );
      else assert.deepEqual(workspace.getConfiguration('pinsight', document.uri).get('rules'), {});
    });
  });

  it('comes back after a restart of the server', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    await commands.executeCommand('pinsight.restartServer');
    await until(
      () => rules(document),
      found => found.length === 1,
    );
  });

  it('is done with a closed file', async () => {
    const { document } = await opened('pins.c', ['release-mismatch']);
    await closeAll();
    await until(
      () => findings(document).length,
      count => count === 0,
    );
  });
});
