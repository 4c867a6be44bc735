import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../server/src/base/text.ts';
import { OpenDocument } from '../../server/src/lsp/documents.ts';
import { allowComment } from '../../server/src/lsp/features/allowComment.ts';
import { withoutHeldBack } from '../../server/src/lsp/features/heldBack.ts';
import { pathOfUri, uriOfPath } from '../../server/src/lsp/places.ts';
import type { Finding } from '../../server/src/report/findings.ts';
import { applyAllows } from '../../server/src/report/suppress.ts';

const finding = (text: string, at: string, rule = 'page-leak'): Finding => {
  const start = text.indexOf(at);
  const place = { file: 'a.c', start, end: start + at.length };
  return {
    ...place,
    rule,
    severity: 'error',
    confidence: 'certain',
    function: 'f',
    message: 'm',
    path: [],
    fixes: [],
  };
};

describe('a comment that allows a finding', () => {
  test.each([
    ['at the first line', 'return;'],
    ['with the indentation of its line', 'f()\n{\n\t  return;\n}\n'],
    ['with the line ends of the file', 'f()\r\n{\r\n\treturn;\r\n}\r\n'],
    ['in a macro', '#define F \\\n\tif (x) \\\n\t\treturn;\n'],
    ['below another that stands there', '\t/* pinsight: allow(mixed-holds) */\n\treturn;'],
    ['behind code on the same line', '\tif (x) return;'],
  ])('is one that the report heeds: %s', (_name, text) => {
    const leak = finding(text, 'return');
    const allowed = applyEdits(text, [allowComment(text, leak)]);
    const after = finding(allowed, 'return');
    expect(applyAllows(allowed, 'a.c', [after], { isChecked: rule => rule === 'page-leak' })).toEqual([]);
  });

  test('goes on with the macro it stands in', () => {
    const text = '#define F \\\n\treturn;\n';
    expect(allowComment(text, finding(text, 'return')).newText).toBe(
      '\t/* pinsight: allow(page-leak) */ \\\n',
    );
  });
});

describe('a leak waits for the save', () => {
  const saved = 'int f(void)\n{\n\treturn 0;\n}\n\nint g(void)\n{\n\treturn 1;\n}\n';

  const opened = (text = saved): OpenDocument => {
    const document = new OpenDocument({ uri: 'file:///a.c', languageId: 'c', version: 1, text: saved });
    if (text !== saved) document.edit([{ text }], 2);
    return document;
  };

  /** Which of some findings are told of a document. */
  const told = (document: OpenDocument, findings: readonly Finding[], areOthersSaved = true): boolean[] => {
    const report = { path: 'a.c', findings, notAnalysed: [], extractions: [], iterators: [] };
    const analysis = { era: 'will-pin', assumed: true, report, texts: new Map(), areOthersSaved } as const;
    const left = withoutHeldBack(document, findings, analysis);
    return findings.map(each => left.includes(each));
  };

  test('only where its own function was edited', () => {
    const edited = saved.replace('return 1;', 'work();\n\treturn 1;');
    const leaks = [finding(edited, 'return 1'), finding(edited, 'return 0')];
    expect(told(opened(edited), leaks)).toEqual([false, true]);
  });

  test('unlike findings of other rules', () => {
    const edited = saved.replace('return 1;', 'put_page(page);');
    expect(told(opened(edited), [finding(edited, 'put_page', 'release-mismatch')])).toEqual([true]);
  });

  test('of another file where only that has brought it about', () => {
    const document = opened();
    const [first, second] = [finding(saved, 'return 0'), finding(saved, 'return 1')];
    expect(told(document, [first, second], false)).toEqual([true, true]);
    expect(told(document, [first])).toEqual([true]);
    expect(told(document, [first, second], false)).toEqual([true, false]);
    expect(told(document, [first, second])).toEqual([true, true]);
    const edited = `${saved}\n`;
    document.edit([{ text: edited }], 2);
    document.savedText = edited;
    expect(told(document, [first, finding(edited, '}')], false)).toEqual([true, true]);
  });
});

test('paths and URIs lead to each other', () => {
  expect(uriOfPath(pathOfUri('file:///a%20b/c.c'))).toBe('file:///a%20b/c.c');
  for (const odd of ['untitled:Untitled-1', 'vscode-vfs://github/a/b.c', '%', ''])
    expect(pathOfUri(odd)).toBe(odd);
  expect(uriOfPath('untitled:Untitled-1')).toBe('untitled:Untitled-1');
});
