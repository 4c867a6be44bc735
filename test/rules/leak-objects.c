/* Pages in objects: storing them moves nothing, and an object that dies takes its owners along. */

struct mapping {
	struct list_head link;
	struct page **pages;
	int nr;
};

static int mapping_create_bad(struct list_head *all, unsigned long addr, int nr)
{
	struct mapping *map;
	int err;

	map = kzalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	map->pages = kvcalloc(nr, sizeof(*map->pages), GFP_KERNEL);
	if (!map->pages) {
		err = -ENOMEM;
		goto free_map;
	}
	map->nr = pin_user_pages_fast(addr, nr, 0, map->pages);
	if (map->nr <= 0) {
		err = -EFAULT;
		goto free_pages;
	}
	err = start_device();
	if (err)
		goto free_pages;
//              ^^^^^^^^^^^^^^^^ page-leak: `map->pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	list_add(&map->link, all);
	return 0;

free_pages:
	kvfree(map->pages);
free_map:
	kfree(map);
	return err;
}

static int mapping_create_ok(struct list_head *all, unsigned long addr, int nr)
{
	struct mapping *map;
	int err;

	map = kzalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	map->pages = kvcalloc(nr, sizeof(*map->pages), GFP_KERNEL);
	if (!map->pages) {
		err = -ENOMEM;
		goto free_map;
	}
	map->nr = pin_user_pages_fast(addr, nr, 0, map->pages);
	if (map->nr <= 0) {
		err = -EFAULT;
		goto free_pages;
	}
	err = start_device();
	if (err)
		goto unpin;
	list_add(&map->link, all);
	return 0;

unpin:
	unpin_user_pages(map->pages, map->nr);
free_pages:
	kvfree(map->pages);
free_map:
	kfree(map);
	return err;
}

static int slot_refill_ok(struct slot_pair *pair, unsigned long addr)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	pair->page = page;
	err = start_device();
	if (err) {
		pair->page = NULL;
		unpin_user_page(page);
	}
	return err;
}

struct notifier {
	struct page *page;
	void *vaddr;
};

static int notifier_map(struct notifier *n, unsigned long addr)
{
	if (pin_user_pages_fast(addr, 1, 0, &n->page) != 1)
		return -EFAULT;
	n->vaddr = kmap(n->page);
	return 0;
}

static void notifier_unmap_ok(struct notifier *n)
{
	kunmap(n->page);
	unpin_user_page(n->page);
	n->page = NULL;
}

/* One member, pages of two kinds, and nothing that tells them apart here. */
struct cache_slot {
	struct page *page;
};

static int cache_from_user(struct cache_slot *slot, unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, 0, &slot->page) == 1 ? 0 : -EFAULT;
}

static int cache_from_pool(struct cache_slot *slot)
{
	slot->page = alloc_page(GFP_KERNEL);
	return slot->page ? 0 : -ENOMEM;
}

static void cache_drop_pool_ok(struct cache_slot *slot)
{
	__free_page(slot->page);
}

/* The member says how many were asked for, and the release believes it. */
struct upload {
	struct page **pages;
	unsigned int nr;
};

static int upload_pin_bad(struct upload *up, unsigned long addr, unsigned int nr)
{
	int got;

	up->nr = nr;
	up->pages = kvcalloc(nr, sizeof(*up->pages), GFP_KERNEL);
	if (!up->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, up->pages);
	if (got <= 0) {
		kvfree(up->pages);
		return -EFAULT;
	}
	if ((unsigned int)got != nr) {
		unpin_user_pages(up->pages, up->nr);
//              ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `up->pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
		kvfree(up->pages);
		return -EFAULT;
	}
	return 0;
}

static int upload_pin_ok(struct upload *up, unsigned long addr, unsigned int nr)
{
	int got;

	up->pages = kvcalloc(nr, sizeof(*up->pages), GFP_KERNEL);
	if (!up->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, up->pages);
	if (got <= 0) {
		kvfree(up->pages);
		return -EFAULT;
	}
	up->nr = got;
	if ((unsigned int)got != nr) {
		unpin_user_pages(up->pages, up->nr);
		kvfree(up->pages);
		return -EFAULT;
	}
	return 0;
}

struct session {
	struct kref ref;
	struct page **pages;
	int nr;
};

static void session_free(struct kref *ref)
{
	struct session *session = container_of(ref, struct session, ref);

	if (session->nr > 0)
		unpin_user_pages(session->pages, session->nr);
	kvfree(session->pages);
	kfree(session);
}

