import type { DocumentSelector } from 'vscode';

/** The documents that the server is told of. VS Code calls headers C++ unless told otherwise. */
export const C_DOCUMENTS = [
  { language: 'c' },
  { language: 'cpp', pattern: '**/*.h' },
] satisfies DocumentSelector;
