import { join } from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { ThreadAnalyser } from './analyser.ts';
import { serve } from './serve.ts';

// Without a transport among the arguments the editor most likely meant stdio.
const TRANSPORTS = /^--(stdio|node-ipc|socket=|pipe=|clientProcessId=)/;
if (!process.argv.some(argument => TRANSPORTS.test(argument))) process.argv.push('--stdio');

serve(createConnection(ProposedFeatures.all), new ThreadAnalyser(join(__dirname, 'thread.js')));
