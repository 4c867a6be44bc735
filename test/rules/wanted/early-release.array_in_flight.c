// early-release at `unpin_user_pages(pages, pinned);`
int array_in_flight(struct virtqueue *vq, struct sg_table *table, unsigned long addr, struct page **pages, int nr)
{
	int pinned = pin_user_pages_fast(addr, nr, 0, pages);
	int err = -EFAULT;

	if (pinned != nr)
		goto unpin;
	err = sg_alloc_table_from_pages(table, pages, nr, 0, nr * PAGE_SIZE, GFP_KERNEL);
	if (err)
		goto unpin;
	err = virtqueue_add_outbuf(vq, table->sgl, nr, table, GFP_KERNEL);
unpin:
	if (pinned > 0)
		unpin_user_pages(pages, pinned);
	return err;
}
