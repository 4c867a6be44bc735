import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

function report(fault: Fault): RuleReport {
  const { user, used, release } = fault.details;
  const { placeText } = fault.origin;
  const page = used === placeText ? 'it' : `\`${placeText}\``;
  const use = user
    ? `${user}() uses \`${used}\` after ${release}() dropped the hold on ${page}`
    : `\`${used}\` lies in a page of \`${placeText}\`, on which ${release}() dropped the hold before`;
  const doubt = fault.confidence === 'guess' ? ' (unless somebody else holds it)' : '';
  return { message: `${use}${doubt}: release after the last use` };
}

export const rule: Rule = {
  id: 'use-after-release',
  severity: 'error',
  summary: 'A page is used after the hold on it was dropped.',
  faults: ['use-after-release'],
  documentation: `Once the hold is dropped, the page is its owner's again: it can be unmapped, freed and given to somebody else at any
moment. What is then read through \`kmap_local_page()\`, copied with \`memcpy_from_page()\`, mapped for DMA or put in a
bio is whatever the page holds by then, and what is written destroys it. \`set_page_dirty()\` after the release may dirty a
page that belongs to another file, or to nobody.

An address made before (\`kaddr = kmap_local_page(page)\`) is no hold: it must not be used after the release either.

Map, copy, unmap, dirty, then release. Comparing the pointer with another is no use of the page.

Where a function that is not known was given the page before, it may have taken a reference of its own: the finding then
is one step lower.`,
  examples: [
    {
      title: 'Copied after the release',
      bad: `int read_byte(unsigned long addr, u8 *byte)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	memcpy_from_page(byte, page, offset_in_page(addr), 1);
	return 0;
}
`,
      good: `int read_byte(unsigned long addr, u8 *byte)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	memcpy_from_page(byte, page, offset_in_page(addr), 1);
	put_page(page);
	return 0;
}
`,
    },
    {
      title: 'Dirtied after the release',
      bad: `void unmap_buffer(unsigned long addr, struct page **pages, int nr)
{
	int pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	int i;

	for (i = 0; i < pinned; i++) {
		unpin_user_page(pages[i]);
		set_page_dirty_lock(pages[i]);
	}
}
`,
      good: `void unmap_buffer(unsigned long addr, struct page **pages, int nr)
{
	int pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	int i;

	for (i = 0; i < pinned; i++) {
		set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
}
`,
    },
  ],
  report,
};
