import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

const CAUSES: Readonly<Record<string, (fault: Fault) => string>> = {
  asked: fault =>
    `counts the pages asked for, but ${fault.origin.callee}() may have obtained fewer: the slots behind hold no page of this call`,
  left: fault =>
    `goes by \`${fault.details.count}\`, which is left at the number asked for where ${fault.origin.callee}() obtained fewer`,
  'left-error': fault =>
    `goes by \`${fault.details.count}\`, which is left at the error code where ${fault.origin.callee}() fails`,
  beyond: fault =>
    `goes beyond the pages that ${fault.origin.callee}() obtained: the slots behind hold no page of this call`,
  bytes: fault =>
    `counts bytes: ${fault.origin.callee}() returned bytes, and the pages are DIV_ROUND_UP(offset + bytes, PAGE_SIZE)`,
  offset: fault =>
    `leaves the offset into the first page out: ${fault.origin.callee}() obtained DIV_ROUND_UP(offset + bytes, PAGE_SIZE) pages`,
  negative: fault =>
    `is given a negative number: none of the pages that ${fault.origin.callee}() obtained is released`,
  failed: fault =>
    `runs where ${fault.origin.callee}() obtained nothing: its count is an error code or no page was stored`,
};

function report(fault: Fault): RuleReport {
  const cause = CAUSES[fault.details.cause ?? 'asked']!(fault);
  const name = fault.details.callee ?? 'the release';
  const message = `${name}() of \`${fault.origin.placeText}\` ${cause}`;
  const position = Number(fault.details.countPosition ?? 0);
  const span = position > 0 ? fault.callee?.arguments[position - 1] : undefined;
  const count = fault.details.obtainedName;
  if (!span || !count || fault.details.cause === 'failed') return { message };
  return {
    message,
    fix: { title: `Release ${count} pages`, edits: [{ start: span.start, end: span.end, newText: count }] },
  };
}

export const rule: Rule = {
  id: 'release-count',
  severity: 'warning',
  summary: 'The release covers another number of pages than were obtained.',
  faults: ['wrong-count'],
  documentation: `\`get_user_pages*()\` and \`pin_user_pages*()\` may return fewer pages than asked for: a hole in the mapping or a signal is
enough. Only that many slots of the array are filled. Releasing the number asked for drops holds that were never taken,
through pointers that were never written; releasing too few leaks the rest. A negative return is an error code and no
count: converted to an unsigned type it is larger than any count, so that \`ret < nr_pages\` is false for it.

\`iov_iter_get_pages2()\` and \`iov_iter_extract_pages()\` return **bytes**. They cover
\`DIV_ROUND_UP(offset + bytes, PAGE_SIZE)\` pages, where \`offset\` is where the first byte lies in the first page.

Where pages are left in an object for another function to release, the count beside them must be what was obtained at every
exit, error exits included: neither the number asked for nor the error code.

Release exactly what was obtained.`,
  examples: [
    {
      title: 'A short pin released in full',
      bad: `int map_buffer(unsigned long addr, int nr, struct page **pages)
{
	int pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (pinned < 0)
		return pinned;
	if (pinned != nr) {
		unpin_user_pages(pages, nr);
		return -EFAULT;
	}
	return 0;
}
`,
      good: `int map_buffer(unsigned long addr, int nr, struct page **pages)
{
	int pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (pinned < 0)
		return pinned;
	if (pinned != nr) {
		unpin_user_pages(pages, pinned);
		return -EFAULT;
	}
	return 0;
}
`,
    },
  ],
  report,
};
