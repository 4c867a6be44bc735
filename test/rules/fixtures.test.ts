import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { applyEdits } from '../../server/src/base/text.ts';
import type { Engine } from '../../server/src/engine.ts';
import type { Finding } from '../../server/src/report/findings.ts';
import { ERAS } from '../../server/src/semantics/eras.ts';
import { treeForEra } from '../../server/src/semantics/trees.ts';
import { createEngine } from './engine.ts';
import { withMarks, withoutMarks } from './marks.ts';

const fixtures = readdirSync(__dirname).filter(name => name.endsWith('.c'));
let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});

/** The first line may choose the era: `// era: get-pages`; else it is will-pin. */
function analyse(name: string, text: string) {
  const wanted = /^\/\/ era: (\S+)/.exec(text)?.[1] ?? 'will-pin';
  const era = ERAS.find(known => known === wanted);
  if (!era) throw new Error(`${name}: unknown era ${wanted}`);
  return engine.analyse({ path: name, text }, { tree: treeForEra(era) });
}

/** What is found, whatever the lines. */
const summary = (findings: readonly Finding[]) =>
  findings.map(({ rule, function: name }) => `${rule} in ${name}`).sort();

test.each(fixtures)('%s: what is found is what is marked', name => {
  const path = join(__dirname, name);
  const marked = readFileSync(path, 'utf8');
  const text = withoutMarks(marked);
  const { findings, notAnalysed } = analyse(name, text);
  const found = withMarks(text, findings);
  expect(notAnalysed).toEqual([]);
  if (process.env.UPDATE_FIXTURES === '1') writeFileSync(path, found);
  else expect(found).toBe(marked);
});

test.each(fixtures)('%s: a fix removes its finding and brings no other', name => {
  const text = withoutMarks(readFileSync(join(__dirname, name), 'utf8'));
  const { findings } = analyse(name, text);
  for (const finding of findings) {
    for (const fix of finding.fixes) {
      const left = analyse(name, applyEdits(text, fix.edits)).findings;
      expect(summary(left)).toEqual(summary(findings.filter(other => other !== finding)));
    }
  }
});

test('a mark stands under its span, whatever tabs are before it', () => {
  const text = 'void f(void)\n{\n\tg(a,\tbad);\n}\n';
  const start = text.indexOf('bad');
  const finding: Finding = {
    file: 'x.c',
    start,
    end: start + 3,
    rule: 'page-leak',
    severity: 'hint',
    confidence: 'guess',
    function: 'f',
    message: 'words',
    path: [],
    fixes: [],
  };
  const marked = withMarks(text, [finding]);
  expect(marked.split('\n')[3]).toBe('//              ^^^ page-leak (hint): words');
  expect(withoutMarks(marked)).toBe(text);
});
