/* Bios that were filled with pages, and where they end. */

ssize_t read_sync_bad(struct block_device *bdev, struct iov_iter *iter)
{
	struct bio_vec vecs[4];
	struct bio bio;
	ssize_t ret;

	bio_init(&bio, bdev, vecs, 4, REQ_OP_READ);
	ret = bio_iov_iter_get_pages(&bio, iter);
	if (ret)
		goto out;
	submit_bio_wait(&bio);
	ret = bio.bi_iter.bi_size;
out:
	bio_uninit(&bio);
//      ^^^^^^^^^^ page-leak: `bio` (pins or nothing, depending on the iterator from bio_iov_iter_get_pages()) go with the bio in bio_uninit(): it was not submitted for somebody to complete, and bio_release_pages() was not called
	return ret;
}

ssize_t read_sync_ok(struct block_device *bdev, struct iov_iter *iter)
{
	struct bio_vec vecs[4];
	struct bio bio;
	ssize_t ret;

	bio_init(&bio, bdev, vecs, 4, REQ_OP_READ);
	ret = bio_iov_iter_get_pages(&bio, iter);
	if (ret)
		goto out;
	submit_bio_wait(&bio);
	ret = bio.bi_iter.bi_size;
	bio_release_pages(&bio, true);
out:
	bio_uninit(&bio);
	return ret;
}

int write_once_bad(struct block_device *bdev, struct iov_iter *iter, struct upload *up)
{
	struct bio *bio = bio_alloc(bdev, 16, REQ_OP_WRITE, GFP_KERNEL);

	if (bio_iov_iter_get_pages(bio, iter)) {
		bio_put(bio);
		return -EFAULT;
	}
	if (iov_iter_count(iter)) {
		bio_put(bio);
//              ^^^^^^^ page-leak: `bio` (pins or nothing, depending on the iterator from bio_iov_iter_get_pages()) go with the bio in bio_put(): it was not submitted for somebody to complete, and bio_release_pages() was not called
		return -EAGAIN;
	}
	submit_bio(bio);
	return 0;
}

int write_once_ok(struct block_device *bdev, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(bdev, 16, REQ_OP_WRITE, GFP_KERNEL);

	if (bio_iov_iter_get_pages(bio, iter)) {
		bio_put(bio);
		return -EFAULT;
	}
	if (iov_iter_count(iter)) {
		bio_release_pages(bio, false);
		bio_put(bio);
		return -EAGAIN;
	}
	submit_bio(bio);
	return 0;
}

/* Its completion drops the pages: the reference that goes here is the function's own. */
int write_and_watch_ok(struct block_device *bdev, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(bdev, 16, REQ_OP_WRITE, GFP_KERNEL);
	int ret = bio_iov_iter_get_pages(bio, iter);

	bio_get(bio);
	if (!ret)
		submit_bio(bio);
	bio_put(bio);
	return ret;
}

/* Somebody else has the bio. */
int queue_bio_ok(struct upload *up, struct bio *bio, struct iov_iter *iter)
{
	int ret = bio_iov_iter_get_pages(bio, iter);

	if (ret)
		return ret;
	up->bio = bio;
	bio_put(bio);
	return 0;
}
