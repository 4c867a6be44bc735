/* The mark behind each constructor is `direction pageSafety: why, in part`. */

struct request {
	struct bio_vec *vecs;
	struct scatterlist *list;
};

void kernel_buffer(struct iov_iter *iter, struct kvec *vec, int way)
{
	iov_iter_kvec(iter, way, vec, 1, 512); /* variable kernel-memory: kernel buffer */
}

void nothing(struct iov_iter *iter)
{
	iov_iter_discard(iter, ITER_DEST, 512); /* dest kernel-memory: no pages */
}

void sends(struct iov_iter *iter, struct bio_vec *vec)
{
	iov_iter_bvec(iter, WRITE, vec, 1, 512); /* source data-source: only read */
}

int user(struct iov_iter *iter, void __user *buffer, bool write)
{
	return import_ubuf(write ? ITER_SOURCE : ITER_DEST, buffer, 512, iter); /* variable unknown: user memory */
}

static void handed_down(struct iov_iter *iter, void __user *buffer, int way)
{
	iov_iter_ubuf(iter, way, buffer, 512); /* dest unknown: user memory */
}

void hands_down(struct iov_iter *iter, void __user *buffer)
{
	int way = READ;

	handed_down(iter, buffer, way);
	handed_down(iter, buffer, ITER_DEST);
}

/* One of its callers is another file's table. */
static void handed_to_anybody(struct iov_iter *iter, void __user *buffer, int way)
{
	iov_iter_ubuf(iter, way, buffer, 512); /* variable unknown: user memory */
}

static const struct setters setters = { .set = handed_to_anybody };

void sets(struct iov_iter *iter, void __user *buffer)
{
	handed_to_anybody(iter, buffer, ITER_DEST);
}

static void request_read(struct iov_iter *iter, struct request *request)
{
	struct scatterlist *entry = request->list;

	bvec_set_page(request->vecs, sg_page(entry), 512, 0);
	iov_iter_bvec(iter, ITER_DEST, request->vecs, 1, 512); /* dest private: sgl_alloc() */
}

int request_create(struct iov_iter *iter, struct request *request)
{
	request->list = sgl_alloc(512, GFP_KERNEL, NULL);
	if (!request->list)
		return -ENOMEM;
	request_read(iter, request);
	return 0;
}

int private_pages(struct iov_iter *iter, int nr)
{
	struct page *pages[16];
	struct bio_vec vec[16];
	int i, got = alloc_pages_bulk_array(GFP_KERNEL, nr, pages);

	for (i = 0; i < got; i++)
		vec[i] = (struct bio_vec){ .bv_page = pages[i], .bv_len = PAGE_SIZE };
	iov_iter_bvec(iter, ITER_DEST, vec, got, got * PAGE_SIZE); /* dest private: alloc_pages_bulk_array() */
	return got;
}

/* A page of its own, or one that an unknown getter gives: that cannot be told. */
void any_page(struct iov_iter *iter, struct bio_vec *vec, void *cursor)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		page = next_page(cursor);
	bvec_set_page(vec, page, 512, 0);
	iov_iter_bvec(iter, ITER_DEST, vec, 1, 512); /* dest unknown: does not show */
}

int pinned_pages(struct iov_iter *iter, struct bio_vec *vec, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	bvec_set_page(vec, page, 512, 0);
	iov_iter_bvec(iter, ITER_DEST, vec, 1, 512); /* dest pinned: pin_user_pages_fast() */
	fill(iter);
	unpin_user_page(page);
	return 0;
}

void locked_folio(struct iov_iter *iter, struct folio *folio)
{
	struct bio_vec vec;

	bvec_set_folio(&vec, folio, 512, 0);
	iov_iter_bvec(iter, ITER_DEST, &vec, 1, 512); /* dest locked: folio_unlock() */
	fill(iter);
	folio_unlock(folio);
}

static int read_slice(struct address_space *mapping, struct iov_iter *iter)
{
	iov_iter_xarray(iter, ITER_DEST, &mapping->i_pages, 0, 512); /* dest locked: .read_folio */
	return fill(iter);
}

static int my_read_folio(struct file *file, struct folio *folio)
{
	struct iov_iter iter;

	return read_slice(folio->mapping, &iter);
}

static const struct address_space_operations my_aops = { .read_folio = my_read_folio };
