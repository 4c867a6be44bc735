import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

const INSTEAD: Readonly<Record<string, string>> = {
  iov_iter_get_pages: 'use iov_iter_extract_pages()',
  iov_iter_get_pages2: 'use iov_iter_extract_pages()',
  iov_iter_get_pages_alloc: 'use iov_iter_extract_pages()',
  iov_iter_get_pages_alloc2: 'use iov_iter_extract_pages()',
};

/** The names of a few kinds; many are what a test for user memory leaves. */
function named(kinds: string): string {
  const names = kinds.split(' ');
  if (names.length > 3) return 'not user-backed';
  return names.map(kind => `ITER_${kind.toUpperCase()}`).join(' or ');
}

function report(fault: Fault): RuleReport {
  const { cause, kinds = '' } = fault.details;
  const { callee, placeText } = fault.origin;
  if (cause === 'peer-unasked')
    return {
      message: `ITER_ALLOW_P2PDMA lets the memory of PCI devices into ${callee}() without asking whether the queue can reach it: set it where blk_queue_pci_p2pdma() says so`,
    };
  if (cause === 'peer-to-kernel')
    return {
      message: `ITER_ALLOW_P2PDMA is for user memory, and the iterator given to ${callee}() is ${named(kinds)}`,
    };
  const instead = kinds === 'kvec' && INSTEAD[callee] ? `: ${INSTEAD[callee]}` : '';
  return { message: `\`${placeText}\` is ${named(kinds)}, on which ${callee}() always fails${instead}` };
}

export const rule: Rule = {
  id: 'wrong-iter-kind',
  severity: 'error',
  summary: 'A call cannot work on that kind of iterator, or is given a flag that does not go with it.',
  faults: ['iterator-kind'],
  documentation: `An iterator's kind decides what can be done with it. \`iov_iter_get_pages*()\` takes references and fails with
\`-EFAULT\` on an ITER_KVEC, whose memory is not counted by references; \`iov_iter_extract_pages()\` lists its pages without a hold.
Nothing can be extracted from an ITER_DISCARD. Converters such as \`netfs_extract_user_iter()\` take user memory only. A
finding always rests on something the code says about this iterator: the constructor that built it, or a test on the way.

ITER_ALLOW_P2PDMA admits user memory that belongs to a PCI device. The CPU cannot copy from it, and a controller reaches
it only where its queue says so. It is set after asking: \`blk_queue_pci_p2pdma()\`. On an iterator of kernel memory it has no effect
(since 6.3), or is an error (in the series that introduced it).`,
  examples: [
    {
      title: 'References on kernel memory',
      bad: `ssize_t list_pages(struct kvec *kv, size_t len, struct page **pages)
{
	struct iov_iter iter;
	size_t offset;

	iov_iter_kvec(&iter, ITER_SOURCE, kv, 1, len);
	return iov_iter_get_pages2(&iter, pages, len, 16, &offset);
}
`,
      good: `ssize_t list_pages(struct kvec *kv, size_t len, struct page **pages)
{
	struct iov_iter iter;
	size_t offset;

	iov_iter_kvec(&iter, ITER_SOURCE, kv, 1, len);
	return iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
}
`,
    },
    {
      title: 'Peer-to-peer memory for any queue',
      bad: `ssize_t map_buffer(struct request_queue *q, struct iov_iter *iter, struct page **pages, size_t len)
{
	iov_iter_extraction_t flags = ITER_ALLOW_P2PDMA;
	size_t offset;

	return iov_iter_extract_pages(iter, &pages, len, 16, flags, &offset);
}
`,
      good: `ssize_t map_buffer(struct request_queue *q, struct iov_iter *iter, struct page **pages, size_t len)
{
	iov_iter_extraction_t flags = 0;
	size_t offset;

	if (blk_queue_pci_p2pdma(q))
		flags |= ITER_ALLOW_P2PDMA;
	return iov_iter_extract_pages(iter, &pages, len, 16, flags, &offset);
}
`,
    },
  ],
  report,
};
