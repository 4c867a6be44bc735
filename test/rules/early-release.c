/* Holds that are dropped before the I/O is submitted or done, and those that wait for it. */

struct transfer {
	struct urb *urb;
	struct page *page;
	struct completion done;
	bool is_done;
};

int released_before_the_wait(struct bio *bio, struct iov_iter *iter)
{
	int err = bio_iov_iter_get_pages(bio, iter);

	if (err)
		return err;
	bio_release_pages(bio, true);
//      ^^^^^^^^^^^^^^^^^ early-release: bio_release_pages() drops the hold on the pages of `bio` before submit_bio_wait() starts I/O on them: release them when it is done
	err = submit_bio_wait(bio);
	return err;
}

int released_after_the_wait(struct bio *bio, struct iov_iter *iter)
{
	int err = bio_iov_iter_get_pages(bio, iter);

	if (err)
		return err;
	err = submit_bio_wait(bio);
	bio_release_pages(bio, true);
	return err;
}

void local_bio(struct block_device *bdev, struct bio_vec *vecs, struct iov_iter *iter)
{
	struct bio bio;

	bio_init(&bio, bdev, vecs, 8, REQ_OP_READ);
	if (bio_iov_iter_get_pages(&bio, iter))
		return;
	bio_release_pages(&bio, false);
//      ^^^^^^^^^^^^^^^^^ early-release: bio_release_pages() drops the hold on the pages of `bio` before submit_bio() starts I/O on them: release them when it is done
	submit_bio(&bio);
}

void released_in_flight(struct bio *bio)
{
	submit_bio(bio);
	bio_release_pages(bio, false);
//      ^^^^^^^^^^^^^^^^^ early-release: bio_release_pages() drops the hold on the pages of `bio` while the I/O that submit_bio() started may still go on: release them in its completion, or wait for it first
}

/* The end of the I/O is waited for, in whatever way. */
void released_after_a_completion(struct bio *bio, struct completion *done)
{
	submit_bio(bio);
	wait_for_completion(done);
	bio_release_pages(bio, false);
}

void released_after_polling(struct bio *bio, struct transfer *transfer)
{
	submit_bio(bio);
	while (!READ_ONCE(transfer->is_done))
		cpu_relax();
	bio_release_pages(bio, false);
}

void released_after_unknown(struct bio *bio, struct transfer *transfer)
{
	submit_bio(bio);
	transfer_end(transfer);
	bio_release_pages(bio, false);
}

/* The bio is filled anew. */
void released_and_reused(struct bio *bio, struct iov_iter *iter, struct block_device *bdev)
{
	bio_release_pages(bio, false);
	bio_reset(bio, bdev, REQ_OP_READ);
	if (bio_iov_iter_get_pages(bio, iter))
		return;
	submit_bio(bio);
}

int page_in_flight(struct urb *urb, struct scatterlist *sg, unsigned long addr)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	urb->sg = sg;
	err = usb_submit_urb(urb, GFP_KERNEL);
	if (err) {
		unpin_user_page(page);
		return err;
	}
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ early-release: unpin_user_page() drops the hold on `page` while the I/O that usb_submit_urb() started may still go on: release them in its completion, or wait for it first
	return 0;
}

/* Only where the submission failed. */
int released_on_failure(struct urb *urb, struct scatterlist *sg, unsigned long addr, struct completion *done)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	urb->sg = sg;
	err = usb_submit_urb(urb, GFP_KERNEL);
	if (err)
		goto unpin;
	wait_for_completion(done);
unpin:
	unpin_user_page(page);
	return err;
}

/* A cipher that answers 0 is done. */
int cipher_is_done(struct skcipher_request *request, struct scatterlist *sg, unsigned long addr)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	skcipher_request_set_crypt(request, sg, sg, PAGE_SIZE, NULL);
	err = crypto_skcipher_encrypt(request);
	unpin_user_page(page);
	return err;
}

