/* Slots of an array of the caller for which a call obtained nothing: only somebody else can have put a page there. */

int rolls_back_from_the_slot_that_failed(unsigned long start, int nr, struct page **slots)
{
	int at;

	for (at = 0; at < nr; at++)
		if (pin_user_pages_fast(start + at * PAGE_SIZE, 1, 0, &slots[at]) != 1)
			goto undo;
	return 0;
undo:
	for (; at >= 0; at--)
		unpin_user_page(slots[at]);
//              ^^^^^^^^^^^^^^^ release-count: unpin_user_page() of `slots[at]` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
	return -EFAULT;
}

int rolls_back_from_the_slot_before(unsigned long start, int nr, struct page **slots)
{
	int at;

	for (at = 0; at < nr; at++)
		if (pin_user_pages_fast(start + at * PAGE_SIZE, 1, 0, &slots[at]) != 1)
			goto undo;
	return 0;
undo:
	while (--at >= 0)
		unpin_user_page(slots[at]);
	return -EFAULT;
}

int rolls_back_by_one_call_too_far(unsigned long start, int nr, struct page **slots)
{
	int at;

	for (at = 0; at < nr; at++)
		if (pin_user_pages_fast(start + at * PAGE_SIZE, 1, 0, &slots[at]) != 1) {
			unpin_user_pages(slots, at + 1);
//                      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `slots[at]` goes beyond the pages that pin_user_pages_fast() obtained: the slots behind hold no page of this call
			return -EFAULT;
		}
	return 0;
}

int rolls_back_upwards_too_far(unsigned long start, int nr, struct page **slots)
{
	int at, done;

	for (at = 0; at < nr; at++)
		if (pin_user_pages_fast(start + at * PAGE_SIZE, 1, 0, &slots[at]) != 1) {
			for (done = 0; done <= at; done++)
				unpin_user_page(slots[done]);
//                              ^^^^^^^^^^^^^^^ release-count: unpin_user_page() of `slots[at]` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
			return -EFAULT;
		}
	return 0;
}

/* The caller's array was zeroed: an empty slot is NULL. */
int rolls_back_what_is_there(unsigned long start, int nr, struct page **slots)
{
	int at, done;

	for (at = 0; at < nr; at++)
		if (pin_user_pages_fast(start + at * PAGE_SIZE, 1, 0, &slots[at]) != 1) {
			for (done = 0; done < nr; done++)
				if (slots[done])
					unpin_user_page(slots[done]);
			return -EFAULT;
		}
	return 0;
}

int asks_for_the_page(unsigned long start, struct page **slot)
{
	if (pin_user_pages_fast(start, 1, 0, slot) != 1) {
		if (*slot)
			unpin_user_page(*slot);
		return -EFAULT;
	}
	return 0;
}

int takes_another_way(unsigned long start, struct page **slot)
{
	if (get_user_pages_fast(start, 1, 0, slot) != 1 && find_in_cache(start, slot))
		return -EFAULT;
	look_at(*slot);
	put_page(*slot);
	return 0;
}
