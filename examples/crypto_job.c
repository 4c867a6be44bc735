// SPDX-License-Identifier: MIT
/*
 * A crypto engine that reads its input straight from the application.
 * Mistake: the kernel may give fewer pages than asked for, or an error code; all that were asked for are released.
 */
#include <linux/mm.h>
#include <linux/slab.h>

struct crypto_job {
	struct page **pages;
	unsigned int nr_pages;
};

static int crypto_job_take_input(struct crypto_job *job, unsigned long addr,
				 unsigned int nr_pages)
{
	struct page **pages;
	int ret;

	pages = kcalloc(nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	ret = pin_user_pages_fast(addr, nr_pages, 0, pages);
	if (ret < 0 || ret != nr_pages) {
		unpin_user_pages(pages, nr_pages);
		kfree(pages);
		return ret < 0 ? ret : -EFAULT;
	}
	job->pages = pages;
	job->nr_pages = nr_pages;
	return 0;
}

static void crypto_job_drop_input(struct crypto_job *job)
{
	unpin_user_pages(job->pages, job->nr_pages);
	kfree(job->pages);
	job->pages = NULL;
}
