import type { Fault } from '../analysis/context.ts';
import { holdsInWords, type Rule, type RuleReport, renameCall } from './rule.ts';

/** The function that undoes the other hold and takes the same arguments. */
const COUNTERPARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pin: {
    put_page: 'unpin_user_page',
    __free_page: 'unpin_user_page',
    release_pages: 'unpin_user_pages',
    folio_put: 'unpin_folio',
  },
  get: {
    unpin_user_page: 'put_page',
    __free_page: 'put_page',
    unpin_user_pages: 'release_pages',
    unpin_folio: 'folio_put',
  },
};

const UNDOES: Readonly<Record<string, string>> = {
  pin: 'drops a pin, and the pages carry none',
  get: 'drops a reference, and the pages carry none',
  allocation:
    'gives memory back to the allocator, and these pages belong to the process they were taken from',
  none: 'is not needed',
};

const RIGHT: Readonly<Record<string, string>> = {
  pin: 'unpin_user_page() or a relative of it',
  get: 'put_page() or a relative of it',
};

function report(fault: Fault): RuleReport {
  const hold = fault.details.hold ?? '';
  const name = fault.callee?.name ?? '';
  const held = `\`${fault.origin.placeText}\` carries ${holdsInWords(hold)} (${fault.origin.callee}())`;
  const counterpart = COUNTERPARTS[hold]?.[name];
  const advice = counterpart
    ? `use ${counterpart}()`
    : RIGHT[hold]
      ? `use ${RIGHT[hold]}`
      : hold === 'none'
        ? 'release nothing here'
        : 'ask the iterator which it is';
  const message = `${held}; ${name}() ${UNDOES[fault.details.released ?? ''] ?? 'does not drop that'}: ${advice}`;
  if (!counterpart || !fault.callee || fault.callee.isImplicit) return { message };
  return {
    message,
    fix: { title: `Use ${counterpart}()`, edits: [renameCall(fault.callee.span, counterpart)] },
  };
}

export const rule: Rule = {
  id: 'release-mismatch',
  severity: 'error',
  summary: 'A hold is dropped by the function that belongs to another kind of hold.',
  faults: ['wrong-release'],
  documentation: `A page taken with \`pin_user_pages*()\`, or with \`iov_iter_extract_pages()\` from user memory, carries a **pin**: on a
small folio 1024 references at once, on a large one a reference and a count of its own. \`put_page()\` takes one reference
away. The page then looks pinned for ever and is never freed. The other way round, \`unpin_user_page()\` on a page that
\`get_user_pages*()\` or \`iov_iter_get_pages2()\` referenced takes 1024 references where one was given, and the page may be
freed under its users.

A page that was only listed (an extraction from a kvec, bvec, xarray or folio queue) carries nothing, and nothing may be
released. \`__free_page()\` is never right: the pages belong to the process they were taken from.

Release with the function of the same family as the acquisition. Where the iterator decides, keep the answer of
\`iov_iter_extract_will_pin()\` and ask it.

Pages that another function of the file took are known by where they lie: a member, an sg table, a list, or a number from
which the page is found again. Where pages of others may lie as well nothing is said, and what rests on no path is
reported with one step less severity.`,
  examples: [
    {
      title: 'A pin dropped as a reference',
      bad: `int read_first(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	use_page(page);
	put_page(page);
	return 0;
}
`,
      good: `int read_first(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	use_page(page);
	unpin_user_page(page);
	return 0;
}
`,
    },
  ],
  report,
};
