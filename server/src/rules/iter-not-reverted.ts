import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

const WITNESSES: Readonly<Record<string, (user: string | undefined) => string>> = {
  path: () => ': another path of this function reverts it, this error exit does not',
  caller: user => `, and after this error ${user}() goes on from there: revert it first`,
  others: () =>
    ': the caller gives back what its other calls took, and takes it that a call which fails took nothing',
};

function report(fault: Fault): RuleReport {
  const { witness, user } = fault.details;
  const { callee, placeText } = fault.origin;
  if (witness === 'amount')
    return {
      message: `\`${placeText}\` is an error code here: ${user}() takes it for a huge number of bytes`,
    };
  return {
    message: `The iterator stands past the bytes that ${callee}() took, and their pages were dropped${WITNESSES[witness ?? '']?.(user)}`,
  };
}

export const rule: Rule = {
  id: 'iter-not-reverted',
  severity: 'warning',
  summary: 'An error exit leaves the iterator past bytes that were not transferred.',
  faults: ['iterator-kept-advanced'],
  documentation: `\`iov_iter_extract_pages()\`, \`iov_iter_get_pages2()\` and their like move the iterator on by the bytes that they return.
Where these bytes are then given up, because the pages cannot be used or the transfer failed, the iterator has to go back
by as many: \`iov_iter_revert()\`. Else a caller that falls back to copying, or that retries, begins past data that
nobody has transferred.

Many functions leave the iterator where it is when they fail, because nobody uses it afterwards. Only those are told
where the function itself reverts on another path, or where a caller in the same file goes on with the iterator after
the error.

The number of bytes to revert is a size: an error code is a huge one.`,
  examples: [
    {
      title: 'A fallback that copies from the wrong place',
      bad: `static int map_in(struct iov_iter *iter, struct page **pages, struct scatterlist *sg)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset & 511) {
		put_page(pages[0]);
		return -EINVAL;
	}
	sg_set_page(sg, pages[0], bytes, offset);
	return 0;
}

int take_in(struct iov_iter *iter, struct page **pages, struct scatterlist *sg, void *buffer)
{
	int err = map_in(iter, pages, sg);

	if (err == -EINVAL)
		return copy_from_iter(buffer, PAGE_SIZE, iter);
	return err;
}
`,
      good: `static int map_in(struct iov_iter *iter, struct page **pages, struct scatterlist *sg)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset & 511) {
		iov_iter_revert(iter, bytes);
		put_page(pages[0]);
		return -EINVAL;
	}
	sg_set_page(sg, pages[0], bytes, offset);
	return 0;
}

int take_in(struct iov_iter *iter, struct page **pages, struct scatterlist *sg, void *buffer)
{
	int err = map_in(iter, pages, sg);

	if (err == -EINVAL)
		return copy_from_iter(buffer, PAGE_SIZE, iter);
	return err;
}
`,
    },
  ],
  report,
};
