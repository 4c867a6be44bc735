/* Long unwinds, where each label gives back what was taken before it. */

static int enable_summary_ok(struct zdev *zdev, unsigned long aibv, unsigned long aisb)
{
	struct page *pages[1], *aibv_page, *aisb_page = NULL;
	unsigned int npages;
	int rc = 0;

	npages = pin_user_pages_fast(aibv, 1, FOLL_LONGTERM, pages);
	if (npages != 1)
		return -EIO;
	aibv_page = pages[0];
	if (zdev->summary) {
		npages = pin_user_pages_fast(aisb, 1, FOLL_LONGTERM, pages);
		if (npages != 1) {
			rc = -EIO;
			goto unpin1;
		}
		aisb_page = pages[0];
	}
	rc = register_with_hardware(zdev);
	if (rc)
		goto unpin2;
	zdev->aibv = page_to_phys(aibv_page);
	if (zdev->summary)
		zdev->aisb = page_to_phys(aisb_page);
	return 0;

unpin2:
	if (zdev->summary)
		unpin_user_page(aisb_page);
unpin1:
	unpin_user_page(aibv_page);
	return rc;
}

static int enable_summary_bad(struct zdev *zdev, unsigned long aibv, unsigned long aisb)
{
	struct page *pages[1], *aibv_page, *aisb_page = NULL;
	unsigned int npages;
	int rc = 0;

	npages = pin_user_pages_fast(aibv, 1, FOLL_LONGTERM, pages);
	if (npages != 1)
		return -EIO;
	aibv_page = pages[0];
	if (zdev->summary) {
		npages = pin_user_pages_fast(aisb, 1, FOLL_LONGTERM, pages);
		if (npages != 1)
			return -EIO;
//                      ^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
		aisb_page = pages[0];
	}
	rc = register_with_hardware(zdev);
	if (rc)
		goto unpin2;
	zdev->aibv = page_to_phys(aibv_page);
	if (zdev->summary)
		zdev->aisb = page_to_phys(aisb_page);
	return 0;

unpin2:
	if (zdev->summary)
		unpin_user_page(aisb_page);
	unpin_user_page(aibv_page);
	return rc;
}

struct vcpu_tlb {
	struct page **shared;
	int nr_shared;
	void *map;
	u64 *bitmap;
};

