import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { bundleOptions, root, WASM } from '../../scripts/lib/bundle.mjs';
import { PLANTED_FAULTS, type PlantedFault, planting } from './plantedFaults.ts';
import { AGREED } from './profile.ts';

/** Seeds within which a planted fault must be noticed. */
const SEEDS = 250;
const FIRST_SEED = 500_000;
const TIMEOUT = 120_000;

const directory = mkdtempSync(join(tmpdir(), 'pinsight-planted-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The oracle around an analysis, with a fault in it if one is given. */
async function oracleWith(fault: PlantedFault | undefined, name: string) {
  const outfile = join(directory, `${name}.cjs`);
  await build({
    ...bundleOptions,
    stdin: {
      contents: `export { tryCase } from './oracle.ts'; export { Engine } from '../../server/src/engine.ts';`,
      loader: 'ts',
      resolveDir: join(root, 'test/oracle'),
    },
    plugins: fault ? [planting(fault, root)] : [],
    logLevel: 'silent',
    outfile,
  });
  const oracle = createRequire(import.meta.url)(outfile);
  const [runtime, grammar] = WASM.map(([source]) => readFileSync(source));
  return { tryCase: oracle.tryCase, engine: await oracle.Engine.create({ runtime, grammar }) };
}

/** The first seed at which runs and analysis disagree. */
async function noticedAt(fault: PlantedFault | undefined, name: string): Promise<number | undefined> {
  const { tryCase, engine } = await oracleWith(fault, name);
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++)
    if (tryCase(engine, seed, AGREED)?.disagreements.length > 0) return seed - FIRST_SEED;
  return undefined;
}

test.each(PLANTED_FAULTS.map((fault, at) => [fault.name, fault, `fault${at}`] as const))(
  '%s: noticed',
  async (_, fault, name) => {
    const seed = await noticedAt(fault, name);
    expect(seed).toBeDefined();
  },
  TIMEOUT,
);

test(
  'without a fault nothing is noticed in the same programs',
  async () => {
    expect(await noticedAt(undefined, 'none')).toBeUndefined();
  },
  TIMEOUT,
);

test('a fault whose anchor is gone is no fault', async () => {
  const lost = { ...PLANTED_FAULTS[0]!, find: 'no such text' };
  await expect(oracleWith(lost, 'lost')).rejects.toThrow('0 times');
});
