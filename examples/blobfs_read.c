// SPDX-License-Identifier: MIT
/*
 * The direct read of a small filesystem: the device fills the pages of an iterator.
 * Mistake: the extraction allocates the array of pages, and leaves it allocated where it fails.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/uio.h>

struct blobfs_inode;

ssize_t blobfs_fill_pages(struct blobfs_inode *inode, struct page **pages,
			  size_t offset, size_t bytes);

static ssize_t blobfs_direct_read(struct blobfs_inode *inode,
				  struct iov_iter *iter)
{
	bool pinned = iov_iter_extract_will_pin(iter);
	struct page **pages = NULL;
	size_t offset;
	ssize_t bytes, done;

	bytes = iov_iter_extract_pages(iter, &pages, iov_iter_count(iter), 256, 0,
				       &offset);
	if (bytes <= 0)
		return bytes;

	done = blobfs_fill_pages(inode, pages, offset, bytes);
	if (pinned)
		unpin_user_pages_dirty_lock(pages,
					    DIV_ROUND_UP(offset + bytes, PAGE_SIZE),
					    done > 0);
	kvfree(pages);
	return done;
}
