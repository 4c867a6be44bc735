// expected: page-leak at `return ret;`

struct atomic_op {
	struct scatterlist *sg;
	bool active;
};

static int pin_exactly(unsigned long addr, unsigned int nr, struct page **pages, int write)
{
	int got = pin_user_pages_fast(addr, nr, write ? FOLL_WRITE : 0, pages);

	if (got >= 0 && got < nr) {
		unpin_user_pages(pages, got);
		got = -EFAULT;
	}
	return got;
}

static int atomic_prepare_ok(struct atomic_op *op, unsigned long addr)
{
	struct page *page = NULL;
	int ret;

	if (addr & 7) {
		ret = -EFAULT;
		goto err;
	}
	ret = pin_exactly(addr, 1, &page, 1);
	if (ret != 1)
		goto err;
	ret = -EFAULT;
	if (reserve_slot(op) < 0)
		goto err;
	sg_set_page(op->sg, page, 8, offset_in_page(addr));
	op->active = true;
	return 0;

err:
	if (page)
		unpin_user_page(page);
	return ret;
}

static int atomic_prepare_bad(struct atomic_op *op, unsigned long addr)
{
	struct page *page = NULL;
	int ret;

	if (addr & 7) {
		ret = -EFAULT;
		goto err;
	}
	ret = pin_exactly(addr, 1, &page, 1);
	if (ret != 1)
		goto err;
	ret = -EFAULT;
	if (reserve_slot(op) < 0)
		return ret;
	sg_set_page(op->sg, page, 8, offset_in_page(addr));
	op->active = true;
	return 0;

err:
	if (page)
		unpin_user_page(page);
	return ret;
}
