// expected: silence

struct bundle {
	struct list_head link;
	int nr;
	struct page *pages[32];
};

static void bundles_drop(struct list_head *chunks)
{
	struct bundle *chunk, *next;

	list_for_each_entry_safe(chunk, next, chunks, link) {
		unpin_user_pages(chunk->pages, chunk->nr);
		list_del(&chunk->link);
		kfree(chunk);
	}
}

static int bundles_fill_ok(struct list_head *chunks, unsigned long addr, unsigned long nr)
{
	struct page *batch[32];
	struct bundle *chunk;
	int got;

	while (nr) {
		got = pin_user_pages_fast(addr, min(nr, 32UL), FOLL_WRITE, batch);
		if (got <= 0)
			goto undo;
		chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);
		if (!chunk) {
			unpin_user_pages(batch, got);
			goto undo;
		}
		chunk->nr = got;
		memcpy(chunk->pages, batch, got * sizeof(*batch));
		list_add_tail(&chunk->link, chunks);
		addr += got * PAGE_SIZE;
		nr -= got;
	}
	return 0;

undo:
	bundles_drop(chunks);
	return -ENOMEM;
}
