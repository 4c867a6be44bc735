import { Engine } from '../engine.ts';
import { loadAssets } from '../host/fileAnalyser.ts';
import { serveThread } from './threadLoop.ts';

serveThread(() => Engine.create(loadAssets(__dirname)));
