#!/usr/bin/env node
// Scores the analysis against the corpus of known cases: `npm run recall`, `-- --list` names the misses,
// `-- --id ID` shows one case's findings in its good twin and in its defective file, `-- --seconds N` gives each analysis
// more or less time. What is given up counts as not found.
import { parseArgs } from 'node:util';
import { analyse, counts, isPolicy, percent, table, withPolicy } from './lib/analyse.mjs';
import {
  badEdits,
  goodEdits,
  isAbout,
  isHit,
  requestFor,
  requireCorpus,
  rowsOf,
  SERVED,
} from './lib/corpus.mjs';

const { values: options } = parseArgs({
  options: { list: { type: 'boolean' }, id: { type: 'string' }, seconds: { type: 'string' } },
});
const seconds = options.seconds === undefined ? undefined : Number(options.seconds);
if (seconds !== undefined && !(seconds > 0)) fail('--seconds wants a number above 0');
requireCorpus();

const started = Date.now();
const requests = new Map();
const keys = new Map();
/** Registers an analysis once, however often it is asked for. */
function ask(row, edits) {
  const key = JSON.stringify([row.tree, row.file, edits]);
  if (!requests.has(key)) {
    const request = requestFor(row, edits);
    requests.set(key, request);
    keys.set(request, key);
  }
  return requests.get(key);
}

const chosen = row => options.id === undefined || row.id === options.id;
const suites = ['mutants', 'bugs'].map(name => ({
  name,
  cases: rowsOf(`${name}.jsonl`)
    .filter(chosen)
    .map(row => ({ row, good: ask(row, goodEdits(row)), bad: ask(row, badEdits(row)) })),
}));
const in612 = row => ({ ...row, tree: 'linux-source-6.12' });
const inTree = rows => (options.id === undefined ? rows : []).map(row => ({ row, request: ask(row, []) }));
const known = inTree(rowsOf('known-bugs.jsonl'));
const labels = inTree(rowsOf('labels-6.12.jsonl').map(in612));
const constructors = inTree(rowsOf('iters-6.12.jsonl').map(in612));
if (requests.size === 0) fail(`no such case: ${options.id}`);

const results = await analyse([...requests.values()], { severities: withPolicy, seconds });
const reports = new Map(results.map(result => [result.request, result.report]));
const unfinished = results.filter(result => result.milliseconds === 0);
/** A good twin that was given up shows nothing, and nothing can be told from it. */
const isFound = ({ row, good, bad }) =>
  !unfinished.some(result => result.request === good) && isHit(row, findingsOf(good), findingsOf(bad));
const reportOf = request =>
  reports.get(request) ?? { findings: [], notAnalysed: [], extractions: [], iterators: [] };
const findingsOf = request => reportOf(request).findings.filter(counts);

