/* How drivers and core code take a single page, and what goes wrong there. */

/* The page is taken for reading; a second, writable one may replace it. */
static int frame_upgrade_ok(unsigned long addr, bool *writable, unsigned long *pfn)
{
	struct page *page;
	int got;

	got = get_user_pages_unlocked(addr, 1, &page, FOLL_HWPOISON);
	if (got != 1)
		return got;
	if (writable) {
		struct page *wpage;

		if (get_user_page_fast_only(addr, FOLL_WRITE, &wpage)) {
			*writable = true;
			put_page(page);
			page = wpage;
		}
	}
	*pfn = page_to_pfn(page);
	return got;
}

static int frame_upgrade_bad(unsigned long addr, bool *writable, unsigned long *pfn)
{
	struct page *page, *wpage;
	int got;

	got = get_user_pages_unlocked(addr, 1, &page, FOLL_HWPOISON);
	if (got != 1)
		return got;
	if (get_user_page_fast_only(addr, FOLL_WRITE, &wpage)) {
//          ^^^^^^^^^^^^^^^^^^^^^^^ page-leak: `wpage` (references from get_user_page_fast_only()): no path of this function releases them or hands them on
		*writable = true;
		put_page(page);
		return -EAGAIN;
	}
	*pfn = page_to_pfn(page);
	return got;
}

static int second_try_ok(unsigned long addr, bool reading, u64 *key)
{
	bool read_only = false;
	struct page *page;
	int err;

	err = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (err == -EFAULT && reading) {
		err = get_user_pages_fast(addr, 1, 0, &page);
		read_only = true;
	}
	if (err < 0)
		return err;
	err = 0;
	if (read_only && PageAnon(page)) {
		err = -EFAULT;
		goto out;
	}
	*key = page_to_pfn(page);
out:
	put_page(page);
	return err;
}

static int second_try_bad(unsigned long addr, bool reading, u64 *key)
{
	bool read_only = false;
	struct page *page;
	int err;

	err = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (err == -EFAULT && reading) {
		err = get_user_pages_fast(addr, 1, 0, &page);
		read_only = true;
	}
	if (err < 0)
		return err;
	if (read_only && PageAnon(page))
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	*key = page_to_pfn(page);
	put_page(page);
	return 0;
}

static int physical_of_ok(unsigned long addr, bool write, unsigned long *paddr)
{
	struct page *page;

	if (get_user_pages(addr, 1, write ? FOLL_WRITE : 0, &page) <= 0)
		return -EFAULT;
	*paddr = page_to_phys(page);
	put_page(page);
	return 0;
}

static int write_instruction_ok(struct mm_struct *mm, unsigned long addr, u32 insn)
{
	struct vm_area_struct *vma;
	struct page *old, *new;
	int err;

retry:
	old = get_user_page_vma_remote(mm, addr, FOLL_FORCE, &vma);
	if (IS_ERR(old))
		return PTR_ERR(old);
	err = verify(old, addr);
	if (err <= 0)
		goto put_old;
	err = -ENOMEM;
	new = alloc_page_vma(GFP_HIGHUSER, vma, addr);
	if (!new)
		goto put_old;
	copy_highpage(new, old);
	err = replace_in_tables(vma, addr, old, new);
	put_page(new);
put_old:
	put_page(old);
	if (err == -EAGAIN)
		goto retry;
	return err;
}

static struct page *argument_page_ok(struct linux_binprm *bprm, unsigned long pos, int write)
{
	struct page *page;
	int got;

	mmap_read_lock(bprm->mm);
	got = get_user_pages_remote(bprm->mm, pos, 1, write ? FOLL_WRITE : 0, &page, NULL);
	mmap_read_unlock(bprm->mm);
	if (got <= 0)
		return NULL;
	return page;
}

static int argument_walk_ok(struct linux_binprm *bprm, unsigned long pos, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		struct page *page = argument_page_ok(bprm, pos + i * PAGE_SIZE, 1);

		if (!page)
			return -E2BIG;
		flush_dcache_page(page);
		put_page(page);
	}
	return 0;
}

static int argument_walk_bad(struct linux_binprm *bprm, unsigned long pos, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		struct page *page = argument_page_ok(bprm, pos + i * PAGE_SIZE, 1);

		if (!page)
			return -E2BIG;
		if (fatal_signal_pending(current))
			return -EINTR;
//                      ^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_remote()) are lost at this exit: other exits release them, this one does not
		flush_dcache_page(page);
		put_page(page);
	}
	return 0;
}

struct copy_batch {
	struct page *pages[16];
	unsigned int nr_pages;
	bool writable;
};

static int batch_add_ok(struct copy_batch *batch, unsigned long addr, unsigned long *gpfn)
{
	struct page *page;
	int got;

	got = pin_user_pages_fast(addr, 1, batch->writable ? FOLL_WRITE : 0, &page);
	if (got < 0)
		return got;
	batch->pages[batch->nr_pages++] = page;
	*gpfn = page_to_pfn(page);
	return 0;
}

static void batch_drop_ok(struct copy_batch *batch)
{
	unpin_user_pages_dirty_lock(batch->pages, batch->nr_pages, batch->writable);
	batch->nr_pages = 0;
}

static int remote_copy_ok(struct mm_struct *mm, unsigned long addr, char *buf, int len)
{
	char *start = buf;

	if (mmap_read_lock_killable(mm))
		return 0;
	while (len) {
		struct vm_area_struct *vma = NULL;
		int offset = offset_in_page(addr);
		int bytes = min_t(int, len, PAGE_SIZE - offset);
		struct page *page;
		void *maddr;

		page = get_user_page_vma_remote(mm, addr, FOLL_FORCE, &vma);
		if (IS_ERR(page))
			break;
		maddr = kmap_local_page(page);
		memcpy(buf, maddr + offset, bytes);
		unmap_and_put_page(page, maddr);
		len -= bytes;
		buf += bytes;
		addr += bytes;
	}
	mmap_read_unlock(mm);
	return buf - start;
}
