/// <reference types="mocha" />
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { Range, type TextDocument, WorkspaceEdit, workspace } from 'vscode';
import { closeAll, fileUri, findings, openEditor, rules, until } from './helpers.ts';

const PINNING = 'guest/share.c';
const PUTTING = 'guest/destroy.c';

/** Waits until the file that puts pages shows its one finding, or none. */
const shows = (document: TextDocument, isFound: boolean): Promise<unknown> =>
  until(
    () => rules(document),
    found => JSON.stringify(found) === (isFound ? '["release-mismatch"]' : '[]'),
  );

/** The text of the file that pins, as it would be with plain references. */
const withReferences = (text: string): string =>
  text.replace('pin_user_pages_fast', 'get_user_pages_fast').replace('unpin_user_page', 'put_page');

describe('between files', () => {
  afterEach(closeAll);

  it('tells what one file does wrong to the pages of another, with the place there', async () => {
    const { document } = await openEditor(PUTTING);
    await shows(document, true);
    const [finding] = findings(document);
    assert.equal(document.getText(finding!.range), 'put_page');
    const [taken] = finding!.relatedInformation ?? [];
    assert.equal(taken!.location.uri.path, fileUri(PINNING).path);
    const { line, character } = taken!.location.range.start;
    const lines = (await readFile(fileUri(PINNING).fsPath, 'utf8')).split('\n');
    assert.match(lines[line]!.slice(character), /^pin_user_pages_fast\(/);
  });

  // Before it is opened: once VS Code has a document of it, that counts.
  it('sees the other file changed on disk, deleted and created', async () => {
    const { document } = await openEditor(PUTTING);
    await shows(document, true);
    const path = fileUri(PINNING).fsPath;
    const text = await readFile(path, 'utf8');
    try {
      await writeFile(path, withReferences(text));
      await shows(document, false);
      await writeFile(path, text);
      await shows(document, true);
      await rm(path);
      await shows(document, false);
    } finally {
      await writeFile(path, text);
    }
    await shows(document, true);
  });

  it('follows what is typed in the other file, saved or not', async () => {
    const { document } = await openEditor(PUTTING);
    await shows(document, true);
    const { document: other } = await openEditor(PINNING);
    const edit = new WorkspaceEdit();
    const all = new Range(0, 0, other.lineCount, 0);
    edit.replace(other.uri, all, withReferences(other.getText()));
    await workspace.applyEdit(edit);
    assert.ok(other.isDirty);
    await shows(document, false);
    await closeAll();
    await openEditor(PUTTING);
    await shows(document, true);
  });
});