if (options.id !== undefined) for (const one of suites.flatMap(suite => suite.cases)) show(one);
else {
  for (const suite of suites) scoreSuite(suite);
  scoreKnown();
  scoreLabels();
  scoreIterators();
  scoreSilence();
  console.log(
    `\n${requests.size} analyses, ${unfinished.length} given up for time or a crash, in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  list('given up', unfinished, ({ request }) => request.display);
}

function scoreSuite({ name, cases }) {
  const scopes = ['function', 'file', 'cross-function', 'cross-file'];
  const scored = cases.map(one => ({
    ...one,
    hit: isFound(one),
  }));
  const cell = some => (some.length === 0 ? '' : `${some.filter(one => one.hit).length}/${some.length}`);
  const line = (title, some) => [
    title,
    ...scopes.map(scope => cell(some.filter(one => one.row.scope === scope))),
    cell(some),
    percent(some.filter(one => one.hit).length, some.length),
  ];
  const classes = [...new Set(scored.map(one => one.row.class))].sort();
  const served = scored.filter(one => SERVED.includes(one.row.class));
  const servedInFunction = served.filter(one => one.row.scope === 'function');
  console.log(`\n${name}: hits by class and scope (* served by the four rules)`);
  console.log(
    table([
      ['class', ...scopes, 'all', ''],
      ...classes.map(id =>
        line(
          id + (SERVED.includes(id) ? ' *' : ''),
          scored.filter(one => one.row.class === id),
        ),
      ),
      line('served classes', served),
      line('all classes', scored),
    ]),
  );
  console.log(
    `served classes at scope function: ${cell(servedInFunction)} (${percent(servedInFunction.filter(one => one.hit).length, servedInFunction.length)})`,
  );
  list('missed', scored.filter(one => !one.hit).sort(byServed), ({ row }) =>
    [
      row.id,
      row.class,
      row.scope,
      row.tree.slice(13),
      row.file,
      row.function,
      [row.buggy_line].flat().join(','),
    ].join('  '),
  );
}

function byServed(a, b) {
  return Number(SERVED.includes(b.row.class)) - Number(SERVED.includes(a.row.class));
}

function scoreKnown() {
  const hit = ({ row, request }) =>
    findingsOf(request).some(
      finding =>
        row.rules.includes(finding.rule) &&
        (finding.function === row.function || row.lines.some(line => Math.abs(line - finding.line) <= 2)),
    );
  console.log('\nknown bugs of 6.12');
  console.log(
    table(
      known.map(one => [
        `${one.row.file}:${one.row.function}`,
        one.row.rules.join('|'),
        hit(one) ? 'found' : 'MISSED',
      ]),
    ),
  );
}

function scoreLabels() {
  const scored = labels.map(({ row, request }) => {
    const sites = reportOf(request).extractions.filter(
      site => site.line === row.line && site.callee === row.callee,
    );
    return {
      row,
      site: sites[0],
      mode: sites.some(site => site.mode === row.expected_mode),
      where: sites.some(site => site.releasedWhere === row.released_where),
      direction: sites.some(site => site.direction === row.direction),
    };
  });
  const share = key => {
    const right = scored.filter(one => one[key]).length;
    return [`${right}/${scored.length}`, percent(right, scored.length)];
  };
  console.log('\nlabels of 6.12');
  console.log(
    table([
      ['mode right', ...share('mode')],
      ['releasedWhere right', ...share('where')],
      ['direction right', ...share('direction')],
    ]),
  );
  list(
    'wrong',
    scored.filter(one => !one.mode || !one.where),
    ({ row, site, mode }) =>
      [
        `${row.file}:${row.line}`,
        row.function,
        row.callee,
        mode ? 'mode right' : `mode ${site?.mode ?? '(no site)'}, expected ${row.expected_mode}`,
        `where ${site?.releasedWhere ?? '(no site)'}, expected ${row.released_where}`,
      ].join('  '),
  );
}

function scoreIterators() {
  const scored = constructors.map(({ row, request }) => {
    const site = reportOf(request).iterators.find(
      each => each.line === row.line && each.constructor === row.ctor,
    );
    return {
      row,
      site,
      direction: site?.direction === row.direction,
      safety: site?.pageSafety === row.page_safety,
    };
  });
  const share = key => {
    const right = scored.filter(one => one[key]).length;
    return [`${right}/${scored.length}`, percent(right, scored.length)];
  };
  console.log('\niterators of 6.12');
  console.log(
    table([
      ['direction right', ...share('direction')],
      ['pageSafety right', ...share('safety')],
    ]),
  );
  list(
    'wrong',
    scored.filter(one => !one.direction || !one.safety),
    ({ row, site }) =>
      [
        `${row.file}:${row.line}`,
        row.function,
        row.ctor,
        `direction ${site?.direction ?? '(no site)'}, expected ${row.direction}`,
        `pageSafety ${site?.pageSafety ?? '(no site)'}, expected ${row.page_safety}`,
      ].join('  '),
  );
}

/** Functions that reviewers found right must carry no error or warning. */
function scoreSilence() {
  const functions = new Map();
  const add = (row, request) => functions.set(`${keys.get(request)} ${row.function}`, { row, request });
  const wrong = labels.filter(one => !one.row.correct).map(one => `${one.row.file} ${one.row.function}`);
  for (const { row, request } of labels)
    if (!wrong.includes(`${row.file} ${row.function}`)) add(row, request);
  for (const { row, good } of suites.flatMap(suite => suite.cases)) add(row, good);
  const excepted = finding =>
    isPolicy(finding.rule) ||
    known.some(
      ({ row }) =>
        row.file === finding.file && row.function === finding.function && row.rules.includes(finding.rule),
    );
  const noisy = [...functions.values()]
    .map(({ row, request }) => ({
      row,
      findings: findingsOf(request).filter(
        finding => finding.function === row.function && !excepted(finding),
      ),
    }))
    .filter(one => one.findings.length > 0);
  console.log(
    `\nsilence: ${noisy.length} of ${functions.size} reviewed-correct functions carry an error or warning (${percent(noisy.length, functions.size)})`,
  );
  list('loud', noisy, ({ row, findings }) =>
    findings
      .map(
        finding =>
          `${row.tree.slice(13)}  ${finding.file}:${finding.line}  ${row.function}  ${finding.rule}: ${finding.message}`,
      )
      .join('\n  '),
  );
}

function show({ row, good, bad }) {
  console.log(
    `${row.id}: ${row.class}, scope ${row.scope}, ${row.tree}/${row.file}, ${row.function}, line ${row.buggy_line}`,
  );
  console.log(row.desc ?? `${row.title}\n${row.explanation}`);
  console.log(isFound({ row, good, bad }) ? 'HIT' : 'MISS');
  for (const [name, request] of [
    ['good', good],
    ['bad', bad],
  ]) {
    const { findings, notAnalysed } = reportOf(request);
    console.log(`\n${name}: ${findings.length} findings`);
    for (const finding of findings) {
      const mark = isAbout(row, finding) ? '*' : ' ';
      console.log(
        `${mark} ${finding.line}:${finding.column} ${finding.function} ${finding.severity} ${finding.rule}: ${finding.message}`,
      );
      for (const step of finding.path) console.log(`      ${step.line}: ${step.message}`);
    }
    for (const part of notAnalysed)
      console.log(`  not analysed ${part.line} ${part.function}: ${part.reason}`);
  }
}

function list(title, some, text) {
  if (!options.list || some.length === 0) return;
  console.log(`${title}:`);
  for (const one of some) console.log(`  ${text(one)}`);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
