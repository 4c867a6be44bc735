// era: extract-mode
/* What iov_iter_extract_mode() answers is FOLL_PIN, FOLL_GET or 0, whatever their numbers are. */

static void is_one_bad(struct iov_iter *iter, struct page *page)
{
	unsigned int mode = iov_iter_extract_mode(iter, 0);

	if (mode == 1)
//          ^^^^^^^^^ gup-flags: `mode` is FOLL_PIN, FOLL_GET or 0, and is compared with 1: name the flag
		unpin_user_page(page);
}

static void is_two_bad(struct iov_iter *iter, struct page *page)
{
	if (iov_iter_extract_mode(iter, 0) != 2)
//          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ gup-flags: `iov_iter_extract_mode(iter, 0)` is FOLL_PIN, FOLL_GET or 0, and is compared with 2: name the flag
		return;
	unpin_user_page(page);
}

static void is_true_bad(struct iov_iter *iter, struct page *page)
{
	unsigned int mode = iov_iter_extract_mode(iter, 0);

	if (mode == true)
//          ^^^^^^^^^^^^ gup-flags: `mode` is FOLL_PIN, FOLL_GET or 0, and is compared with true: name the flag
		unpin_user_page(page);
}

static void is_named_ok(struct iov_iter *iter, struct page *page)
{
	unsigned int mode = iov_iter_extract_mode(iter, 0);

	if (mode == FOLL_PIN)
		unpin_user_page(page);
	else if (mode & FOLL_GET)
		put_page(page);
}

static void is_any_ok(struct iov_iter *iter, struct page *page)
{
	unsigned int mode = iov_iter_extract_mode(iter, 0);

	if (mode != 0)
		page_put_unpin(page, mode);
}
