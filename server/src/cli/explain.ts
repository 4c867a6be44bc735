import { join } from 'node:path';
import { findTree } from '../host/trees.ts';
import { RULES } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import type { Era, Tree } from '../semantics/eras.ts';
import { explainFunction, toMarkdown } from '../semantics/explain.ts';
import type { Direction, IteratorKind } from '../semantics/holds.ts';
import { rowsNamed } from '../semantics/table.ts';
import { assumedTree, treeForEra } from '../semantics/trees.ts';
import { EXIT, Failure } from './failure.ts';
import { write } from './output.ts';

export interface ExplainFlags {
  readonly era?: Era;
  readonly iter?: IteratorKind;
  readonly direction?: Direction;
}

/** Prints, as Markdown, what a rule means or what a kernel function does to its pages. Throws Failure for neither. */
export async function explain(name: string, flags: ExplainFlags): Promise<number> {
  const rule = RULES.find(each => each.id === name);
  await write(rule ? rulePage(rule) : functionPage(name.replace(/\(\)$/, ''), flags));
  return EXIT.clean;
}

function rulePage(rule: Rule): string {
  const examples = rule.examples.map(
    ({ title, bad, good }) => `## ${title}\n\nWrong:\n\n${fenced(bad)}\n\nRight:\n\n${fenced(good)}\n`,
  );
  return [
    `# ${rule.id}\n`,
    `${rule.summary} (${rule.severity})\n`,
    `${rule.documentation.trim()}\n`,
    ...examples,
  ].join('\n');
}

const fenced = (code: string) => `\`\`\`c\n${code.trim()}\n\`\`\``;

function functionPage(name: string, flags: ExplainFlags): string {
  const tree = treeFor(flags.era);
  const context = { iterator: flags.iter, direction: flags.direction };
  const explanation = explainFunction(name, tree, context);
  if (explanation) return `${toMarkdown(explanation).trim()}\n`;
  throw new Failure(
    rowsNamed(name).length > 0
      ? `${name}() does not exist in trees of the era ${tree.era}; try another --era`
      : `there is neither a rule nor a known kernel function '${name}'`,
  );
}

/** That of the tree around the current directory, where none is forced. */
function treeFor(era: Era | undefined): Tree {
  return era ? treeForEra(era) : (findTree(join(process.cwd(), 'any.c')) ?? assumedTree());
}
