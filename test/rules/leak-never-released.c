/* Pages that stay in an object, where the only function that takes the object apart forgets them. */

struct buffer {
	struct list_head list;
	struct page **pages;
	struct sg_table *sgt;
	int nr;
};

static int buffer_add(struct list_head *buffers, unsigned long addr, int nr)
{
	struct buffer *buffer;
	int got, err;

	buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	buffer->pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	if (!buffer->pages) {
		err = -ENOMEM;
		goto free_buffer;
	}
	got = pin_user_pages_fast(addr, nr, 0, buffer->pages);
	if (got != nr) {
		if (got < 0) {
			err = got;
			goto free_pages;
		}
		nr = got;
		err = -EFAULT;
		goto unpin;
	}
	buffer->nr = nr;
	buffer->sgt = kzalloc(sizeof(*buffer->sgt), GFP_KERNEL);
	if (!buffer->sgt) {
		err = -ENOMEM;
		goto unpin;
	}
	err = sg_alloc_table_from_pages(buffer->sgt, buffer->pages, nr, 0, nr << PAGE_SHIFT, GFP_KERNEL);
	if (err)
		goto free_table;
	list_add_tail(&buffer->list, buffers);
	return 0;

free_table:
	kfree(buffer->sgt);
unpin:
	unpin_user_pages(buffer->pages, nr);
free_pages:
	kvfree(buffer->pages);
free_buffer:
	kfree(buffer);
	return err;
}

static void buffer_remove_bad(struct buffer *buffer)
{
	list_del(&buffer->list);
	kvfree(buffer->pages);
//      ^^^^^^ page-leak (warning): `pages` (pins from pin_user_pages_fast()) go with the object that leads to them: buffer_remove_bad() ends what they were taken for, and does not release them here
	sg_free_table(buffer->sgt);
	kfree(buffer->sgt);
	kfree(buffer);
}
