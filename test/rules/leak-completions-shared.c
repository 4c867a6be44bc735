/* Completions of objects that others know as well: what they release on one path they owe on all. */

struct job {
	struct page **pages;
	int nr;
	struct kiocb *iocb;
	struct kiocb own;
	struct ubuf_info ubuf;
};

static struct job *job_of(unsigned long addr, int nr)
{
	struct job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return NULL;
	job->pages = kcalloc(nr, sizeof(struct page *), GFP_KERNEL);
	if (!job->pages)
		goto free_job;
	job->nr = pin_user_pages_fast(addr, nr, FOLL_WRITE, job->pages);
	if (job->nr > 0)
		return job;
	kfree(job->pages);
free_job:
	kfree(job);
	return NULL;
}

static void forget_job(struct job *job)
{
	kfree(job->pages);
	kfree(job);
}

static void end_job(struct job *job)
{
	unpin_user_pages_dirty_lock(job->pages, job->nr, true);
	forget_job(job);
}

/* Requests that are passed on. */

static void iocb_forgets(struct kiocb *iocb, long ret)
{
	struct job *job = container_of(iocb, struct job, own);

	job->iocb->ki_complete(job->iocb, ret);
	if (ret < 0)
		forget_job(job);
//              ^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: iocb_forgets() ends what they were taken for, and does not release them here
	else
		end_job(job);
}

ssize_t passes_on(struct file *file, struct iov_iter *iter, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);
	ssize_t ret;

	if (!job)
		return -ENOMEM;
	job->own.ki_complete = iocb_forgets;
	ret = file->f_op->read_iter(&job->own, iter);
	if (ret != -EIOCBQUEUED)
		job->own.ki_complete(&job->own, ret);
	return -EIOCBQUEUED;
}

static void iocb_releases(struct kiocb *iocb, long ret)
{
	struct job *job = container_of(iocb, struct job, own);

	job->iocb->ki_complete(job->iocb, ret);
	end_job(job);
}

ssize_t passes_on_and_releases(struct file *file, struct iov_iter *iter, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);
	ssize_t ret;

	if (!job)
		return -ENOMEM;
	job->own.ki_complete = iocb_releases;
	ret = file->f_op->read_iter(&job->own, iter);
	if (ret != -EIOCBQUEUED)
		job->own.ki_complete(&job->own, ret);
	return -EIOCBQUEUED;
}

/* Tables of functions. */

static void ubuf_forgets(struct sk_buff *skb, struct ubuf_info *ubuf, bool success)
{
	struct job *job = container_of(ubuf, struct job, ubuf);

	if (!success) {
		forget_job(job);
		return;
//              ^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: ubuf_forgets() ends what they were taken for, and does not release them here
	}
	end_job(job);
}

static const struct ubuf_info_ops forgetting_ops = {
	.complete = ubuf_forgets,
};

int sends_without_copying(struct msghdr *msg, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	job->ubuf.ops = &forgetting_ops;
	msg->msg_ubuf = &job->ubuf;
	return 0;
}

static void ubuf_releases(struct sk_buff *skb, struct ubuf_info *ubuf, bool success)
{
	end_job(container_of(ubuf, struct job, ubuf));
}

static const struct ubuf_info_ops releasing_ops = {
	.complete = ubuf_releases,
};

int sends_without_copying_and_releases(struct msghdr *msg, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	job->ubuf.ops = &releasing_ops;
	msg->msg_ubuf = &job->ubuf;
	return 0;
}