static int configure_tlb_ok(struct vcpu_tlb *tlb, unsigned long addr, size_t len)
{
	int num = DIV_ROUND_UP(addr + len, PAGE_SIZE) - addr / PAGE_SIZE;
	struct page **pages;
	void *virt;
	int ret, i;

	pages = kmalloc_array(num, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = get_user_pages_fast(addr, num, 0, pages);
	if (ret < 0)
		goto free_pages;
	if (ret != num) {
		num = ret;
		ret = -EFAULT;
		goto put_pages;
	}
	virt = vmap(pages, num, VM_MAP, PAGE_KERNEL);
	if (!virt) {
		ret = -ENOMEM;
		goto put_pages;
	}
	tlb->bitmap = kcalloc(num, sizeof(u64), GFP_KERNEL);
	if (!tlb->bitmap) {
		vunmap(virt);
		ret = -ENOMEM;
		goto put_pages;
	}
	tlb->shared = pages;
	tlb->nr_shared = num;
	tlb->map = virt;
	return 0;

put_pages:
	for (i = 0; i < num; i++)
		put_page(pages[i]);
free_pages:
	kfree(pages);
	return ret;
}

static int configure_tlb_count_bad(struct vcpu_tlb *tlb, unsigned long addr, int num)
{
	struct page **pages;
	int ret, i;

	pages = kmalloc_array(num, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = get_user_pages_fast(addr, num, 0, pages);
	if (ret < 0)
		goto free_pages;
	if (ret != num) {
		ret = -EFAULT;
		goto put_pages;
	}
	tlb->shared = pages;
	tlb->nr_shared = num;
	return 0;

put_pages:
	for (i = 0; i < num; i++)
		put_page(pages[i]);
//              ^^^^^^^^ release-count: put_page() of `pages` counts the pages asked for, but get_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
free_pages:
	kfree(pages);
	return ret;
}

static int configure_tlb_leak_bad(struct vcpu_tlb *tlb, unsigned long addr, int num)
{
	struct page **pages;
	int ret, i;

	pages = kmalloc_array(num, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = get_user_pages_fast(addr, num, 0, pages);
	if (ret < 0)
		goto free_pages;
	if (ret != num) {
		num = ret;
		ret = -EFAULT;
		goto put_pages;
	}
	tlb->bitmap = kcalloc(num, sizeof(u64), GFP_KERNEL);
	if (!tlb->bitmap) {
		ret = -ENOMEM;
		goto free_pages;
//              ^^^^^^^^^^^^^^^^ page-leak: `pages` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	tlb->shared = pages;
	tlb->nr_shared = num;
	return 0;

put_pages:
	for (i = 0; i < num; i++)
		put_page(pages[i]);
free_pages:
	kfree(pages);
	return ret;
}

static int mr_pin_ok(unsigned long addr, unsigned int nr)
{
	struct page **pages;
	int ret;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, nr, 0, pages);
	if (ret >= 0 && ret < nr) {
		unpin_user_pages(pages, ret);
		ret = -EFAULT;
	}
	if (ret < 0)
		goto out;
	run_transfer_now();
	unpin_user_pages(pages, nr);
	ret = 0;
out:
	kfree(pages);
	return ret;
}

static int three_resources_ok(struct device *dev, unsigned long addr, int nr)
{
	struct page **pages;
	struct scatterlist *sg;
	int got, i, err;

	sg = kcalloc(nr, sizeof(*sg), GFP_KERNEL);
	if (!sg)
		return -ENOMEM;
	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages) {
		err = -ENOMEM;
		goto free_sg;
	}
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		err = got < 0 ? got : -EFAULT;
		goto unpin;
	}
	sg_init_table(sg, nr);
	for (i = 0; i < nr; i++)
		sg_set_page(&sg[i], pages[i], PAGE_SIZE, 0);
	err = dma_map_sg(dev, sg, nr, DMA_FROM_DEVICE) ? 0 : -EIO;
	if (!err) {
		run_transfer_now();
		dma_unmap_sg(dev, sg, nr, DMA_FROM_DEVICE);
	}
unpin:
	for (i = 0; i < got; i++)
		unpin_user_page(pages[i]);
	kfree(pages);
free_sg:
	kfree(sg);
	return err;
}

/* What was pinned in runs is given back by counting from the first number of a run to its last. */
static int map_runs_ok(struct domain *domain, unsigned long addr, int count, struct page **list)
{
	unsigned long first = 0, last = 0, number;
	int i, got, ret;

	got = pin_user_pages_fast(addr, count, FOLL_WRITE | FOLL_LONGTERM, list);
	if (got != count) {
		if (got > 0)
			unpin_user_pages(list, got);
		return -ENOMEM;
	}
	first = page_to_pfn(list[0]);
	for (i = 0; i < got; i++) {
		if (last && page_to_pfn(list[i]) != last + 1) {
			unpin_user_pages(&list[i], got - i);
			ret = -EINVAL;
			goto unwind;
		}
		last = page_to_pfn(list[i]);
	}
	ret = map_run(domain, first, last);
	if (!ret)
		return 0;
unwind:
	for (number = first; number <= last; number++)
		unpin_user_page(pfn_to_page(number));
	return ret;
}

/* The rest is given back at once, and the slots before it one by one. */
static int check_all_ok(struct domain *domain, unsigned long addr, int count, struct page **list)
{
	int i, got, ret = 0;

	got = pin_user_pages_fast(addr, count, FOLL_LONGTERM, list);
	if (got != count) {
		if (got > 0)
			unpin_user_pages(list, got);
		return -ENOMEM;
	}
	for (i = 0; i < got; i++) {
		ret = check_page(domain, list[i]);
		if (ret) {
			unpin_user_pages(&list[i], got - i);
			goto unwind;
		}
	}
	return 0;
unwind:
	while (i--)
		unpin_user_page(list[i]);
	return ret;
}

static int check_all_double_bad(struct domain *domain, unsigned long addr, int count, struct page **list)
{
	int i, got, ret = 0;

	got = pin_user_pages_fast(addr, count, FOLL_LONGTERM, list);
	if (got != count) {
		if (got > 0)
			unpin_user_pages(list, got);
		return -ENOMEM;
	}
	for (i = 0; i < got; i++) {
		ret = check_page(domain, list[i]);
		if (ret) {
			unpin_user_pages(&list[i], got - i);
			goto unwind;
		}
	}
	return 0;
unwind:
	do
		unpin_user_page(list[i]);
//              ^^^^^^^^^^^^^^^ double-release: `list` (pins from pin_user_pages_fast()) was released before by unpin_user_pages() in line 304; unpin_user_page() drops a hold that is no longer there
	while (i-- > 0);
	return ret;
}

static int check_all_leak_bad(int domain, unsigned long addr, int count)
{
	struct page *list[16];
	int i, got, ret = 0;

	got = pin_user_pages_fast(addr, count, FOLL_LONGTERM, list);
	if (got != count) {
		if (got > 0)
			unpin_user_pages(list, got);
		return -ENOMEM;
	}
	for (i = 0; i < got; i++) {
		ret = may_go_on(domain, i);
		if (ret) {
			unpin_user_pages(&list[i], got - i);
			return ret;
//                      ^^^^^^^^^^^ page-leak: `list` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
		}
	}
	unpin_user_pages(list, got);
	return 0;
}

/* From which slot on pages are released was told by somebody: there need not be any before it. */
struct window {
	struct page **pages;
	int used;
};

static int pin_behind_ok(struct window *window, unsigned long addr, int count, struct page **list)
{
	int got;

	got = pin_user_pages_fast(addr, count, FOLL_LONGTERM, list);
	if (got < 0)
		return got;
	if (got != count) {
		unpin_user_pages(list + window->used, got);
		return -EFAULT;
	}
	window->pages = list;
	window->used = count;
	return 0;
}
