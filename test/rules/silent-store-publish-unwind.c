/* Stored, published, unpublished again and released: a store moved nothing. */

struct guest_region {
	struct page **pages;
	int nr;
};

struct guest {
	spinlock_t lock;
	int count;
	struct guest_region regions[8];
};

static int guest_map_ok(struct guest *guest, unsigned long addr, int nr)
{
	struct guest_region *region;
	struct page **pages;
	int pinned, err;

	pages = vzalloc(array_size(nr, sizeof(*pages)));
	if (!pages)
		return -ENOMEM;
	pinned = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, pages);
	if (pinned < 0) {
		err = pinned;
		goto free_pages;
	}
	if (pinned != nr) {
		err = -EFAULT;
		goto unpin;
	}

	spin_lock(&guest->lock);
	if (guest->count == 8) {
		err = -ENOSPC;
		spin_unlock(&guest->lock);
		goto unpin;
	}
	region = &guest->regions[guest->count];
	region->pages = pages;
	region->nr = nr;
	guest->count++;
	spin_unlock(&guest->lock);

	err = tell_hypervisor(guest);
	if (err)
		goto unpublish;
	return 0;

unpublish:
	spin_lock(&guest->lock);
	guest->count--;
	spin_unlock(&guest->lock);
unpin:
	unpin_user_pages(pages, pinned);
free_pages:
	vfree(pages);
	return err;
}

static void guest_unmap_all_ok(struct guest *guest)
{
	int i;

	for (i = 0; i < guest->count; i++) {
		unpin_user_pages(guest->regions[i].pages, guest->regions[i].nr);
		vfree(guest->regions[i].pages);
	}
	guest->count = 0;
}
