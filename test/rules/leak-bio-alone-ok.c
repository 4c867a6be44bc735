/* The twin in which the only release of the file is there. */

ssize_t append_ok(struct block_device *bdev, struct iov_iter *from)
{
	struct bio *bio = bio_alloc(bdev, 16, REQ_OP_WRITE, GFP_KERNEL);
	ssize_t ret;

	ret = bio_iov_iter_get_pages(bio, from);
	if (ret)
		goto put;
	ret = submit_bio_wait(bio);
	bio_release_pages(bio, false);
put:
	bio_put(bio);
	return ret;
}
