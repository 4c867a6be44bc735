/* Objects that are given to somebody with their pages, and what runs when he is done with them. */

struct job {
	struct page **pages;
	int nr;
	int error;
	int mapped;
	int reason;
	struct kiocb *iocb;
	struct kref refs;
	struct rcu_head rcu;
	struct work_struct work;
	struct delayed_work later;
	struct timer_list timer;
	struct hrtimer clock;
	struct completion done;
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

/* How a job went is told by whoever does it. */
void note_error(struct job *job, int error)
{
	job->error = error;
}

/* Work items. */

static void work_forgets(struct work_struct *work)
{
	forget_job(container_of(work, struct job, work));
//      ^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: work_forgets() ends what they were taken for, and does not release them here
}

int starts_work_that_forgets(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_WORK(&job->work, work_forgets);
	schedule_work(&job->work);
	return 0;
}

static void work_returns_early(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	if (job->error) {
		forget_job(job);
		return;
//              ^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: work_returns_early() ends what they were taken for, and does not release them here
	}
	end_job(job);
}

int starts_work_that_returns_early(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_WORK(&job->work, work_returns_early);
	schedule_work(&job->work);
	return -EIOCBQUEUED;
}

static void work_releases(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	if (job->error)
		pr_err("error %d\n", job->error);
	end_job(job);
}

int starts_work_that_releases(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_WORK(&job->work, work_releases);
	schedule_work(&job->work);
	return 0;
}

static void delayed_forgets(struct work_struct *work)
{
	struct delayed_work *later = to_delayed_work(work);
	struct job *job = container_of(later, struct job, later);

	if (job->error)
		unpin_user_pages(job->pages, job->nr);
	forget_job(job);
//      ^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: delayed_forgets() ends what they were taken for, and does not release them here
}

int starts_delayed_work(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_DELAYED_WORK(&job->later, delayed_forgets);
	schedule_delayed_work(&job->later, 10);
	return 0;
}

static void delayed_releases(struct work_struct *work)
{
	end_job(container_of(work, struct job, later.work));
}

int starts_delayed_work_that_releases(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_DELAYED_WORK(&job->later, delayed_releases);
	schedule_delayed_work(&job->later, 10);
	return 0;
}

/* What a flag of the object's own decides is decided where it was set. */
static void work_unpins_what_is_mapped(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	if (job->mapped)
		unpin_user_pages(job->pages, job->nr);
	forget_job(job);
}

int starts_mapped(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	job->mapped = 1;
	INIT_WORK(&job->work, work_unpins_what_is_mapped);
	schedule_work(&job->work);
	return 0;
}

/* What nobody writes later was decided before: a job with a reason has no pages. */
static void work_knows_the_reason(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	if (job->reason) {
		forget_job(job);
		return;
	}
	end_job(job);
}

int starts_without_a_reason(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_WORK(&job->work, work_knows_the_reason);
	schedule_work(&job->work);
	return 0;
}

static void work_gives_on(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	if (job->error) {
		retire_job(job);
		return;
	}
	end_job(job);
}

int starts_work_that_gives_on(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_WORK(&job->work, work_gives_on);
	schedule_work(&job->work);
	return 0;
}

static void work_tries_again(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	if (job->error) {
		schedule_work(&job->work);
		return;
	}
	end_job(job);
}

int starts_work_that_tries_again(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_WORK(&job->work, work_tries_again);
	schedule_work(&job->work);
	return 0;
}

/* The memory of the job is somebody else's: a plain early return leaves the pages behind where nobody finds them. */
static void work_leaves(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	if (job->error)
		return;
//              ^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) are left behind at this exit: work_leaves() ends what they were taken for, and releases them on other paths
	end_job(job);
}

int starts_work_that_leaves(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	INIT_WORK(&job->work, work_leaves);
	schedule_work(&job->work);
	return 0;
}

/* A job that others know of may have been stripped of its pages before. */
struct known_job {
	struct page **pages;
	int nr;
	int status;
	struct work_struct work;
	struct list_head list;
};

static void known_ends(struct work_struct *work)
{
	struct known_job *job = container_of(work, struct known_job, work);

	if (job->status) {
		kfree(job);
		return;
	}
	unpin_user_pages(job->pages, job->nr);
	kfree(job);
}

void known_is_cancelled(struct known_job *job)
{
	unpin_user_pages(job->pages, job->nr);
	job->status = -ECANCELED;
}

int starts_what_may_be_cancelled(struct list_head *jobs, struct page **pages, unsigned long addr, int nr)
{
	struct known_job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return -ENOMEM;
	job->pages = pages;
	job->nr = pin_user_pages_fast(addr, nr, FOLL_WRITE, job->pages);
	if (job->nr <= 0) {
		kfree(job);
		return -EFAULT;
	}
	list_add(&job->list, jobs);
	INIT_WORK(&job->work, known_ends);
	schedule_work(&job->work);
	return 0;
}

/* Threads. */

static int thread_forgets(void *data)
{
	struct job *job = data;

	forget_job(job);
	return 0;
//      ^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: thread_forgets() ends what they were taken for, and does not release them here
}

int runs_a_thread(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);
	struct task_struct *task;

