/* Two kinds of operations share the function that pins; only one of them marks what the device wrote. */

struct transfer {
	struct scatterlist *sgl;
	int nents;
	bool is_write;
};

struct exchange {
	struct scatterlist *sgl;
};

static int pin_pages(unsigned long addr, int nr, struct page **pages, int write)
{
	int got = pin_user_pages_fast(addr, nr, write ? FOLL_WRITE : 0, pages);

	if (got >= 0 && got < nr) {
		unpin_user_pages(pages, got);
		got = -EFAULT;
	}
	return got;
}

int transfer_start(struct transfer *transfer, unsigned long addr, int nr)
{
	struct page **pages = NULL;
	int got, i;

	pages = kcalloc(nr, sizeof(struct page *), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_pages(addr, nr, pages, !transfer->is_write);
	if (got < 0) {
		kfree(pages);
		return got;
	}
	for (i = 0; i < got; i++)
		sg_set_page(&transfer->sgl[i], pages[i], PAGE_SIZE, 0);
	transfer->nents = got;
	kfree(pages);
	return 0;
}

int exchange_start(struct exchange *exchange, unsigned long addr)
{
	struct page *page = NULL;
	int got = pin_pages(addr, 1, &page, 1);

	if (got != 1)
		return -EFAULT;
	sg_set_page(&exchange->sgl[0], page, 8, 0);
	return 0;
}

void transfer_end_bad(struct transfer *transfer)
{
	int i;

	for (i = 0; i < transfer->nents; i++) {
		struct page *page = sg_page(&transfer->sgl[i]);

		unpin_user_page(page);
//              ^^^^^^^^^^^^^^^ missing-dirty: `page` of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_page() alone lets what was written be lost
	}
}

void exchange_end_ok(struct exchange *exchange)
{
	struct page *page = sg_page(exchange->sgl);

	unpin_user_pages_dirty_lock(&page, 1, true);
}
