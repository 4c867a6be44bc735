import { Cancelled } from '../../../server/src/base/cancel.ts';
import type { ThreadEngine } from '../../../server/src/lsp/desk.ts';
import { serveThread } from '../../../server/src/lsp/threadLoop.ts';
import type { Finding } from '../../../server/src/report/findings.ts';

// An engine that finds words instead of bugs. Words in capitals make it misbehave.

const WORDS = { mismatch: 'release-mismatch', leak: 'page-leak' } as const;

const engine: ThreadEngine = {
  forget: () => {},

  isOfInterest: text => text.includes('iov_iter'),

  analyse({ path, text }, { severities, tree }, cancel = () => false) {
    if (text.includes('THROW')) throw new Error('the engine fell over');
    if (text.includes('DIE')) process.exit(3);
    while (text.includes('HANG'));
    const end = Date.now() + (text.includes('SLOW') ? 5000 : text.includes('MEDIUM') ? 1000 : 0);
    while (Date.now() < end) if (cancel()) throw new Cancelled();
    const findings: Finding[] = [];
    for (const [word, rule] of Object.entries(WORDS)) {
      const severity = severities?.[rule] ?? 'error';
      if (severity === 'off') continue;
      for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + 1)) {
        const place = { file: path, start, end: start + word.length };
        findings.push({
          ...place,
          rule,
          severity,
          confidence: 'certain',
          function: 'f',
          message: `a ${word} in ${tree.era}`,
          path: [{ file: path, start: 0, end: 1, message: 'taken here' }],
          fixes: [{ title: `Replace ${word}`, edits: [{ ...place, newText: 'right' }] }],
        });
      }
    }
    return { path, findings, notAnalysed: [], extractions: [], iterators: [] };
  },

  hover({ text }, offset) {
    return text.startsWith('iov_iter', offset)
      ? { start: offset, end: offset + 8, markdown: `at ${offset}` }
      : undefined;
  },

  highlights({ text }, offset) {
    const end = offset + 'iov_iter'.length;
    if (!text.startsWith('iov_iter', offset)) return [];
    const at = text.indexOf('mismatch');
    return [
      { start: offset, end, kind: 'acquisition' },
      { start: at, end: at + 'mismatch'.length, kind: 'release' },
    ];
  },

  inlayHints({ text }, range) {
    const offset = text.indexOf('iov_iter', range.start) + 8;
    return offset >= 8 && offset <= range.end ? [{ offset, label: 'pin', tooltip: 'a pin' }] : [];
  },
};

serveThread(async () => engine);
