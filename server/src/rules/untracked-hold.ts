import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

function report(fault: Fault): RuleReport {
  const { carrier, release, page } = fault.details;
  return {
    message: `\`${page}\` is pinned (${fault.origin.callee}()) and goes into ${carrier === 'skb' ? 'a fragment of an skb' : `a \`${carrier}\``}, whose pages ${release} drops as references: nothing there says that this one is to be unpinned`,
  };
}

export const rule: Rule = {
  id: 'untracked-hold',
  severity: 'warning',
  summary: 'A pinned page goes where only references are dropped.',
  faults: ['untracked-hold'],
  documentation: `Whoever keeps pages for later must know how to drop them. Some structs of the kernel have one page pointer and no
room for more: a \`struct pipe_buffer\`, a fragment of an skb, a \`struct nfs_page\`. What releases them drops a reference,
\`put_page()\`, whatever the page carries. A pinned page that ends there stays pinned for ever, and its count is too low
by one.

Give such a container pages with references: \`iov_iter_get_pages2()\` or \`get_user_pages_fast()\` for data that is only read
from them. \`iter_to_pipe()\` stays with \`iov_iter_get_pages2()\` for this reason. Or take a reference of its own for the container, and
keep the pin until the container is done with the page.

Nothing is said where the function takes such a reference, or marks the fragments of an skb as managed by another.`,
  examples: [
    {
      title: 'A pinned page in a pipe',
      bad: `int give_to_pipe(struct pipe_inode_info *pipe, unsigned long address)
{
	struct pipe_buffer buffer = { .ops = &user_page_pipe_buf_ops };
	struct page *page;

	if (pin_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	buffer.page = page;
	buffer.len = PAGE_SIZE;
	return add_to_pipe(pipe, &buffer);
}
`,
      good: `int give_to_pipe(struct pipe_inode_info *pipe, unsigned long address)
{
	struct pipe_buffer buffer = { .ops = &user_page_pipe_buf_ops };
	struct page *page;

	if (get_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	buffer.page = page;
	buffer.len = PAGE_SIZE;
	return add_to_pipe(pipe, &buffer);
}
`,
    },
  ],
  report,
};
