/* One member serves two kinds of objects, told apart by their tables of operations: each frees its own array. */

struct object;

struct object_ops {
	int (*get_pages)(struct object *object);
	void (*release)(struct object *object);
};

struct object {
	const struct object_ops *ops;
	unsigned long addr;
	int nr;
	struct page **pages;
};

static int own_get_pages(struct object *object)
{
	struct page **pages = drm_gem_get_pages(object);

	if (IS_ERR(pages))
		return PTR_ERR(pages);
	object->pages = pages;
	return 0;
}

static void own_release_ok(struct object *object)
{
	drm_gem_put_pages(object, object->pages, true, false);
	kfree(object);
}

static const struct object_ops own_ops = {
	.get_pages = own_get_pages,
	.release = own_release_ok,
};

static int user_get_pages(struct object *object)
{
	struct page **pages = kvmalloc_array(object->nr, sizeof(struct page *), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(object->addr, object->nr, 0, pages);
	if (got != object->nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return -EFAULT;
	}
	object->pages = pages;
	return 0;
}

static void user_release_bad(struct object *object)
{
	unpin_user_pages(object->pages, object->nr);
//      ^^^^^^^^^^^^^^^^ page-array-leak (warning): the page array `pages` is kept from kvmalloc_array() on, its pages are released here, and no function in view frees it: kvfree() it
	kfree(object);
}

static const struct object_ops user_ops = {
	.get_pages = user_get_pages,
	.release = user_release_bad,
};
