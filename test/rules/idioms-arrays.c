/* How drivers take a buffer of pages, and what goes wrong there. */

static int tape_map_ok(unsigned long addr, unsigned int max, size_t count, int rw, struct page ***result)
{
	unsigned long end = (addr + count + PAGE_SIZE - 1) >> PAGE_SHIFT;
	unsigned long start = addr >> PAGE_SHIFT;
	const int nr_pages = end - start;
	struct page **pages;
	int i, res;

	if (count == 0 || nr_pages > max)
		return 0;
	pages = kmalloc_array(max, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	res = pin_user_pages_fast(addr, nr_pages, rw == READ ? FOLL_WRITE : 0, pages);
	if (res < nr_pages)
		goto out_unmap;
	for (i = 0; i < nr_pages; i++)
		flush_dcache_page(pages[i]);
	*result = pages;
	return nr_pages;

out_unmap:
	if (res > 0) {
		unpin_user_pages(pages, res);
		res = 0;
	}
	kfree(pages);
	return res;
}

static int tape_map_bad(unsigned long addr, unsigned int max, size_t count, int rw, struct page ***result)
{
	unsigned long end = (addr + count + PAGE_SIZE - 1) >> PAGE_SHIFT;
	unsigned long start = addr >> PAGE_SHIFT;
	const int nr_pages = end - start;
	struct page **pages;
	int i, res;

	if (count == 0 || nr_pages > max)
		return 0;
	pages = kmalloc_array(max, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	res = pin_user_pages_fast(addr, nr_pages, rw == READ ? FOLL_WRITE : 0, pages);
	if (res < nr_pages)
		goto out_free;
//              ^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	for (i = 0; i < nr_pages; i++)
		flush_dcache_page(pages[i]);
	*result = pages;
	return nr_pages;

out_free:
	kfree(pages);
	return res;
}

static int count_reused_ok(struct device *dev, unsigned long addr, u32 npages)
{
	struct page **pages;
	struct sg_table sgt;
	int rc;

	pages = kvmalloc_array(npages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	rc = pin_user_pages_fast(addr, npages, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (rc != npages) {
		dev_err(dev, "pinned %d of %u pages\n", rc, npages);
		if (rc < 0)
			goto destroy;
		npages = rc;
		rc = -EFAULT;
		goto put;
	}
	rc = sg_alloc_table_from_pages(&sgt, pages, npages, 0, npages * PAGE_SIZE, GFP_KERNEL);
	if (rc < 0)
		goto put;
	run_table(&sgt);
	sg_free_table(&sgt);
	rc = 0;
put:
	unpin_user_pages(pages, npages);
destroy:
	kvfree(pages);
	return rc;
}

static int count_not_reused_bad(struct device *dev, unsigned long addr, u32 npages)
{
	struct page **pages;
	int rc;

	pages = kvmalloc_array(npages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	rc = pin_user_pages_fast(addr, npages, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (rc != npages) {
		dev_err(dev, "pinned %d of %u pages\n", rc, npages);
		if (rc < 0)
			goto destroy;
		rc = -EFAULT;
		goto put;
	}
	rc = start_device();
put:
	unpin_user_pages(pages, npages);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
destroy:
	kvfree(pages);
	return rc;
}

struct frames {
	unsigned int allocated, count;
	bool got_ref;
	void *ptrs[];
};

static int frames_get_ok(unsigned long start, unsigned int nr, struct frames *vec)
{
	int ret;

	if (WARN_ON_ONCE(nr > vec->allocated))
		nr = vec->allocated;
	ret = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, (struct page **)(vec->ptrs));
	if (ret > 0)
		vec->got_ref = true;
	else if (!ret)
		ret = -EFAULT;
	vec->count = ret > 0 ? ret : 0;
	return ret;
}

static void frames_put_ok(struct frames *vec)
{
	struct page **pages = (struct page **)(vec->ptrs);

	if (vec->got_ref)
		unpin_user_pages_dirty_lock(pages, vec->count, true);
	vec->got_ref = false;
	vec->count = 0;
}

struct region {
	struct sg_append_table table;
	bool writable;
	unsigned long address;
	size_t length;
};

static void region_release(struct region *region, int dirty)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(&region->table.sgt, sg, i)
		unpin_user_page_range_dirty_lock(sg_page(sg), DIV_ROUND_UP(sg->length, PAGE_SIZE), dirty);
	sg_free_append_table(&region->table);
}

static int region_register_ok(struct region *region, unsigned long npages)
{
	unsigned long cur = region->address & PAGE_MASK;
	struct page **list;
	int pinned, ret;

	list = (struct page **)__get_free_page(GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	while (npages) {
		cond_resched();
		pinned = pin_user_pages_fast(cur, min_t(unsigned long, npages, PAGE_SIZE / sizeof(*list)),
					     FOLL_WRITE | FOLL_LONGTERM, list);
		if (pinned < 0) {
			ret = pinned;
			goto release;
		}
		cur += pinned * PAGE_SIZE;
		npages -= pinned;
		ret = sg_alloc_append_table_from_pages(&region->table, list, pinned, 0, pinned << PAGE_SHIFT,
						       UINT_MAX, npages, GFP_KERNEL);
		if (ret) {
			unpin_user_pages_dirty_lock(list, pinned, 0);
			goto release;
		}
	}
	ret = 0;
	goto out;

release:
	region_release(region, 0);
out:
	free_page((unsigned long)list);
	return ret;
}

static int region_register_bad(struct region *region, unsigned long npages)
{
	unsigned long cur = region->address & PAGE_MASK;
	struct page **list;
	int pinned, ret;

	list = (struct page **)__get_free_page(GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	while (npages) {
		cond_resched();
		pinned = pin_user_pages_fast(cur, min_t(unsigned long, npages, PAGE_SIZE / sizeof(*list)),
					     FOLL_WRITE | FOLL_LONGTERM, list);
		if (pinned < 0) {
			ret = pinned;
			goto release;
		}
		cur += pinned * PAGE_SIZE;
		npages -= pinned;
		ret = sg_alloc_append_table_from_pages(&region->table, list, pinned, 0, pinned << PAGE_SHIFT,
						       UINT_MAX, npages, GFP_KERNEL);
		if (ret)
			goto release;
//                      ^^^^^^^^^^^^^ page-leak: `list` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	ret = 0;
	goto out;

release:
	region_release(region, 0);
out:
	free_page((unsigned long)list);
	return ret;
}

struct dma_request {
	struct page **page_list;
	unsigned int nr_pages;
};

static int dma_transfer_ok(struct dma_request *req, unsigned long addr, bool user, unsigned int nr)
{
	struct page **list = NULL;
	long pinned = 0;
	int ret = 0;

	if (user) {
		list = kmalloc_array(nr, sizeof(*list), GFP_KERNEL);
		if (!list)
			return -ENOMEM;
		pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, list);
		if (pinned != nr) {
			if (pinned < 0) {
				ret = pinned;
				pinned = 0;
			} else {
				ret = -EFAULT;
			}
			goto err;
		}
		req->page_list = list;
		req->nr_pages = nr;
	}
	ret = start_device();
	if (ret) {
		req->page_list = NULL;
		goto err;
	}
	return 0;

err:
	if (pinned)
		unpin_user_pages(list, pinned);
	kfree(list);
	return ret;
}

static ssize_t process_memory_ok(struct mm_struct *mm, unsigned long addr, unsigned long nr, struct page **pages,
				 struct iov_iter *iter, bool write)
{
	unsigned int flags = write ? FOLL_WRITE : 0;
	ssize_t rc = 0;

	while (!rc && nr && iov_iter_count(iter)) {
		int pinned = min_t(unsigned long, nr, 16);
		int locked = 1;

		mmap_read_lock(mm);
		pinned = pin_user_pages_remote(mm, addr, pinned, flags, pages, &locked);
		if (locked)
			mmap_read_unlock(mm);
		if (pinned <= 0)
			return -EFAULT;
		rc = copy_pages(pages, 0, pinned * PAGE_SIZE, iter, write);
		addr += pinned * PAGE_SIZE;
		nr -= pinned;
		unpin_user_pages_dirty_lock(pages, pinned, write);
	}
	return rc;
}

struct write_data {
	struct page **pages;
	unsigned int nr;
};

static struct write_data *write_data_new(struct page **pages, unsigned int nr)
{
	struct write_data *data = kzalloc(sizeof(*data), GFP_KERNEL);

	if (data) {
		data->pages = pages;
		data->nr = nr;
	}
	return data;
}

static struct write_data *write_from_iter_ok(struct iov_iter *from, size_t len)
{
	struct write_data *data;
	struct page **pages;
	unsigned int nr;
	size_t start;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(from, &pages, len, &start);
	if (got < 0)
		return ERR_PTR(got);
	nr = (got + start + PAGE_SIZE - 1) / PAGE_SIZE;
	data = write_data_new(pages, nr);
	if (!data) {
		release_pages(pages, nr);
		kvfree(pages);
		return ERR_PTR(-ENOMEM);
	}
	return data;
}

static struct write_data *write_from_iter_bad(struct iov_iter *from, size_t len)
{
	struct write_data *data;
	struct page **pages;
	unsigned int nr;
	size_t start;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(from, &pages, len, &start);
	if (got < 0)
		return ERR_PTR(got);
	nr = (got + start + PAGE_SIZE - 1) / PAGE_SIZE;
	data = write_data_new(pages, nr);
	if (!data) {
		kvfree(pages);
		return ERR_PTR(-ENOMEM);
//              ^^^^^^^^^^^^^^^^^^^^^^^^ page-leak: `pages` (references from iov_iter_get_pages_alloc2()) are lost at this exit: other exits release them, this one does not
	}
	return data;
}

struct direct_io {
	struct page *pages[64];
	unsigned int head, tail;
	bool is_pinned;
};

static int direct_refill_ok(struct direct_io *dio, struct iov_iter *iter, size_t *from)
{
	struct page **pages = dio->pages;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, LONG_MAX, 64, 0, from);
	if (got <= 0)
		return got;
	dio->head = 0;
	dio->tail = (got + *from + PAGE_SIZE - 1) / PAGE_SIZE;
	return 0;
}

static void direct_cleanup_ok(struct direct_io *dio)
{
	if (dio->is_pinned)
		unpin_user_pages(dio->pages + dio->head, dio->tail - dio->head);
	dio->head = dio->tail;
}

static int direct_start_ok(struct direct_io *dio, struct iov_iter *iter)
{
	size_t from;
	int err;

	dio->is_pinned = iov_iter_extract_will_pin(iter);
	err = direct_refill_ok(dio, iter, &from);
	if (!err)
		err = start_device();
	direct_cleanup_ok(dio);
	return err;
}

struct hcall_buffer {
	void __user *uptr;
	size_t size;
};

static int buffers_lock(struct hcall_buffer bufs[], unsigned int num, struct page *pages[], unsigned int nr_pages,
			unsigned int *pinned)
{
	unsigned int i, off = 0;

	for (i = 0; i < num; ) {
		unsigned int wanted;
		int got;

		wanted = DIV_ROUND_UP(offset_in_page(bufs[i].uptr) + bufs[i].size, PAGE_SIZE) - off;
		if (wanted > nr_pages)
			return -ENOSPC;
		got = pin_user_pages_fast((unsigned long)bufs[i].uptr + off * PAGE_SIZE, wanted, FOLL_WRITE, pages);
		if (got <= 0)
			return got;
		*pinned += got;
		nr_pages -= got;
		pages += got;
		off = (got == wanted) ? 0 : off + got;
		i += !off;
	}
	return 0;
}

static int buffers_call_ok(struct hcall_buffer *bufs, unsigned int num, unsigned int nr_pages)
{
	unsigned int pinned = 0;
	struct page **pages;
	int rc;

	pages = kcalloc(nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	rc = buffers_lock(bufs, num, pages, nr_pages, &pinned);
	if (!rc)
		rc = do_call(bufs, num);
	unpin_user_pages_dirty_lock(pages, pinned, true);
	kfree(pages);
	return rc;
}

enum blit_state { BLIT_NEW, BLIT_PAGES, BLIT_PINNED };

struct blit {
	enum blit_state state;
	struct page **pages;
	unsigned int nr;
};

static void blit_free(struct blit *blit)
{
	unsigned int i;

	switch (blit->state) {
	case BLIT_PINNED:
		for (i = 0; i < blit->nr; i++)
			if (blit->pages[i])
				unpin_user_page(blit->pages[i]);
		fallthrough;
	case BLIT_PAGES:
		vfree(blit->pages);
		fallthrough;
	default:
		blit->state = BLIT_NEW;
	}
}

static int blit_pin_ok(struct blit *blit, unsigned long addr)
{
	int got;

	blit->pages = vzalloc(array_size(blit->nr, sizeof(*blit->pages)));
	if (!blit->pages)
		return -ENOMEM;
	blit->state = BLIT_PAGES;
	got = pin_user_pages_fast(addr, blit->nr, FOLL_WRITE, blit->pages);
	if (got != blit->nr) {
		if (got < 0)
			return got;
		blit->state = BLIT_PINNED;
		return -EINVAL;
	}
	blit->state = BLIT_PINNED;
	return 0;
}

static int blit_run_ok(struct blit *blit, unsigned long addr)
{
	int err = blit_pin_ok(blit, addr);

	if (!err)
		err = start_device();
	blit_free(blit);
	return err;
}

/* Batches go side by side into the caller's array; what earlier turns pinned is a prefix of it. */
struct window {
	struct page **slots;
	size_t size;
	unsigned long end;
};

static long window_pin(struct window *window, unsigned long addr, unsigned long first, unsigned long last)
{
	unsigned long n;
	long got;

	if (!window->slots) {
		window->slots = make_slots(&window->size);
		if (!window->slots)
			return -ENOMEM;
	}
	n = min_t(unsigned long, last - first + 1, window->size / sizeof(*window->slots));
	got = pin_user_pages_fast(addr + first * PAGE_SIZE, n, FOLL_WRITE, window->slots);
	if (got <= 0)
		return got ? got : -EFAULT;
	window->end = first + got;
	return 0;
}

static void window_undo(struct page **out, unsigned long first, unsigned long last)
{
	unsigned long n = last - first + 1;

	unpin_user_pages(out, n);
}

static int window_fill_ok(struct window *window, struct page **out, unsigned long addr, unsigned long first,
			  unsigned long last)
{
	unsigned long at = first;
	int err;

	while (at != last + 1) {
		window->slots = out + (at - first);
		err = window_pin(window, addr, at, last);
		if (err)
			goto undo;
		at = window->end;
	}
	return 0;

undo:
	if (first != at)
		window_undo(out, first, at - 1);
	return err;
}

/* Three parts of one allocation, each released by itself. */
int three_parts_ok(unsigned long addr, unsigned int n, unsigned int m)
{
	struct page **head, **body;
	int got_head, got_body, ret = -EFAULT;

	head = kmalloc_array(FIRST_PART + SECOND_PART, sizeof(*head), GFP_KERNEL);
	if (!head)
		return -ENOMEM;
	body = head + FIRST_PART;
	got_head = pin_user_pages_fast(addr, n, FOLL_LONGTERM, head);
	if (got_head != n)
		goto drop_head;
	got_body = pin_user_pages_fast(addr + PAGE_SIZE * n, m, FOLL_LONGTERM, body);
	if (got_body != m)
		goto drop_body;
	ret = show_parts(head, body);
drop_body:
	if (got_body > 0)
		unpin_user_pages(body, got_body);
drop_head:
	if (got_head > 0)
		unpin_user_pages(head, got_head);
	kfree(head);
	return ret;
}

int three_parts_bad(unsigned long addr, unsigned int n, unsigned int m)
{
	struct page **head, **body;
	int got_head, got_body, ret = -EFAULT;

	head = kmalloc_array(FIRST_PART + SECOND_PART, sizeof(*head), GFP_KERNEL);
	if (!head)
		return -ENOMEM;
	body = head + FIRST_PART;
	got_head = pin_user_pages_fast(addr, n, FOLL_LONGTERM, head);
	if (got_head != n)
		goto drop_head;
//              ^^^^^^^^^^^^^^^ page-leak: `head` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	got_body = pin_user_pages_fast(addr + PAGE_SIZE * n, m, FOLL_LONGTERM, body);
//                 ^^^^^^^^^^^^^^^^^^^ page-leak: `body` (pins from pin_user_pages_fast()): no path of this function releases them or hands them on
	if (got_body != m)
		goto drop_body;
	ret = 0;
drop_body:
	if (got_head > 0)
		unpin_user_pages(head, got_head);
drop_head:
	kfree(head);
	return ret;
}