int released_before_submission(struct urb *urb, struct scatterlist *sg, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	urb->sg = sg;
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ early-release: unpin_user_page() drops the hold on `page` before usb_submit_urb() starts I/O on them: release them when it is done
	return usb_submit_urb(urb, GFP_KERNEL);
}

int written_after_release(struct file *file, unsigned long addr, loff_t *pos)
{
	struct iov_iter iter;
	struct bio_vec bv;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bvec_set_page(&bv, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_SOURCE, &bv, 1, PAGE_SIZE);
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ early-release: unpin_user_page() drops the hold on `page` before vfs_iter_write() starts I/O on them: release them when it is done
	return vfs_iter_write(file, &iter, pos, 0);
}

int written_before_release(struct file *file, unsigned long addr, loff_t *pos)
{
	struct iov_iter iter;
	struct bio_vec bv;
	struct page *page;
	int ret;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bvec_set_page(&bv, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_SOURCE, &bv, 1, PAGE_SIZE);
	ret = vfs_iter_write(file, &iter, pos, 0);
	unpin_user_page(page);
	return ret;
}

/* A wait that a signal breaks off does not say that the transfer is done. */
int broken_off(struct urb *urb, struct scatterlist *sg, struct page **pages, unsigned long addr, struct completion *done)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	urb->sg = sg;
	err = usb_submit_urb(urb, GFP_KERNEL);
	if (err)
		goto out;
	err = wait_for_completion_interruptible(done);
out:
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ early-release: unpin_user_page() drops the hold on `page` while the I/O that usb_submit_urb() started may still go on: release them in its completion, or wait for it first
	return err;
}

int broken_off_and_cancelled(struct urb *urb, struct scatterlist *sg, unsigned long addr, struct completion *done)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	urb->sg = sg;
	err = usb_submit_urb(urb, GFP_KERNEL);
	if (err)
		goto out;
	err = wait_for_completion_interruptible(done);
	if (err)
		usb_kill_urb(urb);
out:
	unpin_user_page(page);
	return err;
}

int after_the_time(struct urb *urb, struct scatterlist *sg, unsigned long addr, struct completion *done)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	urb->sg = sg;
	if (usb_submit_urb(urb, GFP_KERNEL)) {
		unpin_user_page(page);
		return -EIO;
	}
	if (!wait_for_completion_timeout(done, HZ)) {
		unpin_user_page(page);
//              ^^^^^^^^^^^^^^^ early-release: unpin_user_page() drops the hold on `page` while the I/O that usb_submit_urb() started may still go on: release them in its completion, or wait for it first
		return -ETIMEDOUT;
	}
	unpin_user_page(page);
	return 0;
}

/* Only -EIOCBQUEUED says that the request goes on. */
int while_queued(struct file *file, struct kiocb *iocb, struct bio_vec *vec, unsigned long addr)
{
	struct iov_iter iter;
	struct page *page;
	ssize_t ret;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	bvec_set_page(vec, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, vec, 1, PAGE_SIZE);
	ret = vfs_iocb_iter_read(file, iocb, &iter);
	if (ret == -EIOCBQUEUED) {
		unpin_user_pages_dirty_lock(&page, 1, true);
//              ^^^^^^^^^^^^^^^^^^^^^^^^^^^ early-release: unpin_user_pages_dirty_lock() drops the hold on `page` while the I/O that vfs_iocb_iter_read() started may still go on: release them in its completion, or wait for it first
		return 0;
	}
	unpin_user_pages_dirty_lock(&page, 1, true);
	return ret;
}

int unless_queued(struct file *file, struct kiocb *iocb, struct transfer *transfer, struct bio_vec *vec, unsigned long addr)
{
	struct iov_iter iter;
	struct page *page;
	ssize_t ret;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	transfer->page = page;
	bvec_set_page(vec, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, vec, 1, PAGE_SIZE);
	ret = vfs_iocb_iter_read(file, iocb, &iter);
	if (ret != -EIOCBQUEUED)
		unpin_user_pages_dirty_lock(&page, 1, true);
	return ret;
}
