import type { Fault } from '../analysis/context.ts';
import type { Span, TextEdit } from '../base/text.ts';
import type { Rule, RuleReport } from './rule.ts';

const REFUSED: Readonly<Record<string, (name: string, hold: string) => string>> = {
  FOLL_PIN: (name, hold) =>
    hold === 'pin'
      ? `${name}() sets FOLL_PIN itself and refuses it from its callers`
      : `${name}() refuses FOLL_PIN, which only pin_user_pages*() sets: to pin, call the function of that name`,
  FOLL_GET: name => `${name}() pins, and FOLL_GET and FOLL_PIN exclude each other: the call fails`,
  FOLL_LONGTERM: name => `${name}() refuses FOLL_LONGTERM, which is for pins: use pin_user_pages*()`,
};

const CAUSES: Readonly<Record<string, (fault: Fault) => string>> = {
  refused: ({ details, origin }) =>
    REFUSED[details.flag ?? '']?.(origin.callee, details.hold ?? '') ??
    `${origin.callee}() does not know ${details.flag} and fails`,
  exclusive: ({ details, origin }) =>
    `${origin.callee}() refuses ${details.flag} together with ${details.other}`,
  truth: ({ origin }) =>
    `\`${origin.placeText}\` is a truth value where ${origin.callee}() takes FOLL_* flags: it only works while FOLL_WRITE is 1`,
  literal: ({ origin }) =>
    `\`${origin.placeText}\` gives ${origin.callee}() flags by number: the numbers of FOLL_* differ between kernels`,
  direction: ({ details, origin }) =>
    details.flag === 'DMA_TO_DEVICE'
      ? `FOLL_WRITE is given to ${origin.callee}() where the device only reads (DMA_TO_DEVICE), and not where it writes`
      : `FOLL_WRITE is given to ${origin.callee}() except where the device writes (DMA_FROM_DEVICE)`,
  mode: ({ details, origin }) =>
    `\`${origin.placeText}\` is FOLL_PIN, FOLL_GET or 0, and is compared with ${details.other}: name the flag`,
  'will-pin': ({ details, origin }) =>
    `\`${origin.placeText}\` is true or false, and is compared with ${details.other}`,
};

function report(fault: Fault, text: string): RuleReport {
  const message = CAUSES[fault.details.cause ?? '']!(fault);
  const fix = fixOf(fault, text);
  return fix ? { message, fix } : { message };
}

function fixOf(fault: Fault, text: string): RuleReport['fix'] {
  const { cause, flag, hold } = fault.details;
  const argument: Span = { start: Number(fault.details.start), end: Number(fault.details.end) };
  if (cause === 'refused' && hold === 'pin' && flag) {
    const edit = withoutFlag(text, argument, fault.span, flag);
    return edit && { title: `Leave ${flag} out`, edits: [edit] };
  }
  const source = text.slice(argument.start, argument.end);
  if (cause === 'literal' && source === '1')
    return { title: 'Use FOLL_WRITE', edits: [{ ...argument, newText: 'FOLL_WRITE' }] };
  if (cause !== 'truth') return;
  const condition = /^[\w.]+$|^\(.*\)$/s.test(source) ? source : `(${source})`;
  return {
    title: 'Use FOLL_WRITE',
    edits: [{ ...argument, newText: `${condition} ? FOLL_WRITE : 0` }],
  };
}

/** Takes `| FLAG` or `FLAG |` away; a flag that stands alone becomes 0. */
function withoutFlag(text: string, argument: Span, flag: Span, name: string): TextEdit | undefined {
  if (text.slice(flag.start, flag.end) !== name) return;
  const before = /\|\s*$/.exec(text.slice(argument.start, flag.start));
  if (before) {
    const space = /\s*$/.exec(text.slice(argument.start, argument.start + before.index))![0].length;
    return { start: argument.start + before.index - space, end: flag.end, newText: '' };
  }
  const after = /^\s*\|\s*/.exec(text.slice(flag.end, argument.end));
  if (after) return { start: flag.start, end: flag.end + after[0].length, newText: '' };
  return { start: flag.start, end: flag.end, newText: '0' };
}

export const rule: Rule = {
  id: 'gup-flags',
  severity: 'error',
  summary:
    'Flags of get_user_pages*() or pin_user_pages*() that are refused, have no effect, or are numbers.',
  faults: ['gup-flags'],
  documentation: `\`get_user_pages*()\` takes references (FOLL_GET), \`pin_user_pages*()\` takes pins (FOLL_PIN). The function says which,
never the caller: FOLL_PIN is set inside mm/ only, and FOLL_GET given to \`pin_user_pages*()\` contradicts it. FOLL_LONGTERM
tells how long a **pin** is kept, so that pages can be moved out of the way first; with a plain reference it means nothing.
All of these make the call fail with a warning in the log, and \`pin_user_pages()\` since 6.5 fails by returning 0, over
which a loop that goes on until all pages are pinned never ends.

The \`_fast\` functions know only some of the flags and fail with \`-EINVAL\` on the others.

The numbers of the flags have changed and will again (FOLL_GET was 4 and is 2). A literal number, or a truth value that
happens to be FOLL_WRITE because that is 1, says nothing to the reader and breaks with the next change. A truth value, or 1,
still works and is reported as a hint.

FOLL_WRITE is for pages that are written to: those of a DMA_FROM_DEVICE transfer, not those that the device only reads. Chosen
the wrong way round, shared copy-on-write pages are written behind the back of their owners.

\`iov_iter_extract_mode()\`, where a tree has it, answers FOLL_PIN, FOLL_GET or 0. Mainline has
\`iov_iter_extract_will_pin()\` instead, which answers true or false: comparing one as if it were the other is never right.`,
  examples: [
    {
      title: 'FOLL_GET given to a function that pins',
      bad: `int pin_buffer(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_GET, pages);
}
`,
      good: `int pin_buffer(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}
`,
    },
    {
      title: 'A long-term reference',
      bad: `int register_buffer(unsigned long addr, int nr, struct page **pages)
{
	return get_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
}
`,
      good: `int register_buffer(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
}
`,
    },
  ],
  report,
};
