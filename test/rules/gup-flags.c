/* Flags that get_user_pages*() and pin_user_pages*() refuse, and flags that are no flags. */

static int get_with_pin_bad(unsigned long addr, int nr, struct page **pages)
{
	return get_user_pages_fast(addr, nr, FOLL_PIN, pages);
//                                           ^^^^^^^^ gup-flags: get_user_pages_fast() refuses FOLL_PIN, which only pin_user_pages*() sets: to pin, call the function of that name
}

static int pin_with_get_bad(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_GET, pages);
//                                                        ^^^^^^^^ gup-flags: pin_user_pages_fast() pins, and FOLL_GET and FOLL_PIN exclude each other: the call fails
}

static int pin_with_get_first_bad(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr,
				   FOLL_GET | FOLL_WRITE, pages);
//                                 ^^^^^^^^ gup-flags: pin_user_pages_fast() pins, and FOLL_GET and FOLL_PIN exclude each other: the call fails
}

static long pin_with_get_alone_bad(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages(addr, nr, FOLL_GET, pages);
//                                      ^^^^^^^^ gup-flags: pin_user_pages() pins, and FOLL_GET and FOLL_PIN exclude each other: the call fails
}

static long pin_with_pin_bad(struct mm_struct *mm, unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_remote(mm, addr, nr, FOLL_WRITE | FOLL_PIN, pages, NULL);
//                                                              ^^^^^^^^ gup-flags: pin_user_pages_remote() sets FOLL_PIN itself and refuses it from its callers
}

static long unlocked_array_before_flags_bad(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_unlocked(addr, nr, pages, FOLL_GET);
//                                                      ^^^^^^^^ gup-flags: pin_user_pages_unlocked() pins, and FOLL_GET and FOLL_PIN exclude each other: the call fails
}

static long unlocked_get_is_right(unsigned long addr, int nr, struct page **pages)
{
	return get_user_pages_unlocked(addr, nr, pages, FOLL_GET | FOLL_WRITE);
}

static int get_longterm_bad(unsigned long addr, int nr, struct page **pages)
{
	return get_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
//                                                        ^^^^^^^^^^^^^ gup-flags: get_user_pages_fast() refuses FOLL_LONGTERM, which is for pins: use pin_user_pages*()
}

static int pin_longterm_ok(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
}

static int in_an_arm_bad(unsigned long addr, int nr, struct page **pages, int write)
{
	return pin_user_pages_fast(addr, nr, write ? FOLL_WRITE | FOLL_GET : 0, pages);
//                                                                ^^^^^^^^ gup-flags: pin_user_pages_fast() pins, and FOLL_GET and FOLL_PIN exclude each other: the call fails
}

static int beside_a_condition_bad(unsigned long addr, int nr, struct page **pages, int write)
{
	return get_user_pages_fast(addr, nr, (write ? FOLL_WRITE : 0) | FOLL_PIN, pages);
//                                                                      ^^^^^^^^ gup-flags: get_user_pages_fast() refuses FOLL_PIN, which only pin_user_pages*() sets: to pin, call the function of that name
}

static int in_a_variable_bad(unsigned long addr, int nr, struct page **pages, int write)
{
	unsigned int gup_flags = FOLL_LONGTERM;

	if (write)
		gup_flags |= FOLL_WRITE;
	if (write)
		return get_user_pages_fast(addr, nr, gup_flags, pages);
//                                                   ^^^^^^^^^ gup-flags: get_user_pages_fast() refuses FOLL_LONGTERM, which is for pins: use pin_user_pages*()
	return get_user_pages_fast(addr, nr, FOLL_FORCE, pages);
}

static int taken_away_again_ok(unsigned long addr, int nr, struct page **pages, unsigned int gup_flags)
{
	gup_flags &= ~(FOLL_LONGTERM | FOLL_PIN);
	return get_user_pages_fast(addr, nr, gup_flags, pages);
}

