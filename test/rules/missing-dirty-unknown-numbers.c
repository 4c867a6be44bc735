/* Others keep the numbers of the pages, and nothing in this file marks any page dirty. */

struct range {
	unsigned long start;
	unsigned long nr;
};

int range_map(struct tree *tree, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (tree_insert(tree, page_to_pfn(page), 1)) {
		unpin_user_page(page);
		return -ENOMEM;
	}
	return 0;
}

void range_unmap_bad(struct tree *tree)
{
	struct range *range;
	unsigned long frame;

	while ((range = tree_first(tree))) {
		for (frame = range->start; frame < range->start + range->nr; frame++)
			unpin_user_page(pfn_to_page(frame));
//                      ^^^^^^^^^^^^^^^ missing-dirty: `pfn_to_page(frame)` of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_page() alone lets what was written be lost
		tree_remove(tree, range);
	}
}
