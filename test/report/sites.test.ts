import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../server/src/engine.ts';
import { treeForEra } from '../../server/src/semantics/trees.ts';
import { createEngine } from '../rules/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Each line that ends in a mark, `word…: rest`. */
function marksOf(text: string): { line: number; words: string; rest: string }[] {
  return text.split('\n').flatMap((content, at) => {
    const mark = /\/\* ([\w -]+):(.*) \*\/$/.exec(content);
    return mark && /^\s/.test(content) ? [{ line: at + 1, words: mark[1]!, rest: mark[2]!.trim() }] : [];
  });
}

function analyse(name: string) {
  const text = readFileSync(join(__dirname, name), 'utf8');
  return { text, report: engine.analyse({ path: name, text }, { tree: treeForEra('will-pin') }) };
}

test('each extraction says who drops its hold, and by which calls', () => {
  const { text, report } = analyse('audit-owners.c');
  const found = report.extractions.map(site => ({
    line: lineOf(text, site.start),
    words: site.releasedWhere,
    rest: site.releases.map(release => release.callee).join(' '),
  }));
  expect(found).toEqual(marksOf(text));
});

test('each constructor says its direction and what keeps its pages safe', () => {
  const { text, report } = analyse('audit-iterators.c');
  const found = report.iterators.map(site => ({
    line: lineOf(text, site.start),
    words: `${site.direction} ${site.pageSafety}`,
    rest: site.why,
  }));
  const wanted = marksOf(text);
  expect(found).toEqual(wanted.map(mark => ({ ...mark, rest: expect.stringContaining(mark.rest) })));
});