static int a_variable_for_either_ok(unsigned long addr, int nr, struct page **pages, int keep)
{
	unsigned int gup_flags = FOLL_WRITE;

	if (keep)
		gup_flags |= FOLL_LONGTERM;
	if (keep)
		return pin_user_pages_fast(addr, nr, gup_flags, pages);
	return get_user_pages_fast(addr, nr, gup_flags, pages);
}

static int unknown_to_fast_bad(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_NOWAIT, pages);
//                                                        ^^^^^^^^^^^ gup-flags: pin_user_pages_fast() does not know FOLL_NOWAIT and fails
}

static long known_to_slow_ok(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages(addr, nr, FOLL_WRITE | FOLL_NOWAIT, pages);
}

static int longterm_peer_bad(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_LONGTERM | FOLL_PCI_P2PDMA, pages);
//                                                           ^^^^^^^^^^^^^^^ gup-flags: pin_user_pages_fast() refuses FOLL_PCI_P2PDMA together with FOLL_LONGTERM
}

static int comparison_bad(unsigned long addr, int nr, struct page **pages, int direction)
{
	return get_user_pages_fast(addr, nr, direction == DMA_FROM_DEVICE, pages);
//                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ gup-flags (hint): `direction == DMA_FROM_DEVICE` is a truth value where get_user_pages_fast() takes FOLL_* flags: it only works while FOLL_WRITE is 1
}

static int bool_bad(unsigned long addr, int nr, struct page **pages, bool write)
{
	return get_user_pages_fast(addr, nr, write, pages);
//                                           ^^^^^ gup-flags (hint): `write` is a truth value where get_user_pages_fast() takes FOLL_* flags: it only works while FOLL_WRITE is 1
}

static int twice_negated_bad(unsigned long addr, int nr, struct page **pages, unsigned long access)
{
	return get_user_pages_fast(addr, nr, !!(access & VM_WRITE), pages);
//                                           ^^^^^^^^^^^^^^^^^^^^^ gup-flags (hint): `!!(access & VM_WRITE)` is a truth value where get_user_pages_fast() takes FOLL_* flags: it only works while FOLL_WRITE is 1
}

static int either_bad(unsigned long addr, int nr, struct page **pages, int a, int b)
{
	return get_user_pages_fast(addr, nr, a || b, pages);
//                                           ^^^^^^ gup-flags (hint): `a || b` is a truth value where get_user_pages_fast() takes FOLL_* flags: it only works while FOLL_WRITE is 1
}

static int comparison_in_a_variable_bad(unsigned long addr, int nr, struct page **pages, int direction)
{
	int write = direction == DMA_FROM_DEVICE;

	return get_user_pages_fast(addr, nr, write, pages);
//                                           ^^^^^ gup-flags (hint): `write` is a truth value where get_user_pages_fast() takes FOLL_* flags: it only works while FOLL_WRITE is 1
}

static int condition_ok(unsigned long addr, int nr, struct page **pages, int direction)
{
	return get_user_pages_fast(addr, nr, direction == DMA_FROM_DEVICE ? FOLL_WRITE : 0, pages);
}

static int one_bad(unsigned long addr, int nr, struct page **pages)
{
	return get_user_pages_fast(addr, nr, 1, pages);
//                                           ^ gup-flags (hint): `1` gives get_user_pages_fast() flags by number: the numbers of FOLL_* differ between kernels
}

static int number_in_an_arm_bad(unsigned long addr, int nr, struct page **pages, int write)
{
	return get_user_pages_fast(addr, nr, write ? 0x1 : 0, pages);
//                                           ^^^^^^^^^^^^^^^ gup-flags: `write ? 0x1 : 0` gives get_user_pages_fast() flags by number: the numbers of FOLL_* differ between kernels
}

static int number_among_flags_bad(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | 0x100, pages);
//                                           ^^^^^^^^^^^^^^^^^^ gup-flags: `FOLL_WRITE | 0x100` gives pin_user_pages_fast() flags by number: the numbers of FOLL_* differ between kernels
}