static int session_open_ok(unsigned long addr, int nr)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);
	int err = 0;

	if (!session)
		return -ENOMEM;
	kref_init(&session->ref);
	session->pages = kvcalloc(nr, sizeof(*session->pages), GFP_KERNEL);
	if (!session->pages) {
		err = -ENOMEM;
		goto out;
	}
	session->nr = pin_user_pages_fast(addr, nr, 0, session->pages);
	if (session->nr != nr)
		err = session->nr < 0 ? session->nr : -EFAULT;
	else
		err = start_device();
out:
	kref_put(&session->ref, session_free);
	return err;
}

static struct bio_vec *bvecs_from_user_ok(unsigned long addr, int *count)
{
	struct page *pages[16];
	struct bio_vec *bv;
	int i, got;

	bv = kcalloc(16, sizeof(*bv), GFP_KERNEL);
	if (!bv)
		return NULL;
	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0) {
		kfree(bv);
		return NULL;
	}
	for (i = 0; i < got; i++)
		bvec_set_page(&bv[i], pages[i], PAGE_SIZE, 0);
	*count = got;
	return bv;
}

static struct bio_vec *bvecs_from_user_bad(unsigned long addr, int *count)
{
	struct page *pages[16];
	struct bio_vec *bv;
	int i, got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return NULL;
	bv = kcalloc(got, sizeof(*bv), GFP_KERNEL);
	if (!bv)
		return NULL;
//              ^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	for (i = 0; i < got; i++)
		bvec_set_page(&bv[i], pages[i], PAGE_SIZE, 0);
	*count = got;
	return bv;
}

static int sg_from_user_ok(struct scatterlist *sg, unsigned long addr)
{
	struct page *pages[16];
	int i, got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	sg_init_table(sg, got);
	for (i = 0; i < got; i++)
		sg_set_page(&sg[i], pages[i], PAGE_SIZE, 0);
	return got;
}

static int sg_from_user_bad(struct scatterlist *sg, unsigned long addr, int room)
{
	struct page *pages[16];
	int i, got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	if (got > room)
		return -ENOSPC;
//              ^^^^^^^^^^^^^^^ page-leak: `pages` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	sg_init_table(sg, got);
	for (i = 0; i < got; i++)
		sg_set_page(&sg[i], pages[i], PAGE_SIZE, 0);
	return got;
}

static int frags_from_user_ok(struct sk_buff *skb, unsigned long addr)
{
	struct page *pages[MAX_SKB_FRAGS];
	int i, got;

	got = get_user_pages_fast(addr, 4, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		skb_fill_page_desc(skb, i, pages[i], 0, PAGE_SIZE);
	return 0;
}

struct slot {
	struct page *page;
	void *vaddr;
};

static int slot_fill_bad(struct slot *slot, unsigned long addr)
{
	struct page *page;
	void *vaddr;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	vaddr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!vaddr)
		return -ENOMEM;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	slot->page = page;
	slot->vaddr = vaddr;
	return 0;
}

static int slot_fill_ok(struct slot *slot, unsigned long addr)
{
	struct page *page;
	void *vaddr;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	vaddr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!vaddr) {
		put_page(page);
		return -ENOMEM;
	}
	slot->page = page;
	slot->vaddr = vaddr;
	return 0;
}

struct doorbell_slot {
	struct scatterlist mem;
};

/* The entry names the page: who fails releases it. */
int ring_doorbell_bad(struct device *dev, struct doorbell_slot *slot, unsigned long addr)
{
	struct page *pages[1];
	int ret;

	ret = pin_user_pages_fast(addr, 1, FOLL_LONGTERM, pages);
	if (ret != 1)
		return -EFAULT;
	sg_set_page(&slot->mem, pages[0], PAGE_SIZE, 0);
	ret = dma_map_sg(dev, &slot->mem, 1, DMA_TO_DEVICE);
	if (ret <= 0)
		return -EIO;
//              ^^^^^^^^^^^^ page-leak (warning): `pages` (pins from pin_user_pages_fast()) are left behind at this error exit: other exits release them, this one does not
	ret = arm_doorbell(dev, sg_dma_address(&slot->mem));
	if (ret) {
		unpin_user_page(pages[0]);
		return -EIO;
	}
	return 0;
}

