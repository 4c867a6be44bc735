import type { Fault } from '../analysis/context.ts';
import { type Rule, type RuleReport, renameCall } from './rule.ts';

const DECISIONS: Readonly<Record<string, string>> = {
  dirty: 'whether pages are marked dirty',
  release: 'whether pages are released',
  extraction: 'whether pages are taken',
};

function report(fault: Fault): RuleReport {
  const asks = `iter_is_iovec() decides ${DECISIONS[fault.details.decides ?? '']}`;
  const message = `${asks}, and it is false for ITER_UBUF, which is user memory too: use user_backed_iter()`;
  if (!fault.callee) return { message };
  return {
    message,
    fix: { title: 'Use user_backed_iter()', edits: [renameCall(fault.callee.span, 'user_backed_iter')] },
  };
}

export const rule: Rule = {
  id: 'iovec-only-test',
  severity: 'warning',
  summary: 'iter_is_iovec() is asked where every iterator over user memory is meant.',
  faults: ['kind-test'],
  documentation: `Until 5.19 \`iter_is_iovec()\` meant "user memory is behind this iterator". Since 6.0 there is **ITER_UBUF**, one user buffer
without a vector, and it is what \`read(2)\` and \`write(2)\` make (\`readv(2)\` with one segment, too, from 6.4 on). For it
\`iter_is_iovec()\` is false.

Whether pages are pinned, must be released, or must be marked dirty after a read is the same for both. Code that asks
\`iter_is_iovec()\` loses data written to the pages of an ITER_UBUF when they are dropped without having been marked dirty. Ask
\`user_backed_iter()\`, or \`iov_iter_extract_will_pin()\` where the question is whether pages are pinned.

Functions that go through the vector itself (\`iter_iov()\`, \`->nr_segs\`), or ask \`iter_is_ubuf()\` as well, mean ITER_IOVEC
where they say so: nothing is reported there, nor in trees that have no ITER_UBUF.`,
  examples: [
    {
      title: 'Marking pages dirty after a read',
      bad: `static void end_read(struct iov_iter *iter, struct page **pages, unsigned long n)
{
	unpin_user_pages_dirty_lock(pages, n, iter_is_iovec(iter));
}
`,
      good: `static void end_read(struct iov_iter *iter, struct page **pages, unsigned long n)
{
	unpin_user_pages_dirty_lock(pages, n, user_backed_iter(iter));
}
`,
    },
  ],
  report,
};