static int none_ok(unsigned long addr, int nr, struct page **pages)
{
	return get_user_pages_fast(addr, nr, 0, pages);
}

static int flags_of_the_caller_ok(unsigned long addr, int nr, struct page **pages, unsigned int gup_flags)
{
	return get_user_pages_fast(addr, nr, gup_flags | FOLL_FORCE, pages);
}

static bool one_page_bad(unsigned long addr, struct page **page)
{
	return get_user_page_fast_only(addr, FOLL_WRITE | FOLL_PIN, page);
//                                                        ^^^^^^^^ gup-flags: get_user_page_fast_only() refuses FOLL_PIN, which only pin_user_pages*() sets: to pin, call the function of that name
}

/* Whoever defines the function belongs to mm/ and passes what callers may not. */
long pin_user_pages_inside(unsigned long addr, unsigned long nr, struct page **pages, unsigned int gup_flags)
{
	return get_user_pages_remote(NULL, addr, nr, gup_flags | FOLL_PIN, pages, NULL);
}

long get_user_pages_remote(struct mm_struct *mm, unsigned long addr, unsigned long nr, unsigned int gup_flags,
			   struct page **pages, int *locked)
{
	return walk_page_tables(mm, addr, nr, gup_flags, pages, locked);
}

static void will_pin_as_mode_bad(struct iov_iter *iter)
{
	if (iov_iter_extract_will_pin(iter) == FOLL_PIN)
//          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ gup-flags: `iov_iter_extract_will_pin(iter)` is true or false, and is compared with FOLL_PIN
		account_pins(iter);
}

static void will_pin_bits_bad(struct iov_iter *iter)
{
	bool pinned = iov_iter_extract_will_pin(iter);

	if (pinned & FOLL_PIN)
//          ^^^^^^^^^^^^^^^^^ gup-flags: `pinned` is true or false, and is compared with FOLL_PIN
		account_pins(iter);
}

static void will_pin_ok(struct iov_iter *iter)
{
	if (iov_iter_extract_will_pin(iter) == true)
		account_pins(iter);
}

static int fill_from_device_bad(struct transfer *transfer, unsigned long addr, int nr)
{
	return pin_user_pages_fast(addr, nr, transfer->direction == DMA_TO_DEVICE ? FOLL_WRITE : 0, transfer->pages);
//                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ gup-flags: FOLL_WRITE is given to pin_user_pages_fast() where the device only reads (DMA_TO_DEVICE), and not where it writes
}

static int fill_from_device_ok(struct transfer *transfer, unsigned long addr, int nr)
{
	return pin_user_pages_fast(addr, nr, transfer->direction == DMA_FROM_DEVICE ? FOLL_WRITE : 0, transfer->pages);
}

static int flags_by_direction_bad(struct transfer *transfer, unsigned long addr, int nr)
{
	unsigned int flags = FOLL_LONGTERM;

	if (transfer->direction != DMA_FROM_DEVICE)
//          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ gup-flags: FOLL_WRITE is given to pin_user_pages_fast() except where the device writes (DMA_FROM_DEVICE)
		flags |= FOLL_WRITE;
	return pin_user_pages_fast(addr, nr, flags, transfer->pages);
}

static int flags_by_direction_ok(struct transfer *transfer, unsigned long addr, int nr)
{
	unsigned int flags = transfer->direction != DMA_TO_DEVICE ? FOLL_WRITE : 0;

	if (transfer->is_kept)
		flags |= FOLL_LONGTERM;
	return pin_user_pages_fast(addr, nr, flags, transfer->pages);
}

static int written_either_way_ok(struct transfer *transfer, unsigned long addr, int nr)
{
	unsigned int flags;

	if (transfer->direction == DMA_TO_DEVICE)
		flags = FOLL_WRITE | FOLL_FORCE;
	else
		flags = FOLL_WRITE;
	return pin_user_pages_fast(addr, nr, flags, transfer->pages);
}
