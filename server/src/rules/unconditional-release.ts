import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

function report(fault: Fault): RuleReport {
  const { callee, details, origin } = fault;
  const name = callee?.name ?? '';
  const asked = 'iov_iter_extract_will_pin()';
  if (details.set !== undefined)
    return {
      message: `\`${details.set}\` decides whether the pages of ${origin.callee}() are unpinned, and is set here without asking: whether they are pinned is what ${asked} says`,
    };
  if (details.flag !== undefined)
    return {
      message: `${name}() drops the pages in \`${details.member}\` on every path; whether they carry a hold (${origin.callee}()) is recorded in \`${details.flag}\`: test it`,
    };
  if (details.bio !== undefined)
    return {
      message: `\`${origin.placeText}\` belongs to \`${details.bio}\`, whose flags say whether its pages are pinned; ${name}() drops a pin on every path: ask ${origin.callee}(), as ${details.asker}() does`,
    };
  return {
    message: `\`${origin.placeText}\` is only pinned if the iterator is user-backed (${origin.callee}()); ${name}() drops a pin whatever the iterator is: ask ${asked}`,
  };
}

export const rule: Rule = {
  id: 'unconditional-release',
  severity: 'error',
  summary: 'A hold that depends on the iterator is dropped without asking the iterator.',
  faults: ['unasked-release'],
  documentation: `\`iov_iter_extract_pages()\` pins the pages of a user-backed iterator (ITER_UBUF, ITER_IOVEC), and only lists those of any
other. Who releases them must know which it was: \`iov_iter_extract_will_pin()\` answers, as long as the iterator is the one
that the pages came from. An unpin of pages that were only listed takes away references of their owner: memory of the
kernel is freed under its users.

Ask while the iterator is at hand, and keep the answer beside the pages: in a local variable, in a member such as
\`is_pinned\`, or in the bio's BIO_PAGE_PINNED. Then test it at every release. A constant is no answer.

A bit of a member that was set wherever the pages were pinned, and a flag that is set on one of two ways to fill the array,
are such answers too, and so are the flags of a bio for a page that was just added to it.

The rule needs a witness that the kernel's own pages can come here: the function, or another one of the file, asks the
question or tests the recorded answer elsewhere. Findings that link functions by a structure member alone are
reported with one step less severity.`,
  examples: [
    {
      title: 'One of two releases does not test the flag',
      bad: `struct upload {
	struct page *pages[16];
	int nr;
	bool is_pinned;
};

static int upload_fill(struct upload *up, struct iov_iter *iter)
{
	struct page **pages = up->pages;
	size_t offset;
	ssize_t len;

	len = iov_iter_extract_pages(iter, &pages, 16 * PAGE_SIZE, 16, 0, &offset);
	if (len <= 0)
		return -EFAULT;
	up->nr = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	up->is_pinned = iov_iter_extract_will_pin(iter);
	return 0;
}

void upload_done(struct upload *up)
{
	if (up->is_pinned)
		unpin_user_pages(up->pages, up->nr);
}

void upload_abort(struct upload *up)
{
	unpin_user_pages(up->pages, up->nr);
}
`,
      good: `struct upload {
	struct page *pages[16];
	int nr;
	bool is_pinned;
};

static int upload_fill(struct upload *up, struct iov_iter *iter)
{
	struct page **pages = up->pages;
	size_t offset;
	ssize_t len;

	len = iov_iter_extract_pages(iter, &pages, 16 * PAGE_SIZE, 16, 0, &offset);
	if (len <= 0)
		return -EFAULT;
	up->nr = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	up->is_pinned = iov_iter_extract_will_pin(iter);
	return 0;
}

void upload_done(struct upload *up)
{
	if (up->is_pinned)
		unpin_user_pages(up->pages, up->nr);
}

void upload_abort(struct upload *up)
{
	if (up->is_pinned)
		unpin_user_pages(up->pages, up->nr);
}
`,
    },
  ],
  report,
};
