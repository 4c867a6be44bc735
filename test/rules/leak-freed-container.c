/* Pages that were put into memory of the function's own: who frees that lets go of them. */

ssize_t frees_the_entries_only(struct iov_iter *from, struct bio_vec **entries, int room)
{
	struct page *batch[16];
	struct bio_vec *vec;
	ssize_t bytes;
	size_t offset;
	int i, nr = 0;

	vec = kvmalloc_array(room, sizeof(*vec), GFP_KERNEL);
	if (!vec)
		return -ENOMEM;
	while (nr < room) {
		bytes = iov_iter_get_pages2(from, batch, SIZE_MAX, 16, &offset);
		if (bytes <= 0) {
			kvfree(vec);
			return -EFAULT;
//                      ^^^^^^^^^^^^^^^ page-leak: `batch` (references from iov_iter_get_pages2()) are lost at this exit: other exits release them, this one does not
		}
		for (i = 0; bytes > 0; i++) {
			size_t part = min_t(size_t, bytes, PAGE_SIZE - offset);

			bvec_set_page(vec + nr++, batch[i], part, offset);
			bytes -= part;
			offset = 0;
		}
	}
	*entries = vec;
	return nr;
}

ssize_t releases_by_the_entries(struct iov_iter *from, struct bio_vec **entries, int room)
{
	struct page *batch[16];
	struct bio_vec *vec;
	ssize_t bytes;
	size_t offset;
	int i, nr = 0;

	vec = kvmalloc_array(room, sizeof(*vec), GFP_KERNEL);
	if (!vec)
		return -ENOMEM;
	while (nr < room) {
		bytes = iov_iter_get_pages2(from, batch, SIZE_MAX, 16, &offset);
		if (bytes <= 0) {
			for (i = 0; i < nr; i++)
				put_page(vec[i].bv_page);
			kvfree(vec);
			return -EFAULT;
		}
		for (i = 0; bytes > 0; i++) {
			size_t part = min_t(size_t, bytes, PAGE_SIZE - offset);

			bvec_set_page(vec + nr++, batch[i], part, offset);
			bytes -= part;
			offset = 0;
		}
	}
	*entries = vec;
	return nr;
}

int writes_one(struct file *file, unsigned long start)
{
	struct bio_vec *vec;
	struct iov_iter iter;
	struct page *page;
	int err = -EFAULT;

	vec = kmalloc_array(1, sizeof(*vec), GFP_KERNEL);
	if (!vec)
		return -ENOMEM;
	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
//          ^^^^^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()): no path of this function releases them or hands them on
		goto free;
	bvec_set_page(vec, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_SOURCE, vec, 1, PAGE_SIZE);
	err = vfs_iter_write(file, &iter, 0, 0);
free:
	kfree(vec);
	return err;
}

int writes_one_and_releases(struct file *file, unsigned long start)
{
	struct bio_vec *vec;
	struct iov_iter iter;
	struct page *page;
	int err = -EFAULT;

	vec = kmalloc_array(1, sizeof(*vec), GFP_KERNEL);
	if (!vec)
		return -ENOMEM;
	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		goto free;
	bvec_set_page(vec, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_SOURCE, vec, 1, PAGE_SIZE);
	err = vfs_iter_write(file, &iter, 0, 0);
	unpin_user_page(vec->bv_page);
free:
	kfree(vec);
	return err;
}

/* Somebody else frees the entries, and releases what they name. */
int gives_the_entries_away(struct queue *queue, unsigned long start)
{
	struct bio_vec *vec;
	struct page *page;

	vec = kmalloc_array(1, sizeof(*vec), GFP_KERNEL);
	if (!vec)
		return -ENOMEM;
	if (pin_user_pages_fast(start, 1, 0, &page) != 1) {
		kfree(vec);
		return -EFAULT;
	}
	bvec_set_page(vec, page, PAGE_SIZE, 0);
	end_with(queue, vec, 1);
	return 0;
}
