import { parentPort, workerData } from 'node:worker_threads';
import type { IndexMessage, IndexTask } from './indexing.ts';
import { TreeIndex } from './treeIndex.ts';

const port = parentPort;
if (!port) throw new Error('the index worker is not to be run by itself');
const say = (message: IndexMessage): void => port.postMessage(message);
const { root } = workerData as IndexTask;

const index = TreeIndex.build(root, (done, of) => say({ kind: 'progress', done, of }));
index.save();
say({ kind: 'built', files: index.files, sources: index.size });
