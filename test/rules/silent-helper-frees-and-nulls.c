/* A helper frees and leaves NULL; what is freed again afterwards is nothing. */

struct area {
	struct page **pgs;
	u32 npgs;
	unsigned long address;
};

static void area_unpin(struct area *area)
{
	unpin_user_pages_dirty_lock(area->pgs, area->npgs, true);
	kvfree(area->pgs);
	area->pgs = NULL;
}

static int area_pin_ok(struct area *area)
{
	long npgs;
	int err;

	area->pgs = kvcalloc(area->npgs, sizeof(*area->pgs), GFP_KERNEL);
	if (!area->pgs)
		return -ENOMEM;

	mmap_read_lock(current->mm);
	npgs = pin_user_pages(area->address, area->npgs, FOLL_WRITE | FOLL_LONGTERM, &area->pgs[0]);
	mmap_read_unlock(current->mm);

	if (npgs != area->npgs) {
		if (npgs >= 0) {
			area->npgs = npgs;
			err = -ENOMEM;
			goto out_pin;
		}
		err = npgs;
		goto out_pgs;
	}
	return 0;

out_pin:
	area_unpin(area);
out_pgs:
	kvfree(area->pgs);
	area->pgs = NULL;
	return err;
}
