/* A helper notes beside each page whether it is pinned. */

struct fragment {
	struct page *page;
	int is_pinned;
	int length;
};

struct letter {
	struct fragment parts[4];
	int nr;
};

static void letter_add(struct letter *letter, struct page *page, int is_pinned, int length)
{
	struct fragment *part = &letter->parts[letter->nr];

	part->page = page;
	part->is_pinned = is_pinned;
	part->length = length;
	letter->nr++;
}

int letter_add_user(struct letter *letter, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	letter_add(letter, page, 1, PAGE_SIZE);
	return 0;
}

int letter_add_copy(struct letter *letter, const void *data, int length)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	memcpy(page_address(page), data, length);
	letter_add(letter, page, 0, length);
	return 0;
}

void letter_tear_bad(struct letter *letter, int i)
{
	unpin_user_page(letter->parts[i].page);
//      ^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_page() drops the pages in `struct fragment::page` on every path; whether they carry a hold (pin_user_pages_fast()) is recorded in `struct fragment::is_pinned`: test it
}

void letter_tear_ok(struct letter *letter, int i)
{
	if (letter->parts[i].is_pinned)
		unpin_user_page(letter->parts[i].page);
	else
		__free_page(letter->parts[i].page);
}
