/* A count that is left as it was by a release, of an object that is filled again. */

/* The count goes on from what it was. */
struct basket {
	struct page *pages[16];
	unsigned int nr;
	unsigned int rounds;
};

static int basket_add(struct basket *basket, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	basket->pages[basket->nr++] = page;
	return 0;
}

static void basket_empty_bad(struct basket *basket)
{
	unpin_user_pages(basket->pages, basket->nr);
//      ^^^^^^^^^^^^^^^^ double-release (warning): unpin_user_pages() drops as many of `basket->pages` as `nr` says, which stays as it is: baskets_send() goes on to fill the object again, and the next release drops these pages once more
	basket->rounds++;
}

static void basket_send(struct basket *basket)
{
	send_pages(basket->pages, basket->nr);
	basket_empty_bad(basket);
}

int baskets_send(struct basket *basket, unsigned long addr, int nr)
{
	while (nr--) {
		if (basket->nr == 16)
			basket_send(basket);
		if (basket_add(basket, addr))
			break;
		addr += PAGE_SIZE;
	}
	return 0;
}

struct trolley {
	struct page *pages[16];
	unsigned int nr;
};

static int trolley_add(struct trolley *trolley, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	trolley->pages[trolley->nr++] = page;
	return 0;
}

static void trolley_empty_ok(struct trolley *trolley)
{
	unpin_user_pages(trolley->pages, trolley->nr);
	trolley->nr = 0;
}

int trolleys_send(struct trolley *trolley, unsigned long addr, int nr)
{
	while (nr--) {
		if (trolley->nr == 16)
			trolley_empty_ok(trolley);
		if (trolley_add(trolley, addr))
			break;
		addr += PAGE_SIZE;
	}
	return 0;
}

/* The count is asked for, and filling may fail before it is set. */
struct frame {
	struct page **pages;
	unsigned long nr;
};

struct view {
	struct frame frame;
	unsigned long addr;
};

static int view_fill(struct view *view)
{
	struct frame *frame = &view->frame;
	long got = pin_user_pages_fast(view->addr, 64, 0, frame->pages);

	if (got <= 0)
		return -EFAULT;
	frame->nr = got;
	return 0;
}

static void view_empty_bad(struct view *view)
{
	struct frame *frame = &view->frame;

	if (frame->nr)
		unpin_user_pages(frame->pages, frame->nr);
//              ^^^^^^^^^^^^^^^^ double-release (warning): unpin_user_pages() drops as many of `frame->pages` as `nr` says, which stays as it is: view_advance() goes on to fill the object again, and the next release drops these pages once more
}

int view_advance(struct view *view, unsigned long bytes)
{
	view->addr += bytes;
	view_empty_bad(view);
	return view_fill(view);
}

void view_free(struct view *view)
{
	view_empty_bad(view);
	kfree(view);
}

/* A mark of its own says whether there are pages. */
struct screen {
	struct page **pages;
	unsigned long nr;
	bool is_filled;
	unsigned long addr;
};

static int screen_fill(struct screen *screen)
{
	long got = pin_user_pages_fast(screen->addr, 64, 0, screen->pages);

	if (got <= 0)
		return -EFAULT;
	screen->nr = got;
	screen->is_filled = true;
	return 0;
}

static void screen_empty_ok(struct screen *screen)
{
	if (screen->nr && screen->is_filled) {
		unpin_user_pages(screen->pages, screen->nr);
		screen->is_filled = false;
	}
}

int screen_advance(struct screen *screen, unsigned long bytes)
{
	screen->addr += bytes;
	screen_empty_ok(screen);
	return screen_fill(screen);
}

void screen_free(struct screen *screen)
{
	screen_empty_ok(screen);
	kfree(screen);
}

/* Emptied once, at the end. */
struct poster {
	struct page **pages;
	unsigned long nr;
};

static int poster_fill(struct poster *poster, unsigned long addr)
{
	long got = pin_user_pages_fast(addr, 64, 0, poster->pages);

	if (got <= 0)
		return -EFAULT;
	poster->nr = got;
	return 0;
}

static void poster_empty_ok(struct poster *poster)
{
	if (poster->nr)
		unpin_user_pages(poster->pages, poster->nr);
}

struct poster *poster_new(unsigned long addr)
{
	struct poster *poster = kzalloc(sizeof(*poster), GFP_KERNEL);

	if (!poster)
		return NULL;
	if (poster_fill(poster, addr) || poster_hang(poster)) {
		poster_empty_ok(poster);
		kfree(poster);
		return NULL;
	}
	return poster;
}

void poster_free(struct poster *poster)
{
	poster_empty_ok(poster);
	kfree(poster);
}
