/* An unnamed union of pointers: the array of pages lies in storage that was allocated under another name. */

struct pinned_region {
	unsigned long entries;
	union {
		struct page **pages;
		u64 *addresses;
	};
};

long region_pin_bad(unsigned long start, unsigned long entries, struct pinned_region *region)
{
	long pinned = 0, got = 0;

	region->addresses = vzalloc(array_size(entries, sizeof(u64)));
	if (!region->addresses)
		return -ENOMEM;
	while (pinned < entries) {
		got = pin_user_pages_fast(start + (pinned << PAGE_SHIFT), entries - pinned, FOLL_LONGTERM,
					  region->pages + pinned);
		if (got <= 0)
			goto unpin;
		pinned += got;
	}
	region->entries = entries;
	return 0;
unpin:
	unpin_user_pages(region->pages, entries);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `region->pages + pinned` goes beyond the pages that pin_user_pages_fast() obtained: the slots behind hold no page of this call
	vfree(region->addresses);
	return got ? got : -EFAULT;
}

long region_pin_ok(unsigned long start, unsigned long entries, struct pinned_region *region)
{
	long pinned = 0, got = 0;

	region->addresses = vzalloc(array_size(entries, sizeof(u64)));
	if (!region->addresses)
		return -ENOMEM;
	while (pinned < entries) {
		got = pin_user_pages_fast(start + (pinned << PAGE_SHIFT), entries - pinned, FOLL_LONGTERM,
					  region->pages + pinned);
		if (got <= 0)
			goto unpin;
		pinned += got;
	}
	region->entries = entries;
	return 0;
unpin:
	unpin_user_pages(region->pages, pinned);
	vfree(region->addresses);
	return got ? got : -EFAULT;
}
