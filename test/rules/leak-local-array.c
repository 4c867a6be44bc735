/* A local array that is filled turn by turn: who was given it keeps the pages of that turn, and none that came later. */

int loses_a_turn(struct queue *queue, struct iov_iter *from)
{
	struct page *batch[8], **pages = batch;
	ssize_t bytes;
	size_t offset;
	int err, nr;

	while (iov_iter_count(from)) {
		bytes = iov_iter_extract_pages(from, &pages, SIZE_MAX, 8, 0, &offset);
		if (bytes <= 0)
			return -EFAULT;
		nr = DIV_ROUND_UP(offset + bytes, PAGE_SIZE);
		err = queue_pages(queue, pages, nr);
		if (err < 0)
			return err;
//                      ^^^^^^^^^^^ page-leak: `pages` (pins or nothing, depending on the iterator from iov_iter_extract_pages()) are lost at this exit: other exits release them, this one does not
		if (iov_iter_extract_will_pin(from))
			unpin_user_pages(pages, nr);
	}
	return 0;
}

int loses_no_turn(struct queue *queue, struct iov_iter *from)
{
	struct page *batch[8], **pages = batch;
	ssize_t bytes;
	size_t offset;
	int err = 0, nr;

	while (!err && iov_iter_count(from)) {
		bytes = iov_iter_extract_pages(from, &pages, SIZE_MAX, 8, 0, &offset);
		if (bytes <= 0)
			return -EFAULT;
		nr = DIV_ROUND_UP(offset + bytes, PAGE_SIZE);
		err = queue_pages(queue, pages, nr);
		if (iov_iter_extract_will_pin(from))
			unpin_user_pages(pages, nr);
	}
	return err;
}

/* The queue has the pages of each turn. */
int gives_all_turns(struct queue *queue, unsigned long start, int nr)
{
	struct page *page;
	int i, err;

	for (i = 0; i < nr; i++) {
		if (pin_user_pages_fast(start + i * PAGE_SIZE, 1, 0, &page) != 1)
			return -EFAULT;
		err = queue_pages(queue, &page, 1);
		if (err < 0) {
			unpin_user_page(page);
			return err;
		}
	}
	return 0;
}
