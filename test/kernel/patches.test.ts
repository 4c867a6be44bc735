import { beforeAll, expect, test } from 'vitest';
import { fixes, missing, namesBug, replyTo, SIX } from '../../scripts/lib/patches.mjs';
import { build } from '../cli/harness.ts';

// Historical fixes, reversed, go through `check --patch -` in the kernel tree: the reply names the bug that comes back.

const absent = missing();
if (absent) console.warn(`SKIPPED: ${absent}`);

beforeAll(build);

test.skipIf(absent !== undefined)('the six fixes are in the corpus', () => {
  expect(SIX).toHaveLength(6);
  expect(fixes(SIX)).toHaveLength(6);
});

test.skipIf(absent !== undefined).each(SIX)('%s', { timeout: 120_000 }, id => {
  const [row] = fixes([id]);
  const { status, reply, stderr } = replyTo(row!);
  expect(stderr).toBe('');
  expect(status).toBe(1);
  expect(namesBug(row!, reply), reply).toBe(true);
  for (const line of reply.split('\n').filter(each => !/^(?:>|\s{8})/.test(each)))
    expect(line.length, line).toBeLessThanOrEqual(75);
});
