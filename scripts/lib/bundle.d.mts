import type { BuildOptions } from 'esbuild';

export const root: string;
/** WebAssembly modules that stand beside the bundles: [source, name in dist]. */
export const WASM: readonly (readonly [source: string, name: string])[];
export const bundleOptions: BuildOptions;
export function entryPoints(): Record<string, string>;
