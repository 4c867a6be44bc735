// expected: page-leak at `goto undo;`

struct chunk {
	struct list_head link;
	int nr;
	struct page *pages[32];
};

static void chunks_drop(struct list_head *chunks)
{
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, chunks, link) {
		unpin_user_pages(chunk->pages, chunk->nr);
		list_del(&chunk->link);
		kfree(chunk);
	}
}

static int chunks_fill_bad(struct list_head *chunks, unsigned long addr, unsigned long nr)
{
	struct page *batch[32];
	struct chunk *chunk;
	int got;

	while (nr) {
		got = pin_user_pages_fast(addr, min(nr, 32UL), FOLL_WRITE, batch);
		if (got <= 0)
			goto undo;
		chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);
		if (!chunk)
			goto undo;
		chunk->nr = got;
		memcpy(chunk->pages, batch, got * sizeof(*batch));
		list_add_tail(&chunk->link, chunks);
		addr += got * PAGE_SIZE;
		nr -= got;
	}
	return 0;

undo:
	chunks_drop(chunks);
	return -ENOMEM;
}
