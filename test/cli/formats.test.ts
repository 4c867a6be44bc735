import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';
import type { Log } from 'sarif';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, folder, pinsight, RIGHT, WRONG } from './harness.ts';

beforeAll(build);

describe('SARIF', () => {
  /** The schema as OASIS published it, without its dialect: it needs nothing that newer ones do not know. */
  const validator = (() => {
    const library = dirname(createRequire(import.meta.url).resolve('@microsoft/jest-sarif/package.json'));
    const text = readFileSync(join(library, 'lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8');
    const { $schema, id, ...schema } = JSON.parse(text);
    return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  })();

  /** A validated log of these files. */
  function sarif(files: Readonly<Record<string, string>>, ...args: string[]): Log {
    const { stdout } = pinsight([args[0] ?? 'check', '--format', 'sarif', ...args.slice(1)], folder(files));
    const log = JSON.parse(stdout);
    expect(validator(log), JSON.stringify(validator.errors)).toBe(true);
    return log;
  }

  test('the schema refuses what is none', () => {
    expect(validator({ version: '2.1.0', runs: [{}] })).toBe(false);
  });

  test('a finding has its place, path, fix and fingerprint', () => {
    const [run] = sarif({ 'drivers/an ä.c': WRONG }).runs;
    expect(run).toMatchObject({ columnKind: 'utf16CodeUnits', invocations: [{ exitCode: 1 }] });
    const [result] = run!.results!;
    const artifactLocation = { uri: 'drivers/an%20%C3%A4.c', uriBaseId: 'SRCROOT' };
    const region = { startLine: 8, startColumn: 2, endLine: 8, endColumn: 10 };
    expect(result).toMatchObject({
      ruleId: 'release-mismatch',
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation, region },
          logicalLocations: [{ name: 'peek', kind: 'function' }],
        },
      ],
      fixes: [
        {
          artifactChanges: [
            {
              artifactLocation,
              replacements: [{ deletedRegion: region, insertedContent: { text: 'unpin_user_page' } }],
            },
          ],
        },
      ],
      partialFingerprints: { 'pinsight/v1': expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    const flow = result!.codeFlows![0]!.threadFlows[0]!.locations.map(
      ({ location }) => location!.physicalLocation!.region!.startLine,
    );
    expect(flow[0]).toBe(5);
    expect(flow.at(-1)).toBe(8);
    expect(result!.relatedLocations!.length).toBe(flow.length - 1);
    const rule = run!.tool.driver.rules![result!.ruleIndex!]!;
    expect(rule).toMatchObject({ id: 'release-mismatch', defaultConfiguration: { level: 'error' } });
    expect(rule.help!.markdown).toContain('`put_page()`');
    expect(run!.artifacts).toMatchObject([{ location: artifactLocation }]);
  });

  test('fingerprints know no lines, and are those of the baseline', () => {
    const mark = (text: string) =>
      sarif({ 'a.c': text }).runs[0]!.results![0]!.partialFingerprints!['pinsight/v1'];
    expect(mark(`\n\n${WRONG}`)).toBe(mark(WRONG));
    const cwd = folder({ 'a.c': WRONG });
    pinsight(['check', '--write-baseline', 'b.json'], cwd);
    const [entry] = JSON.parse(readFileSync(join(cwd, 'b.json'), 'utf8')).findings;
    expect(entry.fingerprint).toBe(mark(WRONG));
  });

  test('what is not analysed is a notification', () => {
    const broken = 'int odd(void)\n{\n\tpin_user_pages_fast((((;\n}\n';
    const [run] = sarif({ 'a.c': broken }).runs;
    expect(run!.results).toEqual([]);
    expect(run!.invocations![0]!.toolExecutionNotifications).toMatchObject([
      { descriptor: { id: 'not-analysed' }, level: 'warning', message: { text: expect.any(String) } },
    ]);
  });

  test('audit, hints, comments that nothing needs, and nothing at all', () => {
    const [run] = sarif({ 'a.c': RIGHT }, 'audit').runs;
    expect(run!.properties!.extractions).toHaveLength(1);
    expect(
      sarif({ 'a.c': WRONG }, 'check', '--rule', 'release-mismatch=hint').runs[0]!.results,
    ).toMatchObject([{ level: 'note' }]);
    const needless = RIGHT.replace('\tunpin', '\t/* pinsight: allow(release-mismatch) */\n\tunpin');
    expect(sarif({ 'a.c': needless }).runs[0]!.results).toMatchObject([{ ruleId: 'unused-allow' }]);
    expect(sarif({}).runs[0]!.results).toEqual([]);
  });

  test('of a change, the results are new', () => {
    const patch = `--- a/a.c\n+++ b/a.c\n@@ -8 +8 @@\n-\tunpin_user_page(page);\n+\tput_page(page);\n`;
    expect(sarif({ 'a.c': RIGHT, p: patch }, 'check', '--patch', 'p').runs[0]!.results).toMatchObject([
      { ruleId: 'release-mismatch', baselineState: 'new' },
    ]);
  });
});

describe('Markdown', () => {
  const markdown = (files: Readonly<Record<string, string>>, ...args: string[]) =>
    pinsight([args[0] ?? 'check', '--format', 'markdown', ...args.slice(1)], folder(files)).stdout;

  test('gives each finding with its line, path and fix', () => {
    expect(markdown({ 'a.c': WRONG })).toBe(`## Pinsight: 1 error in 1 file

### error: release-mismatch in \`peek()\`

\`a.c:8\`: \`page\` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()

\`\`\`c
	put_page(page);
\`\`\`

1. \`a.c:5\`: \`page\` is pinned here by pin_user_pages_fast()
2. \`a.c:5\`: \`pin_user_pages_fast(addr, 1, 0, &page) != 1\` is false
3. \`a.c:8\`: put_page() is called here

Fix: Use unpin_user_page()
`);
  });

  test('lists sites in tables, and what is not analysed', () => {
    const text = markdown({ 'a.c': RIGHT }, 'audit');
    expect(text).toContain('| `a.c:5` | `peek` | `pin_user_pages_fast` | pin | source | same-function |');
    expect(markdown({ 'a.c': 'int odd(void)\n{\n\tpin_user_pages_fast((((;\n}\n' })).toContain(
      '### Not analysed',
    );
  });

  test('code cannot leave its fence', () => {
    const cwd = folder({ 'a.c': WRONG.replace('put_page(page);', 'put_page(page); /* ``` <b> */') });
    const { stdout } = pinsight(['check', '--format', 'markdown'], cwd);
    expect(stdout).toContain('\n````c\n\tput_page(page); /* ``` <b> */\n````\n');
    writeFileSync(
      join(cwd, 'a.c'),
      WRONG.replace('put_page(page);', 'put_page(page); /* \u001b[2J\u202e */'),
    );
    const hostile = pinsight(['check', '--format', 'markdown'], cwd).stdout;
    expect(hostile).toContain('put_page');
    for (const character of ['\u001b', '\u202e']) expect(hostile).not.toContain(character);
  });
});
