import { DEFECTS, type Defect } from './defects.ts';
import type { Applicability, FunctionRow } from './effects.ts';
import { sentence } from './explain.ts';
import { BORROWER_FAMILIES, BORROWER_SUFFIXES } from './rows/borrowers.ts';
import { ROW_GROUPS } from './table.ts';

const TITLES: Readonly<Record<string, string>> = {
  iov: 'Iterators',
  gup: 'User pages',
  bio: 'bios and requests',
  release: 'Release and dirtying',
  pages: 'Single pages, the page cache, allocated pages',
  wrappers: 'Helpers of file systems, cryptography, network and io_uring',
  drivers: 'Helpers of drivers and virtual machines',
  containers: 'Containers',
  async: 'Submission and waiting',
  memory: 'Memory',
  views: 'Views of a page',
  borrowers: 'Borrowers',
  utilities: 'Utilities',
};

const escaped = (text: string): string => text.replaceAll('|', '\\|');

/** In which trees a row or a defect holds, in words. */
function treesOf({ since, until, needs = [], lacks = [] }: Applicability): string {
  const parts = [
    since && until ? `${since} to ${until}` : since ? `since ${since}` : until ? `until ${until}` : '',
    ...needs.map(feature => `with ${feature}`),
    ...lacks.map(feature => `without ${feature}`),
  ];
  return parts.filter(part => part !== '').join(', ') || 'all';
}

function line(row: FunctionRow): string {
  const does = row.effects.map(effect => sentence(row, effect)).filter(text => text !== undefined);
  const text = [...does, row.note].filter(part => part !== undefined).join(' ');
  return `| \`${row.name}(${row.parameters?.join(', ') ?? ''})\` | ${escaped(text)} | ${treesOf(row)} | ${row.source} |`;
}

const isPlainBorrower = (row: FunctionRow): boolean =>
  row.note === undefined &&
  row.failureTest === undefined &&
  row.effects.every(effect => effect.kind === 'borrow');

function borrowerLines(rows: readonly FunctionRow[]): string[] {
  const files = new Map<string, string[]>();
  for (const row of rows) {
    const file = row.source.replace(/:\d+/, '');
    files.set(file, [...(files.get(file) ?? []), row.name]);
  }
  return [...files].map(([file, names]) => `| ${file} | ${names.map(name => `\`${name}\``).join(' ')} |`);
}

function section(group: string, rows: readonly FunctionRow[]): string[] {
  const told = rows.filter(row => !isPlainBorrower(row));
  const plain = rows.filter(isPlainBorrower);
  const lines = [`## ${TITLES[group] ?? group}`, ''];
  if (told.length > 0)
    lines.push('| function | does | trees | read in |', '|---|---|---|---|', ...told.map(line), '');
  if (plain.length > 0)
    lines.push('| file | functions that keep nothing |', '|---|---|', ...borrowerLines(plain), '');
  return lines;
}

function defectLine(defect: Defect): string {
  const functions = defect.functions.map(name => `\`${name}\``).join(' ');
  return `| ${defect.id} | ${functions} | ${escaped(`${defect.happens} ${defect.caller}`)} | ${treesOf(defect)} | ${defect.source} |`;
}

/** The page docs/kernel-functions.md, made from the rows. */
export function kernelFunctionsDocument(): string {
  return [
    '# Kernel functions',
    '',
    'What Pinsight knows of each kernel function. This page is made from the rows in `server/src/semantics/rows`',
    'by `node scripts/docs-kernel.mjs`; change the rows, not the page.',
    '',
    ...Object.entries(ROW_GROUPS).flatMap(([group, rows]) => section(group, rows)),
    '## Defects of kernels',
    '',
    'What kernels do that they should not, as runs of 6.1.192 and 6.12.117 show it (`server/src/semantics/defects.ts`).',
    '',
    '| defect | functions | what happens | trees | read in |',
    '|---|---|---|---|---|',
    ...DEFECTS.map(defectLine),
    '',
    '## Families',
    '',
    'Functions whose names begin like this keep nothing, unless they have a row of their own:',
    '',
    BORROWER_FAMILIES.map(({ prefix }) => `\`${prefix}\``).join(' '),
    '',
    'So do those whose names end like this:',
    '',
    BORROWER_SUFFIXES.map(({ suffix }) => `\`${suffix}\``).join(' '),
    '',
  ].join('\n');
}
