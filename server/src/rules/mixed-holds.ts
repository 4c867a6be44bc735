import type { Fault } from '../analysis/context.ts';
import { holdsInWords, type Rule, type RuleReport } from './rule.ts';

function report({ details }: Fault): RuleReport {
  const { added = '', known = '', addedText = '', containerText = '' } = details;
  const page = addedText.includes(' ') ? addedText : `\`${addedText}\``;
  return {
    message: `${page} with ${holdsInWords(added)} joins pages with ${holdsInWords(known)} in \`${containerText}\`: no one release is right for both`,
  };
}

export const rule: Rule = {
  id: 'mixed-holds',
  severity: 'error',
  summary: 'Pages with different holds end up in one container.',
  faults: ['mixed-holds'],
  documentation: `Whoever empties a bio, a scatterlist, an array of bio_vecs or an array of pages later drops all of its pages in the same way. Where some of them
carry pins and others references, or nothing at all, every release is wrong for some.

Keep pages of each kind in a container of their own, or take them all in the same way: pin pages of the kernel too where the others
are pinned (\`folio_add_pin()\` on a page that is pinned already; pins of the zero page cost and mean nothing).

Slots at fixed places of a small array, which are then released one by one, are not reported.`,
  examples: [
    {
      title: 'A header page beside pinned pages',
      bad: `int build(struct bio *bio, unsigned long header, unsigned long data)
{
	struct page *first, *second;

	if (get_user_pages_fast(header, 1, 0, &first) != 1)
		return -EFAULT;
	__bio_add_page(bio, first, PAGE_SIZE, 0);
	if (pin_user_pages_fast(data, 1, 0, &second) != 1)
		return -EFAULT;
	__bio_add_page(bio, second, PAGE_SIZE, 0);
	return 0;
}
`,
      good: `int build(struct bio *bio, unsigned long header, unsigned long data)
{
	struct page *first, *second;

	if (pin_user_pages_fast(header, 1, 0, &first) != 1)
		return -EFAULT;
	__bio_add_page(bio, first, PAGE_SIZE, 0);
	if (pin_user_pages_fast(data, 1, 0, &second) != 1)
		return -EFAULT;
	__bio_add_page(bio, second, PAGE_SIZE, 0);
	return 0;
}
`,
    },
  ],
  report,
};
