/* What a helper returns is lost by the caller that forgets it, not by the helper. */

static struct page *page_at(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_remote(mm, addr, 1, 0, &page, NULL) <= 0)
		return NULL;
	return page;
}

int first_byte_bad(struct mm_struct *mm, unsigned long addr)
{
	struct page *page = page_at(mm, addr);
//                          ^^^^^^^ page-leak: `page` (references from get_user_pages_remote()): no path of this function releases them or hands them on
	char *text, first;

	if (!page)
		return -EFAULT;
	text = kmap_local_page(page);
	first = *text;
	kunmap_local(text);
	return first;
}

int last_byte_ok(struct mm_struct *mm, unsigned long addr)
{
	struct page *page = page_at(mm, addr);
	char *text, last;

	if (!page)
		return -EFAULT;
	text = kmap_local_page(page);
	last = text[PAGE_SIZE - 1];
	kunmap_local(text);
	put_page(page);
	return last;
}
