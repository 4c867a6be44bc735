/* What releases the pages asks the object first, of which the function that took them knows nothing. */

struct window {
	struct page **slots;
	unsigned long start;
	unsigned long nr;
	int type;
	int busy;
};

static void put_window_pages(struct window *window, unsigned long from, unsigned long nr)
{
	if (window->type == WINDOW_PINNED)
		unpin_user_pages(window->slots + from, nr);
	memset(window->slots + from, 0, nr * sizeof(struct page *));
}

int pin_window_ok(struct window *window)
{
	unsigned long done, nr;
	int got;

	for (done = 0; done < window->nr; done += got) {
		nr = min(window->nr - done, 256);
		got = pin_user_pages_fast(window->start + done * PAGE_SIZE, nr, FOLL_LONGTERM, window->slots + done);
		if (got != nr)
			goto unwind;
	}
	return 0;
unwind:
	if (got > 0)
		done += got;
	put_window_pages(window, 0, done);
	return got < 0 ? got : -ENOMEM;
}

static void put_unless_busy(struct window *window, struct page **pages, int nr)
{
	if (!window->busy)
		unpin_user_pages(pages, nr);
}

int set_before_bad(struct window *window, unsigned long addr)
{
	struct page *pages[8];
	int got = pin_user_pages_fast(addr, 8, 0, pages);
//                ^^^^^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()): no path of this function releases them or hands them on

	if (got < 0)
		return got;
	window->busy = 1;
	put_unless_busy(window, pages, got);
	return 0;
}

int asked_here_bad(struct window *window, unsigned long addr)
{
	struct page *pages[8];
	int got = pin_user_pages_fast(addr, 8, 0, pages);

	if (got < 0)
		return got;
	if (window->type == WINDOW_DEAD)
		return -ENODEV;
//              ^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_pages(pages, got);
	return 0;
}

/* Addresses of pages lie in slots of an object, and a helper goes through them again. */

struct fields {
	unsigned nr;
	struct {
		unsigned offset;
		int type;
	} at[8];
};

static void put_address(void *address)
{
	if (address)
		unpin_user_page(virt_to_page(address));
}

static void put_fields(struct fields *fields, int nr, void *object)
{
	int i;

	for (i = 0; i < nr; i++) {
		void **slot;

		if (fields->at[i].type != FIELD_OF_USER)
			continue;
		slot = object + fields->at[i].offset;
		put_address(*slot);
	}
}

int pin_fields_ok(struct fields *fields, void *object)
{
	struct page *page;
	int i, err = 0;

	for (i = 0; i < fields->nr; i++) {
		unsigned long start;
		void **slot;

		if (fields->at[i].type != FIELD_OF_USER)
			continue;
		slot = object + fields->at[i].offset;
		start = *(unsigned long *)slot;
		if (!start)
			continue;
		if (start > TASK_SIZE) {
			err = -EFAULT;
			goto unwind;
		}
		err = pin_user_pages_fast(start, 1, FOLL_LONGTERM, &page);
		if (err != 1)
			goto unwind;
		*slot = page_address(page) + offset_in_page(start);
	}
	return 0;
unwind:
	put_fields(fields, i, object);
	return err;
}

/* The one page of a caller, released through the address of another variable. */

static int pin_exactly(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, 0, pages);

	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return -ENOMEM;
	}
	return 0;
}

static struct page *pin_one(unsigned long addr)
{
	struct page *page;
	int err = pin_exactly(addr, 1, &page);

	return err ? ERR_PTR(err) : page;
}

static void unpin_one(struct page *page)
{
	unpin_user_pages(&page, 1);
}

static int send_one_ok(struct device *device, unsigned long addr)
{
	struct command command = {};
	struct page *page = pin_one(addr);
	void *header;
	int err = -ENOMEM;

	if (IS_ERR(page))
		return PTR_ERR(page);
	header = kzalloc(64, GFP_KERNEL);
	if (!header)
		goto unpin;
	command.address = page_to_phys(page);
	command.address |= 1ULL << 51;
	err = run_command(device, &command);
	kfree(header);
unpin:
	unpin_one(page);
	return err;
}

static struct page *pin_directly(unsigned long addr)
{
	struct page *page;
	int got = pin_user_pages_fast(addr, 1, 0, &page);

	return got == 1 ? page : ERR_PTR(-EFAULT);
}

static int send_one_bad(struct device *device, unsigned long addr)
{
	struct page *page = pin_directly(addr);
	void *header;

	if (IS_ERR(page))
		return PTR_ERR(page);
	header = kzalloc(64, GFP_KERNEL);
	if (!header)
		return -ENOMEM;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	kfree(header);
	unpin_one(page);
	return 0;
}

int send(struct device *device, struct request *request)
{
	int err;

	switch (request->id) {
	case 1:
		err = send_one_ok(device, request->addr);
		break;
	case 2:
		err = send_one_bad(device, request->addr);
		break;
	default:
		return -EINVAL;
	}
	return err;
}

/* A test ends where what it asserts does not hold. */

void *mapped_in_a_test(struct kunit *test, unsigned nr)
{
	struct page **pages = kzalloc_objs(struct page *, nr);
	void *address;
	int got;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pages);
	got = pin_user_pages_fast(0, nr, 0, pages);
	KUNIT_ASSERT_GT(test, got, 0);
	if (got != nr) {
		unpin_user_pages(pages, got);
		kfree(pages);
		KUNIT_ASSERT_EQ(test, got, nr);
	}
	address = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	if (!address) {
		unpin_user_pages(pages, got);
		kfree(pages);
	}
	KUNIT_ASSERT_NOT_NULL(test, address);
	unpin_user_pages(pages, got);
	kfree(pages);
	return address;
}

void *expected_in_a_test(struct kunit *test, unsigned nr)
{
	struct page **pages = kzalloc_objs(struct page *, nr);
	int got;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	got = pin_user_pages_fast(0, nr, 0, pages);
	KUNIT_ASSERT_GT(test, got, 0);
	unpin_user_pages(pages, got);
	KUNIT_EXPECT_EQ(test, got, nr);
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ double-release: `pages` (pins from pin_user_pages_fast()) was released before by unpin_user_pages() in line 251; unpin_user_pages() drops a hold that is no longer there
	kfree(pages);
	return NULL;
}
