/* Who drops the hold after success. The mark behind each call is `releasedWhere: releasing calls by line of this file`. */

struct region {
	struct page **pages;
	int nr;
	struct kref ref;
	struct work_struct work;
};

struct batch {
	struct page **pages;
	int nr;
};

struct shared {
	struct page *page;
};

struct slot {
	unsigned long address;
};

static int read_word(unsigned long addr, int *word)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1) /* same-function: put_page */
		return -EFAULT;
	*word = peek(page);
	put_page(page);
	return 0;
}

static void drop_all(struct page **pages, int nr)
{
	unpin_user_pages(pages, nr);
}

int write_words(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages); /* callee: unpin_user_pages */

	if (got <= 0)
		return -EFAULT;
	poke(pages, got);
	drop_all(pages, got);
	return 0;
}

/* Not static: whoever calls it owns what it put into the caller's array. */
int fill_array(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages); /* caller: */
}

struct page *one_page(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1) /* caller: */
		return NULL;
	return page;
}

/* The caller gives the array and is in view: it drops the pages itself. */
static int fill_for_caller(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages); /* caller: unpin_user_pages */
}

int use_filled(struct batch *batch, unsigned long addr)
{
	int got = fill_for_caller(addr, batch->nr, batch->pages);

	if (got <= 0)
		return -EFAULT;
	poke(batch->pages, got);
	unpin_user_pages(batch->pages, got);
	return 0;
}

/* The caller gives a member of its object and keeps it: another function drops the page. */
static int pin_into(unsigned long addr, struct page **slot)
{
	return pin_user_pages_fast(addr, 1, FOLL_WRITE, slot) == 1 ? 0 : -EFAULT; /* other-function: unpin_user_page */
}

int shared_open(struct shared *shared, unsigned long addr)
{
	return pin_into(addr, &shared->page);
}

void shared_close(struct shared *shared)
{
	unpin_user_page(shared->page);
}

/* Only the address is kept: who gets it back from there is another function. */
int slot_open(struct slot *slot, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1) /* other-function: unpin_user_page */
		return -EFAULT;
	slot->address = page_to_phys(page);
	return 0;
}

void slot_close(struct slot *slot)
{
	unpin_user_page(phys_to_page(slot->address));
}

static void region_release(struct kref *ref)
{
	struct region *region = container_of(ref, struct region, ref);

	unpin_user_pages(region->pages, region->nr);
	kfree(region);
}

int region_create(struct region *region, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, region->pages); /* completion: unpin_user_pages unpin_user_pages */

	if (got < nr) {
		if (got > 0)
			unpin_user_pages(region->pages, got);
		return -EFAULT;
	}
	region->nr = got;
	return 0;
}

void region_put(struct region *region)
{
	kref_put(&region->ref, region_release);
}

/* What is called at will is no completion because the last reference calls it too. */
struct window {
	struct page *page;
	struct kref ref;
};

int window_open(struct window *window, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1) /* other-function: put_page */
		return -EFAULT;
	window->page = page;
	return 0;
}

static void window_shut(struct window *window)
{
	if (window->page)
		put_page(window->page);
	window->page = NULL;
}

long window_command(struct window *window, unsigned long addr)
{
	if (addr)
		return window_open(window, addr);
	window_shut(window);
	return 0;
}

static void window_release(struct kref *ref)
{
	struct window *window = container_of(ref, struct window, ref);

	window_shut(window);
	kfree(window);
}

void window_put(struct window *window)
{
	kref_put(&window->ref, window_release);
}

/* The last reference gives back what was allocated: another function drops what was pinned into the same list. */
struct tape {
	struct page **list;
	struct page **mapped;
	struct kref ref;
};

int tape_map(struct tape *tape, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, tape->mapped); /* other-function: unpin_user_pages __free_page */

	if (got < 0)
		return got;
	tape->list = tape->mapped;
	return 0;
}

void tape_unmap(struct tape *tape, int nr)
{
	unpin_user_pages(tape->mapped, nr);
}

static void tape_release(struct kref *ref)
{
	struct tape *tape = container_of(ref, struct tape, ref);

	__free_page(tape->list[0]);
	kfree(tape);
}

void tape_put(struct tape *tape)
{
	kref_put(&tape->ref, tape_release);
}

static void read_done(struct bio *bio)
{
	bio_release_pages(bio, true);
	bio_put(bio);
}

int read_later(struct bio *bio, struct iov_iter *iter)
{
	int err;

	bio->bi_end_io = read_done;
	err = bio_iov_iter_get_pages(bio, iter); /* completion: bio_release_pages bio_release_pages */
	if (err) {
		bio_release_pages(bio, false);
		return err;
	}
	submit_bio(bio);
	return 0;
}

int read_now(struct iov_iter *iter)
{
	struct bio bio;
	int err = bio_iov_iter_get_pages(&bio, iter); /* same-function: bio_release_pages */

	if (err)
		return err;
	err = submit_bio_wait(&bio);
	bio_release_pages(&bio, true);
	return err;
}

/* The callback comes by a local. */
int read_maybe_later(struct bio *bio, struct iov_iter *iter, bool wait)
{
	int err = bio_iov_iter_get_pages(bio, iter); /* completion: bio_release_pages */

	if (err)
		return err;
	bio->bi_end_io = wait ? NULL : read_done;
	submit_bio(bio);
	return 0;
}

/* Nobody is given a page. */
int fault_in(unsigned long addr)
{
	return get_user_pages_unlocked(addr, 1, NULL, FOLL_WRITE); /* caller: */
}