	if (!job)
		return -ENOMEM;
	task = kthread_run(thread_forgets, job, "job");
	if (IS_ERR(task)) {
		end_job(job);
		return PTR_ERR(task);
	}
	return 0;
}

static int thread_releases(void *data)
{
	end_job(data);
	return 0;
}

int runs_a_thread_that_releases(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);
	struct task_struct *task;

	if (!job)
		return -ENOMEM;
	task = kthread_run(thread_releases, job, "job");
	if (IS_ERR(task)) {
		end_job(job);
		return PTR_ERR(task);
	}
	return 0;
}

/* Grace periods and last references. */

static void rcu_forgets(struct rcu_head *rcu)
{
	struct job *job = container_of(rcu, struct job, rcu);

	forget_job(job);
//      ^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: rcu_forgets() ends what they were taken for, and does not release them here
}

int waits_for_readers(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	call_rcu(&job->rcu, rcu_forgets);
	return 0;
}

static void rcu_releases(struct rcu_head *rcu)
{
	end_job(container_of(rcu, struct job, rcu));
}

int waits_for_readers_and_releases(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	call_rcu(&job->rcu, rcu_releases);
	return 0;
}

static void last_forgets(struct kref *refs)
{
	struct job *job = container_of(refs, struct job, refs);

	if (job->error) {
		forget_job(job);
		return;
	}
	end_job(job);
}

static void work_puts(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	kref_put(&job->refs, last_forgets);
//      ^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: work_puts() ends what they were taken for, and does not release them here
}

int counts_references(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	kref_init(&job->refs);
	INIT_WORK(&job->work, work_puts);
	schedule_work(&job->work);
	return 0;
}

/* The pages go first, the object with its last reference. */
static void last_frees(struct kref *refs)
{
	forget_job(container_of(refs, struct job, refs));
}

static void work_releases_and_puts(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	unpin_user_pages_dirty_lock(job->pages, job->nr, true);
	kref_put(&job->refs, last_frees);
}

int counts_references_of_the_object_alone(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	kref_init(&job->refs);
	INIT_WORK(&job->work, work_releases_and_puts);
	schedule_work(&job->work);
	kref_put(&job->refs, last_frees);
	return 0;
}

/* Timers run more than once: what they leave alone is left for another time, what they free is gone. */

static void timer_forgets(struct timer_list *timer)
{
	forget_job(container_of(timer, struct job, timer));
//      ^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: timer_forgets() ends what they were taken for, and does not release them here
}

int starts_a_timer(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	timer_setup(&job->timer, timer_forgets, 0);
	mod_timer(&job->timer, 100);
	return 0;
}

static void timer_comes_again(struct timer_list *timer)
{
	struct job *job = container_of(timer, struct job, timer);

	if (job->error)
		return;
	end_job(job);
}

int starts_a_timer_that_comes_again(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	timer_setup(&job->timer, timer_comes_again, 0);
	mod_timer(&job->timer, 100);
	return 0;
}

static enum hrtimer_restart clock_forgets(struct hrtimer *clock)
{
	forget_job(container_of(clock, struct job, clock));
	return HRTIMER_NORESTART;
//      ^^^^^^^^^^^^^^^^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: clock_forgets() ends what they were taken for, and does not release them here
}