int ring_doorbell_ok(struct device *dev, struct doorbell_slot *slot, unsigned long addr)
{
	struct page *pages[1];
	int ret;

	ret = pin_user_pages_fast(addr, 1, FOLL_LONGTERM, pages);
	if (ret != 1)
		return -EFAULT;
	sg_set_page(&slot->mem, pages[0], PAGE_SIZE, 0);
	ret = dma_map_sg(dev, &slot->mem, 1, DMA_TO_DEVICE);
	if (ret <= 0) {
		unpin_user_page(pages[0]);
		return -EIO;
	}
	ret = arm_doorbell(dev, sg_dma_address(&slot->mem));
	if (ret) {
		unpin_user_page(pages[0]);
		return -EIO;
	}
	return 0;
}

/* A helper that gets the object only looks at its pages: it takes nothing over. */
struct measured {
	struct page **pages;
	unsigned int npages;
	unsigned int nruns;
	unsigned long first;
	int *runs;
};

static unsigned int runs_of(struct measured *measured, unsigned int got)
{
	struct page **pages = measured->pages;
	unsigned long pfn = page_to_pfn(pages[0]), here;
	unsigned int i, nr = 0;

	for (i = 1; i < got; i++) {
		here = page_to_pfn(pages[i]);
		if (here != pfn + 1)
			measured->runs[nr++] = i;
		pfn = here;
	}
	return nr;
}

/* It keeps the number of the first page, by which others find it. */
static unsigned int runs_kept(struct measured *measured, unsigned int got)
{
	measured->first = page_to_pfn(measured->pages[0]);
	return got;
}

static unsigned int runs_elsewhere(struct measured *measured, unsigned int got);

static int measured_fill(struct measured *measured, unsigned long addr)
{
	struct page **pages = kcalloc(measured->npages, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, measured->npages, FOLL_WRITE, pages);
	if (got <= 0) {
		kfree(pages);
		return got;
	}
	measured->pages = pages;
	return got;
}

int measured_open_bad(unsigned long addr, unsigned int nr)
{
	struct measured *measured = kzalloc(sizeof(*measured), GFP_KERNEL);
	int got, ret;

	if (!measured)
		return -ENOMEM;
	measured->npages = nr;
	got = measured_fill(measured, addr);
	if (got <= 0) {
		ret = got < 0 ? got : -EFAULT;
		goto free;
	}
	measured->nruns = runs_of(measured, got);
	if (!measured->nruns) {
		ret = -ENOSPC;
		goto free;
//              ^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	ret = announce_runs(measured->nruns);
	if (ret < 0)
		goto unpin;
	unpin_user_pages(measured->pages, got);
	kfree(measured->pages);
	kfree(measured);
	return 0;

unpin:
	unpin_user_pages(measured->pages, got);
free:
	kfree(measured->pages);
	kfree(measured);
	return ret;
}

int measured_open_unknown_ok(unsigned long addr, unsigned int nr)
{
	struct measured *measured = kzalloc(sizeof(*measured), GFP_KERNEL);
	int got;

	if (!measured)
		return -ENOMEM;
	measured->npages = nr;
	got = measured_fill(measured, addr);
	if (got > 0)
		runs_elsewhere(measured, got);
	return got < 0 ? got : 0;
}

int measured_open_kept_ok(unsigned long addr, unsigned int nr)
{
	struct measured *measured = kzalloc(sizeof(*measured), GFP_KERNEL);
	int got;

	if (!measured)
		return -ENOMEM;
	measured->npages = nr;
	got = measured_fill(measured, addr);
	if (got > 0)
		runs_kept(measured, got);
	return got < 0 ? got : 0;
}

/* Pages copied into an object go where the object goes. */
struct copied_batch {
	struct list_head link;
	int nr;
	struct page *pages[32];
};

int copied_batch_add_ok(struct list_head *batches, unsigned long addr, unsigned long nr)
{
	struct page *pages[32];
	struct copied_batch *batch;
	int got = pin_user_pages_fast(addr, min(nr, 32UL), 0, pages);

	if (got <= 0)
		return -EFAULT;
	batch = kzalloc(sizeof(*batch), GFP_KERNEL);
	if (!batch) {
		unpin_user_pages(pages, got);
		return -ENOMEM;
	}
	batch->nr = got;
	memcpy(batch->pages, pages, got * sizeof(*pages));
	list_add_tail(&batch->link, batches);
	return 0;
}
