/* The same with a mark for what may have been written; who failed on the way asks for none. */

struct umem {
	struct sg_table table;
	bool is_writable;
};

static void umem_unpin_ok(struct umem *umem, bool was_used)
{
	bool make_dirty = umem->is_writable && was_used;
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(&umem->table, sg, i)
		unpin_user_page_range_dirty_lock(sg_page(sg), DIV_ROUND_UP(sg->length, PAGE_SIZE), make_dirty);
	sg_free_table(&umem->table);
}

int umem_get(struct umem *umem, unsigned long addr, int nr)
{
	unsigned int flags = FOLL_LONGTERM;
	struct page *pages[16];
	int got;

	if (umem->is_writable)
		flags |= FOLL_WRITE;
	got = pin_user_pages_fast(addr, nr, flags, pages);
	if (got < 0)
		return got;
	if (sg_alloc_table_from_pages(&umem->table, pages, got, 0, got << PAGE_SHIFT, GFP_KERNEL)) {
		unpin_user_pages_dirty_lock(pages, got, false);
		return -ENOMEM;
	}
	return 0;
}
EXPORT_SYMBOL(umem_get);

void umem_release(struct umem *umem)
{
	umem_unpin_ok(umem, true);
	kfree(umem);
}
EXPORT_SYMBOL(umem_release);
