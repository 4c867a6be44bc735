/* Nothing in this file marks any page dirty, also not what a function is given. */

static int fetch(unsigned long addr, struct page *pages[], unsigned int nr, unsigned int *pinned)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got <= 0)
		return got ? got : -EFAULT;
	*pinned += got;
	return 0;
}

static void give_back_bad(struct page *pages[], unsigned int nr)
{
	unpin_user_pages(pages, nr);
//      ^^^^^^^^^^^^^^^^ missing-dirty: the pages of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_pages() alone lets what was written be lost
}

static void give_back_others_ok(struct page *pages[], unsigned int nr)
{
	unpin_user_pages(pages, nr);
}

long serve(struct server *server, unsigned long addr, unsigned int nr)
{
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	unsigned int pinned = 0;
	long result;

	if (!pages)
		return -ENOMEM;
	result = fetch(addr, pages, nr, &pinned);
	if (result == 0)
		result = server_receive(server, nr);
	give_back_bad(pages, pinned);
	kfree(pages);
	return result;
}

void forward(struct server *server)
{
	give_back_others_ok(server_pages(server), 1);
}
