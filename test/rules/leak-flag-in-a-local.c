/* A local object says whether, and how, pages were taken. A helper in view that gets its address writes what it writes. */

struct page;
struct buffer;

struct job {
	unsigned long addr;
	unsigned int flags;
	unsigned int marks[4];
	struct buffer *buffer;
};

static int read_job(struct job *job, unsigned long arg)
{
	return copy_from_user(job, (void __user *)arg, sizeof(*job)) ? -EFAULT : 0;
}

static void clip(struct job *job, unsigned long count)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (job->marks[i] > count) {
			pr_warn("mark %d of %lx is behind the end: %u\n", i, job->addr, job->marks[i]);
			job->marks[i] = 0;
		}
	}
}

static void advance(struct job *job)
{
	if (!job->buffer || job->flags == 0)
		return;
	job->addr += PAGE_SIZE;
}

static void change(struct job *job)
{
	job->flags = next_flags();
}

static void change_by_pointer(struct job *job)
{
	unsigned int *flags = &job->flags;

	*flags = next_flags();
}

static void change_by_macro(struct job *job)
{
	read_into(job->flags, FLAGS_REGISTER);
}

static void change_all(struct job *job)
{
	*job = (struct job){ .flags = next_flags() };
}

static long take(struct job *job, struct page **pages)
{
	if (job->flags & USE_PIN)
		return pin_user_pages(job->addr, 16, 0, pages);
	return get_user_pages(job->addr, 16, 0, pages);
}

int kind_in_the_flag(unsigned long arg)
{
	struct page *pages[16];
	struct job job;
	long nr;

	if (read_job(&job, arg))
		return -EFAULT;
	nr = take(&job, pages);
	if (nr <= 0)
		return -EFAULT;
	clip(&job, nr);
	advance(&job);
	if (job.flags & USE_PIN)
		unpin_user_pages(pages, nr);
	else
		release_pages(pages, nr);
	return 0;
}

int helper_writes_other_members(unsigned long arg)
{
	struct page *page;
	struct job job;

	if (read_job(&job, arg))
		return -EFAULT;
	if ((job.flags & USE_PIN) && pin_user_pages_fast(job.addr, 1, 0, &page) != 1)
		return -EFAULT;
	clip(&job, 1);
	advance(&job);
	if (job.flags & USE_PIN)
		unpin_user_page(page);
	return 0;
}

int helper_writes_the_flag(unsigned long arg)
{
	struct page *page;
	struct job job;

	if (read_job(&job, arg))
		return -EFAULT;
	if ((job.flags & USE_PIN) && pin_user_pages_fast(job.addr, 1, 0, &page) != 1)
		return -EFAULT;
	change(&job);
	if (job.flags & USE_PIN)
		unpin_user_page(page);
	return 0;
//      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

int helper_writes_by_pointer(unsigned long arg)
{
	struct page *page;
	struct job job;

	if (read_job(&job, arg))
		return -EFAULT;
	if ((job.flags & USE_PIN) && pin_user_pages_fast(job.addr, 1, 0, &page) != 1)
		return -EFAULT;
	change_by_pointer(&job);
	if (job.flags & USE_PIN)
		unpin_user_page(page);
	return 0;
//      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

int helper_writes_by_macro(unsigned long arg)
{
	struct page *page;
	struct job job;

	if (read_job(&job, arg))
		return -EFAULT;
	if ((job.flags & USE_PIN) && pin_user_pages_fast(job.addr, 1, 0, &page) != 1)
		return -EFAULT;
	change_by_macro(&job);
	if (job.flags & USE_PIN)
		unpin_user_page(page);
	return 0;
//      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

int helper_writes_all(unsigned long arg)
{
	struct page *page;
	struct job job;

	if (read_job(&job, arg))
		return -EFAULT;
	if ((job.flags & USE_PIN) && pin_user_pages_fast(job.addr, 1, 0, &page) != 1)
		return -EFAULT;
	change_all(&job);
	if (job.flags & USE_PIN)
		unpin_user_page(page);
	return 0;
//      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

/* The process may have changed it meanwhile. */
int read_anew(unsigned long arg)
{
	struct page *page;
	struct job job;

	if (read_job(&job, arg))
		return -EFAULT;
	if ((job.flags & USE_PIN) && pin_user_pages_fast(job.addr, 1, 0, &page) != 1)
		return -EFAULT;
	read_job(&job, arg);
	if (job.flags & USE_PIN)
		unpin_user_page(page);
	return 0;
//      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}
