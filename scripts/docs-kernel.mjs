// Writes docs/kernel-functions.md from the rows of the effect table.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const bundle = await build({
  entryPoints: [fileURLToPath(new URL('../server/src/semantics/document.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
});
const code = Buffer.from(bundle.outputFiles[0].contents).toString('base64');
const { kernelFunctionsDocument } = await import(`data:text/javascript;base64,${code}`);
writeFileSync(new URL('../docs/kernel-functions.md', import.meta.url), kernelFunctionsDocument());
