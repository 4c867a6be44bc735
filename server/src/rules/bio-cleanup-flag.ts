import type { Fault } from '../analysis/context.ts';
import { holdsInWords, type Rule, type RuleReport, renameCall } from './rule.ts';

const DROPPED: Readonly<Record<string, string>> = {
  pin: 'unpins them',
  get: 'puts a reference of each',
  none: 'drops nothing',
};

const CAUSES: Readonly<Record<string, (fault: Fault) => string>> = {
  unasked: ({ details, origin }) =>
    `${details.flag} is set whatever the iterator is, and ${origin.callee}() gives its pages that hold only where it is user-backed: ask the iterator first`,
  'other-hold': ({ details, origin }) =>
    `${details.flag} is set on a bio whose pages carry ${holdsInWords(details.hold ?? '')} (${origin.callee}())`,
  new: ({ details }) =>
    `${details.flag} is set on every new bio, and pages of kernel iterators in this file carry no hold: set it only where the pages were pinned`,
  both: ({ details }) =>
    `${details.flag} and ${details.other} are both set: the pages of a bio carry one hold`,
  direct: ({ origin }) =>
    `${origin.callee}() drops pages without asking the flags of the bio: use bio_release_pages()`,
  'not-dropped': ({ details, origin, callee }) =>
    `the pages of the bio carry ${holdsInWords(details.hold ?? '')} (${origin.callee}()), and with its flags as they are ${callee?.name}() ${DROPPED[details.told ?? '']}`,
  surplus: ({ callee }) =>
    `${callee?.name}() drops a page that the bio has just taken, and that is dropped again with the bio: only a page that was merged is surplus`,
};

function report(fault: Fault): RuleReport {
  const message = CAUSES[fault.details.cause ?? '']!(fault);
  if (fault.details.cause !== 'direct' || !fault.callee) return { message };
  const name = 'bio_release_pages';
  return { message, fix: { title: `Use ${name}()`, edits: [renameCall(fault.callee.span, name)] } };
}

export const rule: Rule = {
  id: 'bio-cleanup-flag',
  severity: 'error',
  summary: 'The flags of a bio disagree with the holds on its pages.',
  faults: ['bio-flag'],
  documentation: `When a bio is done, \`bio_release_pages()\` drops its pages as its flags say. Which flag means what depends on the kernel:

| kernel | flag | \`bio_release_pages()\` |
|---|---|---|
| up to 6.4 | none | puts a reference of each page |
| | BIO_NO_PAGE_REF | drops nothing |
| since 6.5 | none | drops nothing |
| | BIO_PAGE_PINNED | unpins each page |
| with \`iov_iter_extract_mode()\` | none | drops nothing |
| | BIO_PAGE_REFFED, BIO_PAGE_PINNED (one of them) | puts a reference of each, or unpins it |

\`iov_iter_extract_pages()\` pins pages only where the iterator is user-backed. So the flag follows the iterator:

    if (iov_iter_extract_will_pin(iter))
            bio_set_flag(bio, BIO_PAGE_PINNED);

Set without the question, it unpins pages of the kernel that nobody pinned. Left out, pinned pages stay pinned for ever. A finding
about a new bio that gets the flag on every path, in a file whose extractions are of this kind, does not know the pages and is one step lower.

Pages that were taken for a bio and did not go into it, and the surplus hold of a page that was merged into the entry before, are dropped with
\`bio_release_page()\`; never a page that the bio has taken. \`__bio_release_pages()\` does not look at the flags and is not for callers.`,
  examples: [
    {
      title: 'Pinned whatever the iterator is',
      bad: `int map_pages(struct bio *bio, struct iov_iter *iter)
{
	struct page *page, **pages = &page;
	size_t offset;
	ssize_t got;

	bio_set_flag(bio, BIO_PAGE_PINNED);
	got = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	__bio_add_page(bio, pages[0], got, offset);
	return 0;
}
`,
      good: `int map_pages(struct bio *bio, struct iov_iter *iter)
{
	struct page *page, **pages = &page;
	size_t offset;
	ssize_t got;

	if (iov_iter_extract_will_pin(iter))
		bio_set_flag(bio, BIO_PAGE_PINNED);
	got = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	__bio_add_page(bio, pages[0], got, offset);
	return 0;
}
`,
    },
  ],
  report,
};
