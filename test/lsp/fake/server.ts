import { join } from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { ThreadAnalyser } from '../../../server/src/lsp/analyser.ts';
import { serve } from '../../../server/src/lsp/serve.ts';

const TIME_LIMIT = 1500;
serve(createConnection(ProposedFeatures.all), new ThreadAnalyser(join(__dirname, 'thread.js'), TIME_LIMIT));