int starts_a_clock(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	job->clock.function = clock_forgets;
	hrtimer_start(&job->clock, 100, HRTIMER_MODE_REL);
	return 0;
}

static enum hrtimer_restart clock_releases(struct hrtimer *clock)
{
	end_job(container_of(clock, struct job, clock));
	return HRTIMER_NORESTART;
}

int starts_a_clock_that_releases(unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	job->clock.function = clock_releases;
	hrtimer_start(&job->clock, 100, HRTIMER_MODE_REL);
	return 0;
}

/* Requests of other subsystems, which keep the object for their completions. */

static void urb_forgets(struct urb *urb)
{
	struct job *job = urb->context;

	switch (urb->status) {
	case 0:
		break;
	case -ESHUTDOWN:
		forget_job(job);
		return;
//              ^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: urb_forgets() ends what they were taken for, and does not release them here
	default:
		pr_err("status %d\n", urb->status);
	}
	end_job(job);
}

int sends_an_urb(struct urb *urb, struct usb_device *dev, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);
	int err;

	if (!job)
		return -ENOMEM;
	usb_fill_bulk_urb(urb, dev, 1, NULL, nr, urb_forgets, job);
	err = usb_submit_urb(urb, GFP_KERNEL);
	if (err)
		end_job(job);
	return err;
}

static void urb_releases(struct urb *urb)
{
	end_job(urb->context);
}

int sends_an_urb_that_releases(struct urb *urb, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);
	int err;

	if (!job)
		return -ENOMEM;
	urb->complete = urb_releases;
	urb->context = job;
	err = usb_submit_urb(urb, GFP_KERNEL);
	if (err)
		end_job(job);
	return err;
}

static void transfer_forgets(void *data)
{
	struct job *job = data;

	forget_job(job);
//      ^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: transfer_forgets() ends what they were taken for, and does not release them here
}

int transfers(struct dma_async_tx_descriptor *tx, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	tx->callback = transfer_forgets;
	tx->callback_param = job;
	dmaengine_submit(tx);
	return 0;
}

static void transfer_releases(void *data)
{
	end_job(data);
}

int transfers_and_releases(struct dma_async_tx_descriptor *tx, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	tx->callback = transfer_releases;
	tx->callback_param = job;
	dmaengine_submit(tx);
	return 0;
}

static void cipher_forgets(void *data, int err)
{
	struct job *job = data;

	if (err == -EINPROGRESS)
		return;
	if (err) {
		forget_job(job);
		return;
//              ^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: cipher_forgets() ends what they were taken for, and does not release them here
	}
	end_job(job);
}

int enciphers(struct skcipher_request *req, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	skcipher_request_set_callback(req, 0, cipher_forgets, job);
	return crypto_skcipher_encrypt(req);
}

static void cipher_releases(void *data, int err)
{
	if (err == -EINPROGRESS)
		return;
	end_job(data);
}

int enciphers_and_releases(struct skcipher_request *req, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	skcipher_request_set_callback(req, 0, cipher_releases, job);
	return crypto_skcipher_encrypt(req);
}

static enum rq_end_io_ret request_forgets(struct request *rq, blk_status_t status)
{
	struct job *job = rq->end_io_data;

	if (status) {
		forget_job(job);
		return RQ_END_IO_FREE;
//              ^^^^^^^^^^^^^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: request_forgets() ends what they were taken for, and does not release them here
	}
	end_job(job);
	return RQ_END_IO_FREE;
}

int queues_a_request(struct request *rq, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	rq->end_io = request_forgets;
	rq->end_io_data = job;
	blk_execute_rq_nowait(rq, false);
	return 0;
}

static enum rq_end_io_ret request_releases(struct request *rq, blk_status_t status)
{
	struct job *job = rq->end_io_data;

	job->error = blk_status_to_errno(status);
	end_job(job);
	return RQ_END_IO_FREE;
}

int queues_a_request_that_releases(struct request *rq, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	rq->end_io = request_releases;
	rq->end_io_data = job;
	blk_execute_rq_nowait(rq, false);
	return 0;
}

/* Sockets. */

