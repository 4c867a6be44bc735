/* Pinned pages in containers that drop references, and what may go there. */

int pinned_into_pipe(struct pipe_inode_info *pipe, unsigned long address)
{
	struct pipe_buffer buffer = { .ops = &user_page_pipe_buf_ops };
	struct page *page;

	if (pin_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	buffer.page = page;
//      ^^^^^^^^^^^ untracked-hold: `page` is pinned (pin_user_pages_fast()) and goes into a `struct pipe_buffer`, whose pages pipe_buf_release() drops as references: nothing there says that this one is to be unpinned
	buffer.len = PAGE_SIZE;
	return add_to_pipe(pipe, &buffer);
}

int referenced_into_pipe(struct pipe_inode_info *pipe, unsigned long address)
{
	struct pipe_buffer buffer = { .ops = &user_page_pipe_buf_ops };
	struct page *page;

	if (get_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	buffer.page = page;
	buffer.len = PAGE_SIZE;
	return add_to_pipe(pipe, &buffer);
}

int pinned_through_a_pointer(struct pipe_buffer *buffer, unsigned long address)
{
	struct page *pages[1];

	if (pin_user_pages_fast(address, 1, 0, pages) != 1)
		return -EFAULT;
	buffer->page = pages[0];
//      ^^^^^^^^^^^^ untracked-hold: `pages[0]` is pinned (pin_user_pages_fast()) and goes into a `struct pipe_buffer`, whose pages pipe_buf_release() drops as references: nothing there says that this one is to be unpinned
	buffer->len = PAGE_SIZE;
	return 0;
}

int pinned_into_fragment(struct sk_buff *skb, unsigned long address)
{
	struct page *page;

	if (pin_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	skb_fill_page_desc(skb, 0, page, 0, PAGE_SIZE);
//      ^^^^^^^^^^^^^^^^^^ untracked-hold: `page` is pinned (pin_user_pages_fast()) and goes into a fragment of an skb, whose pages skb_release_data() drops as references: nothing there says that this one is to be unpinned
	return 0;
}

/* The fragment has a reference of its own, and the pin stays with the sender. */
int reference_of_its_own(struct sk_buff *skb, unsigned long address, struct sender *sender)
{
	struct page *page;

	if (pin_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	get_page(page);
	skb_fill_page_desc(skb, 0, page, 0, PAGE_SIZE);
	sender->page = page;
	return 0;
}

/* The pages stay another's. */
int managed_fragment(struct sk_buff *skb, unsigned long address)
{
	struct page *page;

	if (pin_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	skb_shinfo(skb)->flags |= SKBFL_MANAGED_FRAG_REFS;
	skb_fill_page_desc(skb, 0, page, 0, PAGE_SIZE);
	return 0;
}

int extracted_into_pipe(struct pipe_inode_info *pipe, struct iov_iter *from)
{
	struct pipe_buffer buffer = { .ops = &user_page_pipe_buf_ops };
	struct page *pages[1], **at = pages;
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(from))
		return -EINVAL;
	got = iov_iter_extract_pages(from, &at, PAGE_SIZE, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	buffer.page = pages[0];
//      ^^^^^^^^^^^ untracked-hold: `pages[0]` is pinned (iov_iter_extract_pages()) and goes into a `struct pipe_buffer`, whose pages pipe_buf_release() drops as references: nothing there says that this one is to be unpinned
	buffer.offset = offset;
	buffer.len = got;
	return add_to_pipe(pipe, &buffer);
}

int listed_into_pipe(struct pipe_inode_info *pipe, struct iov_iter *from)
{
	struct pipe_buffer buffer = { .ops = &user_page_pipe_buf_ops };
	struct page *pages[1];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(from, pages, PAGE_SIZE, 1, &offset);

	if (got <= 0)
		return -EFAULT;
	buffer.page = pages[0];
	buffer.offset = offset;
	buffer.len = got;
	return add_to_pipe(pipe, &buffer);
}
