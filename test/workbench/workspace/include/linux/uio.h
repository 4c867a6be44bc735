/* SPDX-License-Identifier: MIT */
/* What Pinsight reads of this header of a tree: that the iterator is there and what extracts from it. */
struct iov_iter;

enum iter_type { ITER_UBUF, ITER_FOLIOQ };

ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages,
			       iov_iter_extraction_t extraction_flags, size_t *offset0);
bool iov_iter_extract_will_pin(const struct iov_iter *iter);
