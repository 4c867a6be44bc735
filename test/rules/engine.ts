import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine } from '../../server/src/engine.ts';

const asset = (name: string) => readFileSync(join(__dirname, '../../node_modules', name));

/** An engine that has its WebAssembly from the installed packages. */
export function createEngine(): Promise<Engine> {
  return Engine.create({
    runtime: asset('web-tree-sitter/web-tree-sitter.wasm'),
    grammar: asset('tree-sitter-c/tree-sitter-c.wasm'),
  });
}
