import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../server/src/base/text.ts';
import { allowComment } from '../../server/src/lsp/features/allowComment.ts';
import { isHeldBack } from '../../server/src/lsp/features/heldBack.ts';
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

  test('only where its own function was edited', () => {
    const edited = saved.replace('return 1;', 'work();\n\treturn 1;');
    expect(isHeldBack(finding(edited, 'return 1'), edited, saved)).toBe(true);
    expect(isHeldBack(finding(edited, 'return 0'), edited, saved)).toBe(false);
  });

  test('unlike findings of other rules', () => {
    const edited = saved.replace('return 1;', 'put_page(page);');
    expect(isHeldBack(finding(edited, 'put_page', 'release-mismatch'), edited, saved)).toBe(false);
  });
});

test('paths and URIs lead to each other', () => {
  expect(uriOfPath(pathOfUri('file:///a%20b/c.c'))).toBe('file:///a%20b/c.c');
  for (const odd of ['untitled:Untitled-1', 'vscode-vfs://github/a/b.c', '%', ''])
    expect(pathOfUri(odd)).toBe(odd);
  expect(uriOfPath('untitled:Untitled-1')).toBe('untitled:Untitled-1');
});
