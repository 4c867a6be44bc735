// expected: page-leak at `return -EFAULT;`

static int copy_fails_bad(unsigned long addr, void __user *reply)
{
	struct page *page;
	u32 first;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	first = *(u32 *)page_address(page);
	if (copy_to_user(reply, &first, sizeof(first)))
		return -EFAULT;
	put_page(page);
	return 0;
}

static int copy_fails_ok(unsigned long addr, void __user *reply)
{
	struct page *page;
	int err = 0;
	u32 first;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	first = *(u32 *)page_address(page);
	if (copy_to_user(reply, &first, sizeof(first)))
		err = -EFAULT;
	put_page(page);
	return err;
}