static void data_forgets(struct sock *sk)
{
	struct job *job = sk->sk_user_data;

	sk->sk_user_data = NULL;
	forget_job(job);
//      ^^^^^^^^^^ page-leak: `job->pages` (pins from pin_user_pages_fast()) go with the object that leads to them: data_forgets() ends what they were taken for, and does not release them here
}

int listens(struct sock *sk, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	sk->sk_user_data = job;
	sk->sk_data_ready = data_forgets;
	return 0;
}

static void data_releases(struct sock *sk)
{
	struct job *job = sk->sk_user_data;

	sk->sk_user_data = NULL;
	end_job(job);
}

int listens_and_releases(struct sock *sk, unsigned long addr, int nr)
{
	struct job *job = job_of(addr, nr);

	if (!job)
		return -ENOMEM;
	sk->sk_user_data = job;
	sk->sk_data_ready = data_releases;
	return 0;
}

/* Bios: their pages are released by their completion, and go with the last reference to the bio. */

static void bio_forgets(struct bio *bio)
{
	struct job *job = bio->bi_private;

	if (bio->bi_status) {
		job->iocb->ki_complete(job->iocb, -EIO);
		bio_put(bio);
		return;
//              ^^^^^^^ page-leak: `bio` (pins or nothing, depending on the iterator from bio_iov_iter_get_pages()) go with the object that leads to them: bio_forgets() ends what they were taken for, and does not release them here
	}
	job->iocb->ki_complete(job->iocb, 0);
	bio_release_pages(bio, true);
	bio_put(bio);
}

int submits_a_bio(struct block_device *bdev, struct job *job, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(bdev, 8, REQ_OP_READ, GFP_KERNEL);
	int err;

	bio->bi_private = job;
	bio->bi_end_io = bio_forgets;
	err = bio_iov_iter_get_pages(bio, iter);
	if (err) {
		bio_put(bio);
		return err;
	}
	submit_bio(bio);
	return -EIOCBQUEUED;
}

/* Which way it goes was decided before, and one of them forgets. */
static void bio_forgets_what_was_read(struct bio *bio)
{
	struct job *job = bio->bi_private;

	if (!job->mapped)
		bio_release_pages(bio, false);
	bio_put(bio);
//      ^^^^^^^ page-leak: `bio` (pins or nothing, depending on the iterator from bio_iov_iter_get_pages()) go with the object that leads to them: bio_forgets_what_was_read() ends what they were taken for, and does not release them here
}

int submits_a_bio_that_is_read(struct block_device *bdev, struct job *job, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(bdev, 8, REQ_OP_READ, GFP_KERNEL);
	int err;

	job->mapped = user_backed_iter(iter) ? 1 : 0;
	bio->bi_private = job;
	bio->bi_end_io = bio_forgets_what_was_read;
	err = bio_iov_iter_get_pages(bio, iter);
	if (err) {
		bio_put(bio);
		return err;
	}
	submit_bio(bio);
	return -EIOCBQUEUED;
}

static void bio_releases(struct bio *bio)
{
	struct job *job = bio->bi_private;

	if (job->mapped)
		bio_check_pages_dirty(bio);
	else {
		bio_release_pages(bio, false);
		bio_put(bio);
	}
}

int submits_a_bio_that_is_released(struct block_device *bdev, struct job *job, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(bdev, 8, REQ_OP_READ, GFP_KERNEL);
	int err;

	bio->bi_private = job;
	bio->bi_end_io = bio_releases;
	err = bio_iov_iter_get_pages(bio, iter);
	if (err) {
		bio_put(bio);
		return err;
	}
	submit_bio(bio);
	return -EIOCBQUEUED;
}

/* Whoever waits for it releases them. */
static void bio_wakes(struct bio *bio)
{
	complete(bio->bi_private);
}

int waits_for_a_bio(struct bio *bio, struct completion *done, struct iov_iter *iter)
{
	int err;

	bio->bi_private = done;
	bio->bi_end_io = bio_wakes;
	err = bio_iov_iter_get_pages(bio, iter);
	if (err)
		return err;
	submit_bio(bio);
	wait_for_completion(done);
	bio_release_pages(bio, true);
	return 0;
}
