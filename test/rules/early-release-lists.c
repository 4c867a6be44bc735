/* Scatterlists that a device was given; whether there is a page in a slot does not say that it is done with them. */
struct channel { struct virtqueue *vq; struct scatterlist sg[64]; spinlock_t lock; };
struct req { int status; wait_queue_head_t wq; };
static void put_all_there_are(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (pages[i])
			put_page(pages[i]);
//                      ^^^^^^^^ early-release: put_page() drops the hold on `pages` while the I/O that virtqueue_add_outbuf() started may still go on: release them in its completion, or wait for it first
//                      ^^^^^^^^ early-release: put_page() drops the hold on `pages` while the I/O that virtqueue_add_sgs() started may still go on: release them in its completion, or wait for it first
}
int list_of_its_own(struct channel *channel, struct req *req, struct iov_iter *it, int len)
{
	struct page *pages[16];
	struct scatterlist sg[16];
	size_t offs;
	ssize_t n = iov_iter_get_pages2(it, pages, len, 16, &offs);
	int i, err, nr;

	if (n <= 0)
		return n;
	nr = DIV_ROUND_UP(n + offs, PAGE_SIZE);
	sg_init_table(sg, nr);
	for (i = 0; i < nr; i++)
		sg_set_page(&sg[i], pages[i], PAGE_SIZE, 0);
	err = virtqueue_add_outbuf(channel->vq, sg, nr, req, GFP_KERNEL);
	if (err < 0)
		goto out;
	virtqueue_kick(channel->vq);
	err = wait_event_killable(req->wq, READ_ONCE(req->status) >= 3);
out:
	put_all_there_are(pages, nr);
	return err;
}
static int pack_list(struct scatterlist *sg, int start, int limit, struct page **pdata, int nr, size_t offs, int count)
{
	int i = 0, s;
	int index = start;

	while (nr) {
		s = PAGE_SIZE - offs;
		if (s > count)
			s = count;
		sg_unmark_end(&sg[index]);
		sg_set_page(&sg[index++], pdata[i++], s, offs);
		offs = 0;
		count -= s;
		nr--;
	}
	if (index - start)
		sg_mark_end(&sg[index - 1]);
	return index - start;
}
int lists_broken_off(struct channel *channel, struct req *req, struct iov_iter *it, int len)
{
	struct page **pages = NULL;
	struct scatterlist *sgs[4];
	size_t offs;
	ssize_t n = iov_iter_get_pages_alloc2(it, &pages, len, &offs);
	int err, nr, out = 0, o;

	if (n < 0)
		return n;
	nr = DIV_ROUND_UP(n + offs, PAGE_SIZE);
	o = header(channel->sg, req);
	if (o)
		sgs[out++] = channel->sg;
	sgs[out++] = channel->sg + o;
	pack_list(channel->sg, o, 64, pages, nr, offs, len);
	err = virtqueue_add_sgs(channel->vq, sgs, out, 0, req, GFP_ATOMIC);
	if (err < 0)
		goto out;
	virtqueue_kick(channel->vq);
	err = wait_event_killable(req->wq, READ_ONCE(req->status) >= 3);
out:
	put_all_there_are(pages, nr);
	kvfree(pages);
	return err;
}
int lists_waited_for(struct channel *channel, struct req *req, struct iov_iter *it, int len)
{
	struct page **pages = NULL;
	struct scatterlist *sgs[4];
	size_t offs;
	ssize_t n = iov_iter_get_pages_alloc2(it, &pages, len, &offs);
	int err, nr, out = 0, o;

	if (n < 0)
		return n;
	nr = DIV_ROUND_UP(n + offs, PAGE_SIZE);
	o = header(channel->sg, req);
	if (o)
		sgs[out++] = channel->sg;
	sgs[out++] = channel->sg + o;
	pack_list(channel->sg, o, 64, pages, nr, offs, len);
	err = virtqueue_add_sgs(channel->vq, sgs, out, 0, req, GFP_ATOMIC);
	if (err < 0)
		goto out;
	virtqueue_kick(channel->vq);
	wait_event(req->wq, READ_ONCE(req->status) >= 3);
out:
	put_all_there_are(pages, nr);
	kvfree(pages);
	return err;
}
