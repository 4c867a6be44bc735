// expected: page-leak at `goto free;`

struct outer {
	struct list_head link;
	int nr;
	struct {
		struct page *pages[32];
	} held;
};

struct outer_owner {
	struct outer *outer;
};

static int outer_freed_bad(struct list_head *list, unsigned long addr)
{
	struct outer *outer = kzalloc(sizeof(*outer), GFP_KERNEL);
	int err;

	if (!outer)
		return -ENOMEM;
	outer->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, outer->held.pages);
	if (outer->nr <= 0) {
		err = -EFAULT;
		goto free;
	}
	err = start_device();
	if (err)
		goto free;
	list_add_tail(&outer->link, list);
	return 0;

free:
	kfree(outer);
	return err;
}
