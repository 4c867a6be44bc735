/// <reference types="mocha" />
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Runs the suite in VS Code's extension host and leaves the counts in the file that PINSIGHT_RESULTS names. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, color: false });
  mocha.suite.emit(
    'pre-require',
    globalThis as unknown as Mocha.MochaGlobals,
    null as unknown as string,
    mocha,
  );
  await import('./editor.ts');
  await import('./betweenFiles.ts');
  await import('./tokens.ts');
  const failures = await new Promise<number>(resolve => {
    const runner = mocha.run(resolve);
    runner.on('end', () => {
      const { passes, failures } = runner.stats ?? { passes: 0, failures: 1 };
      const file = process.env.PINSIGHT_RESULTS;
      if (file) writeFileSync(file, JSON.stringify({ passes, failures }));
    });
  });
  if (failures > 0) throw new Error(`${failures} failed`);
}
