// expected: release-mismatch at `return 0;`

static int folio_put_by_scope_bad(unsigned long addr)
{
	struct folio *folio __free(folio_put) = NULL;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	folio = page_folio(page);
	fill(page);
	return 0;
}
