// Measures how much of a kernel tree the parser understands: npm run health -- TREE [--list]
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OF_INTEREST = /iov_iter|user_page|get_user_pages/;
const EXTRACTION =
  /\b(?:iov_iter_get_pages\w*|iov_iter_extract_pages|get_user_pages\w*|pin_user_pages\w*|extract_iter_to_sg|get_user_page_\w+|memfd_pin_folios|netfs_extract_user_iter|bio_iov_iter_get_pages)\s*\(/;

async function loadSyntax() {
  const bundle = join(root, 'dist', 'health-syntax.mjs');
  await build({
    stdin: {
      contents: "export * from './parser.ts'; export * from './health.ts';",
      resolveDir: join(root, 'server/src/syntax'),
    },
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  return import(pathToFileURL(bundle).href);
}

/** Paths of the C files below a directory; symbolic links are not followed. */
function* sources(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.isFile() && /\.[ch]$/.test(entry.name)) yield path;
  }
}

function percent(part, whole) {
  return whole === 0 ? 'none' : `${part} of ${whole} (${((100 * part) / whole).toFixed(2)} %)`;
}

function lineOf(text, offset) {
  return text.slice(0, offset).split('\n').length;
}

async function main() {
  const list = process.argv.includes('--list');
  const [tree] = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
  if (tree === undefined) throw new Error('usage: npm run health -- TREE [--list]');
  const { CParser, functionsOf } = await loadSyntax();
  const { resolve: find } = createRequire(import.meta.url);
  const parser = await CParser.create({
    runtime: readFileSync(find('web-tree-sitter/web-tree-sitter.wasm')),
    grammar: readFileSync(find('tree-sitter-c/tree-sitter-c.wasm')),
  });

  const count = {
    files: 0,
    functions: 0,
    broken: 0,
    extracting: 0,
    brokenExtracting: 0,
    inactive: 0,
    bytes: 0,
  };
  const refused = [];
  let slowest = { path: '', milliseconds: 0 };
  let total = 0;
  for (const path of sources(resolve(tree))) {
    const text = readFileSync(path, 'utf8');
    if (!OF_INTEREST.test(text)) continue;
    const name = relative(tree, path);
    count.files++;
    count.bytes += text.length;
    const began = performance.now();
    let parsed;
    try {
      parsed = parser.parse(text);
    } catch (error) {
      refused.push(`${name}: ${error.message}`);
      continue;
    }
    const milliseconds = performance.now() - began;
    total += milliseconds;
    if (milliseconds > slowest.milliseconds) slowest = { path: name, milliseconds };
    for (const { name: called, span, errors } of functionsOf(parsed)) {
      const extracts = EXTRACTION.test(parsed.masked.slice(span.start, span.end));
      count.functions++;
      if (extracts) count.extracting++;
      if (errors.length === 0) continue;
      count.broken++;
      if (extracts) count.brokenExtracting++;
      if (list) {
        const first = lineOf(text, errors[0].span.start);
        const mark = extracts ? 'EXTRACTS ' : '';
        console.log(
          `${mark}${name}:${lineOf(text, span.start)} ${called} (line ${first}, ${errors[0].kind})`,
        );
      }
    }
    for (const note of parsed.notes) {
      if (note.kind !== 'inactive' || !EXTRACTION.test(text.slice(note.start, note.end))) continue;
      count.inactive++;
      if (list)
        console.log(`INACTIVE ${name}:${lineOf(text, note.start)} an extraction in an arm not chosen`);
    }
    parsed.dispose();
  }
  for (const reason of refused) console.log(`refused ${reason}`);
  console.log(
    `files                          ${count.files} (${(count.bytes / 1e6).toFixed(1)} MB), refused ${refused.length}`,
  );
  console.log(`functions with errors          ${percent(count.broken, count.functions)}`);
  console.log(`extracting, with errors        ${percent(count.brokenExtracting, count.extracting)}`);
  console.log(`extractions in inactive arms   ${count.inactive}`);
  console.log(
    `mask and parse                 ${total.toFixed(0)} ms, slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.path})`,
  );
}

await main().catch(error => {
  console.error(error.message);
  process.exitCode = 2;
});
