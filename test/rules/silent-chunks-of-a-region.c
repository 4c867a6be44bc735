/* Chunks of one size but for the last: as many pages are pinned as the chunks before it have. */

long pin_in_chunks(unsigned long start, unsigned long entries, struct page **pages)
{
	unsigned long entry, chunk = 512;
	long got, pinned = 0;

	for (entry = 0; entry < entries; entry += chunk) {
		unsigned long n = min(entries - entry, chunk);

		got = pin_user_pages_fast(start + (entry << PAGE_SHIFT), n, FOLL_LONGTERM, pages + entry);
		if (got == n) {
			pinned += n;
			continue;
		}
		if (got > 0)
			pinned += got;
		break;
	}
	if (pinned != entries)
		goto unpin;
	return 0;
unpin:
	unpin_user_pages(pages, pinned);
	return -EFAULT;
}
