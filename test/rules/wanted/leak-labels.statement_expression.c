// expected: silence

#define drop_and_return(page, value) ({ unpin_user_page(page); (value); })

static int statement_expression_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	return drop_and_return(page, 0);
}
