/* Only the frame number was kept: another function turns it back and drops the pin. */

static int pin_frame_ok(struct mm_struct *mm, unsigned long vaddr, int prot, unsigned long *pfn)
{
	struct page *page;
	int ret;

	mmap_read_lock(mm);
	ret = pin_user_pages_remote(mm, vaddr, 1, FOLL_LONGTERM | (prot ? FOLL_WRITE : 0), &page, NULL);
	mmap_read_unlock(mm);
	if (ret == 1) {
		*pfn = page_to_pfn(page);
		return 0;
	}
	return ret < 0 ? ret : -EFAULT;
}

static void put_frame_ok(unsigned long pfn, bool dirty)
{
	struct page *page = pfn_to_page(pfn);

	unpin_user_pages_dirty_lock(&page, 1, dirty);
}

static int map_range_ok(struct iommu_domain *domain, unsigned long iova, unsigned long addr, int nr)
{
	struct page **pages;
	int i, got, err = 0;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		err = got < 0 ? got : -ENOMEM;
		goto out;
	}
	for (i = 0; i < nr; i++) {
		err = iommu_map(domain, iova + i * PAGE_SIZE, page_to_phys(pages[i]), PAGE_SIZE,
				IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
		if (err) {
			iommu_unmap(domain, iova, i * PAGE_SIZE);
			unpin_user_pages(pages, nr);
			goto out;
		}
	}
out:
	kvfree(pages);
	return err;
}

static void unmap_range_ok(struct iommu_domain *domain, unsigned long iova, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		phys_addr_t where = iommu_iova_to_phys(domain, iova + i * PAGE_SIZE);

		iommu_unmap(domain, iova + i * PAGE_SIZE, PAGE_SIZE);
		unpin_user_page(pfn_to_page(where >> PAGE_SHIFT));
	}
}

static int table_set_ok(u64 *table, unsigned int entry, unsigned long addr)
{
	struct page *page;
	unsigned long hpa;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	hpa = page_to_phys(page) + offset_in_page(addr);
	if (exchange_entry(table, entry, hpa) < 0) {
		unpin_user_page(pfn_to_page(hpa >> PAGE_SHIFT));
		return -EBUSY;
	}
	return 0;
}

static void table_clear_ok(u64 *table, unsigned int entry)
{
	u64 hpa = table[entry];
	struct page *page = pfn_to_page(hpa >> PAGE_SHIFT);

	table[entry] = 0;
	unpin_user_page(page);
}
