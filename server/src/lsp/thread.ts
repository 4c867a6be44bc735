import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine } from '../engine.ts';
import { serveThread } from './threadLoop.ts';

const asset = (name: string): Uint8Array => readFileSync(join(__dirname, name));

serveThread(() =>
  Engine.create({ runtime: asset('web-tree-sitter.wasm'), grammar: asset('tree-sitter-c.wasm') }),
);
