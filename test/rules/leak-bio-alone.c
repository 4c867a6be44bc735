/* A file in which no function releases the pages of a bio any more. */

ssize_t append_bad(struct block_device *bdev, struct iov_iter *from)
{
	struct bio *bio = bio_alloc(bdev, 16, REQ_OP_WRITE, GFP_KERNEL);
	ssize_t ret;

	ret = bio_iov_iter_get_pages(bio, from);
	if (ret)
		goto put;
	ret = submit_bio_wait(bio);
put:
	bio_put(bio);
//      ^^^^^^^ page-leak: `bio` (pins or nothing, depending on the iterator from bio_iov_iter_get_pages()) go with the bio in bio_put(): it was not submitted for somebody to complete, and bio_release_pages() was not called
	return ret;
}
