import type { Fault } from '../analysis/context.ts';
import { type Rule, type RuleReport, renameCall } from './rule.ts';

const FREES: Readonly<Record<string, string>> = {
  kmalloc: 'kfree',
  kvmalloc: 'kvfree',
  vmalloc: 'vfree',
  pages: 'free_page',
  kmem_cache: 'kmem_cache_free',
};

function report(fault: Fault): RuleReport {
  const allocator = fault.details.allocator ?? '';
  const right = FREES[allocator];
  const name = fault.origin.placeText || 'the array';
  if (fault.kind === 'array-wrong-free') {
    const message = `\`${name}\` is ${allocator} memory (${fault.origin.callee}()): ${fault.callee?.name}() cannot free it${right ? `, ${right}() does` : ''}`;
    const canReplace =
      (right === 'kfree' || right === 'kvfree' || right === 'vfree') && !fault.callee?.isImplicit;
    if (!canReplace) return { message };
    return { message, fix: { title: `Use ${right}()`, edits: [renameCall(fault.callee!.span, right)] } };
  }
  if (fault.details.neverFreed)
    return {
      message: `the page array \`${name}\` is kept from ${fault.origin.callee}() on, its pages are released here, and no function in view frees it${right ? `: ${right}() it` : ''}`,
    };
  const where = fault.details.everywhere ? 'no path of this function frees it' : 'it is lost at this exit';
  return {
    message: `the page array \`${name}\` was allocated by ${fault.origin.callee}(), and ${where}${right ? `: ${right}() it` : ''}`,
  };
}

export const rule: Rule = {
  id: 'page-array-leak',
  severity: 'error',
  summary:
    'An array for pages, bio_vecs or sg entries is lost on some path, or freed with the wrong function.',
  faults: ['array-leak', 'array-wrong-free'],
  documentation: `The array that receives page pointers has a life of its own, apart from the pages in it. \`iov_iter_get_pages_alloc2()\`
always allocates it; \`iov_iter_extract_pages()\` does where \`*pages\` is NULL, **and leaves it allocated when it then fails**.
Both allocate with kvmalloc, so only \`kvfree()\` is right. An array that the function allocated itself is freed by the
function that belongs to its allocator: \`kfree()\` cannot free what kvmalloc may have taken from vmalloc.

Free the array on every path that does not store it, also after a failed extraction.`,
  examples: [
    {
      title: 'The array of a failed pin',
      bad: `int pin_range(unsigned long addr, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, nr, 0, pages);
	if (ret <= 0)
		return -EFAULT;
	unpin_user_pages(pages, ret);
	kvfree(pages);
	return 0;
}
`,
      good: `int pin_range(unsigned long addr, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, nr, 0, pages);
	if (ret <= 0) {
		kvfree(pages);
		return -EFAULT;
	}
	unpin_user_pages(pages, ret);
	kvfree(pages);
	return 0;
}
`,
    },
  ],
  report,
};
