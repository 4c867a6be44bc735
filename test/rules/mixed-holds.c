/* Pages with different holds in one container. */

static int one_bio_bad(struct bio *bio, unsigned long header, unsigned long data)
{
	struct page *first, *second;

	if (get_user_pages_fast(header, 1, 0, &first) != 1)
		return -EFAULT;
	__bio_add_page(bio, first, PAGE_SIZE, 0);
	if (pin_user_pages_fast(data, 1, 0, &second) != 1)
		return -EFAULT;
	__bio_add_page(bio, second, PAGE_SIZE, 0);
//      ^^^^^^^^^^^^^^ mixed-holds: `second` with pins joins pages with references in `bio`: no one release is right for both
	return 0;
}

static int two_bios_ok(struct bio *head, struct bio *body, unsigned long header, unsigned long data)
{
	struct page *first, *second;

	if (get_user_pages_fast(header, 1, 0, &first) != 1)
		return -EFAULT;
	__bio_add_page(head, first, PAGE_SIZE, 0);
	if (pin_user_pages_fast(data, 1, 0, &second) != 1)
		return -EFAULT;
	__bio_add_page(body, second, PAGE_SIZE, 0);
	return 0;
}

static int pins_beside_pins_ok(struct bio *bio, unsigned long header, unsigned long data)
{
	struct page *first, *second;

	if (pin_user_pages_fast(header, 1, 0, &first) != 1)
		return -EFAULT;
	__bio_add_page(bio, first, PAGE_SIZE, 0);
	if (pin_user_pages_fast(data, 1, 0, &second) != 1)
		return -EFAULT;
	__bio_add_page(bio, second, PAGE_SIZE, 0);
	return 0;
}

static int listed_beside_pinned_bad(struct bio *bio, struct bio_vec *bv, size_t len, unsigned long data)
{
	struct page *first, *second, **pages = &first;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_bvec(&iter, ITER_SOURCE, bv, 1, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	__bio_add_page(bio, first, got, offset);
	if (pin_user_pages_fast(data, 1, 0, &second) != 1)
		return -EFAULT;
	__bio_add_page(bio, second, PAGE_SIZE, 0);
//      ^^^^^^^^^^^^^^ mixed-holds: `second` with pins joins pages with no hold of their own in `bio`: no one release is right for both
	return 0;
}

static int scatterlist_bad(struct scatterlist *sgl, unsigned long header, unsigned long data, int n)
{
	struct page *first, *pages[16];
	int got, i;

	if (get_user_pages_fast(header, 1, FOLL_WRITE, &first) != 1)
		return -EFAULT;
	sg_set_page(sgl, first, PAGE_SIZE, 0);
	got = pin_user_pages_fast(data, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		sg_set_page(&sgl[i + 1], pages[i], PAGE_SIZE, 0);
//              ^^^^^^^^^^^ mixed-holds: `pages[i]` with pins joins pages with references in `sgl[i + 1]`: no one release is right for both
	return 0;
}

static int scatterlist_of_two_ok(unsigned long header, unsigned long data)
{
	struct page *first, *second;
	struct scatterlist sgl[2];
	int ret;

	if (get_user_pages_fast(header, 1, 0, &first) != 1)
		return -EFAULT;
	if (pin_user_pages_fast(data, 1, 0, &second) != 1) {
		put_page(first);
		return -EFAULT;
	}
	sg_init_table(sgl, 2);
	sg_set_page(&sgl[0], first, PAGE_SIZE, 0);
	sg_set_page(&sgl[1], second, PAGE_SIZE, 0);
	ret = digest(sgl);
	put_page(first);
	unpin_user_page(second);
	return ret;
}

static int vectors_bad(struct bio_vec *bv, unsigned long header, unsigned long data, int at)
{
	struct page *first, *second;

	if (get_user_pages_fast(header, 1, 0, &first) != 1)
		return -EFAULT;
	bvec_set_page(bv, first, PAGE_SIZE, 0);
	if (pin_user_pages_fast(data, 1, 0, &second) != 1)
		return -EFAULT;
	bvec_set_page(bv + at, second, PAGE_SIZE, 0);
//      ^^^^^^^^^^^^^ mixed-holds: `second` with pins joins pages with references in `bv + at`: no one release is right for both
	return 0;
}

static int one_array_bad(unsigned long header, unsigned long data, struct page **pages, int nr)
{
	int first, second;

	first = get_user_pages_fast(header, nr, 0, pages);
	if (first <= 0)
		return -EFAULT;
	second = pin_user_pages_fast(data, nr, 0, pages + first);
//               ^^^^^^^^^^^^^^^^^^^ mixed-holds: the pages of pin_user_pages_fast() with pins joins pages with references in `pages`: no one release is right for both
	if (second <= 0) {
		release_pages(pages, first);
		return -EFAULT;
	}
	return first + second;
}

static int one_array_alike_ok(unsigned long header, unsigned long data, struct page **pages, int nr)
{
	int first, second;

	first = pin_user_pages_fast(header, nr, 0, pages);
	if (first <= 0)
		return -EFAULT;
	second = pin_user_pages_fast(data, nr, 0, pages + first);
	if (second <= 0) {
		unpin_user_pages(pages, first);
		return -EFAULT;
	}
	return first + second;
}

static int two_known_slots_ok(unsigned long header, unsigned long data)
{
	struct page *pages[2];

	if (get_user_pages_fast(header, 1, 0, &pages[0]) != 1)
		return -EFAULT;
	if (pin_user_pages_fast(data, 1, 0, &pages[1]) != 1) {
		put_page(pages[0]);
		return -EFAULT;
	}
	copy_between(pages);
	unpin_user_page(pages[1]);
	put_page(pages[0]);
	return 0;
}

static int array_used_again_ok(unsigned long header, unsigned long data, struct page **pages, int at)
{
	if (get_user_pages_fast(header, 1, 0, pages) != 1)
		return -EFAULT;
	put_page(pages[0]);
	if (pin_user_pages_fast(data, 1, 0, pages + at) != 1)
		return -EFAULT;
	unpin_user_page(pages[at]);
	return 0;
}

static long one_way_in_every_turn_ok(unsigned long addr, unsigned long nr, struct page **pages, int cmd)
{
	unsigned long i = 0;
	long got;

	while (i < nr) {
		switch (cmd) {
		case HOLD_REFERENCE:
			got = get_user_pages_fast(addr, nr - i, 0, pages + i);
			break;
		case HOLD_PIN:
			got = pin_user_pages_fast(addr, nr - i, 0, pages + i);
			break;
		default:
			return -EINVAL;
		}
		if (got <= 0)
			break;
		i += got;
	}
	return i;
}
