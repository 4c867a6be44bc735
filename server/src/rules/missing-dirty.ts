import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

function report(fault: Fault): RuleReport {
  const name = fault.details.callee ?? '';
  const pages = fault.origin.placeText ? `\`${fault.origin.placeText}\`` : 'the pages';
  return {
    message: `${pages} of ${fault.origin.callee}() may be written (FOLL_WRITE), and nothing in this file marks them dirty: ${name}() alone lets what was written be lost`,
  };
}

export const rule: Rule = {
  id: 'missing-dirty',
  severity: 'warning',
  summary: 'Pages that were pinned for writing are released without being marked dirty.',
  faults: ['not-dirtied'],
  documentation: `A device or the kernel writes into pinned pages behind the back of the page tables: no dirty bit is set by it. Unless the
pages are marked dirty before the pin is dropped, memory management may take the page for clean and drop what was
written: file-backed pages lose it at reclaim, swapped ones come back old.

\`unpin_user_pages_dirty_lock(pages, n, true)\` marks and unpins; \`set_page_dirty_lock()\` marks one page before
\`unpin_user_page()\`. Pages of a transfer that only reads memory (no FOLL_WRITE) need no mark; a driver that serves both
directions passes the direction as the third argument.

A long-term pin (\`FOLL_LONGTERM\`) that may write gets no page of a file on disk since 6.5: \`mm/gup.c\` refuses mappings
that need dirty tracking. What remains to be lost are pages of shmem, that is of tmpfs and of memfds, which is where the
memory of virtual machines usually lies. So the rule weighs long-term pins like others.

The rule speaks where no function of the file marks the pages of this acquisition dirty, and releases them after a success:
from the array, from the members and sg tables that they get into, or by the numbers that were kept of them. Functions
that end different objects are looked at each for itself.`,
  examples: [
    {
      title: 'The device wrote, the pages stay clean',
      bad: `int grab(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	unpin_user_pages(pages, got);
	return 0;
}
`,
      good: `int grab(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
}
`,
    },
  ],
  report,
};
