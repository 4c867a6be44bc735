/* Iterators over user memory that are used in another task, and those that are made fit for it. */

struct reader {
	struct work_struct work;
	struct delayed_work later;
	struct kiocb *iocb;
	struct mm_struct *mm;
	struct iov_iter iter;
	struct iov_iter *borrowed;
	const void *vector;
	void *buffer;
	size_t length;
};

/* What runs later: without and with the memory of the process. */

static void bare_work(struct work_struct *work)
{
	struct reader *reader = container_of(work, struct reader, work);
	size_t copied = copy_to_iter(reader->buffer, reader->length, &reader->iter);

	reader->iocb->ki_complete(reader->iocb, copied);
	kfree(reader);
}

static ssize_t copied_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	reader->iocb = iocb;
	reader->iter = *to;
//      ^^^^^^^^^^^^ async-user-iter: `reader->iter` keeps a copy of an iterator over user memory (ITER_UBUF/ITER_IOVEC), which bare_work() uses in another task (copy_to_iter()): extract its pages first (iov_iter_extract_pages(), netfs_extract_user_iter())
	INIT_WORK(&reader->work, bare_work);
	queue_work(system_wq, &reader->work);
	return -EIOCBQUEUED;
}

static ssize_t copied_by_bytes_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	reader->iocb = iocb;
	memcpy(&reader->iter, to, sizeof(*to));
//             ^^^^^^^^^^^^^ async-user-iter: `reader->iter` keeps a copy of an iterator over user memory (ITER_UBUF/ITER_IOVEC), which bare_work() uses in another task (copy_to_iter()): extract its pages first (iov_iter_extract_pages(), netfs_extract_user_iter())
	INIT_WORK(&reader->work, bare_work);
	schedule_work(&reader->work);
	return -EIOCBQUEUED;
}

/* Kernel iterators may be used anywhere. */
static ssize_t asked_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader;

	if (user_backed_iter(to))
		return -EINVAL;
	reader = kzalloc(sizeof(*reader), GFP_KERNEL);
	if (!reader)
		return -ENOMEM;
	reader->iocb = iocb;
	reader->iter = *to;
	INIT_WORK(&reader->work, bare_work);
	schedule_work(&reader->work);
	return -EIOCBQUEUED;
}

/* The pages are taken while the process is there. */
static ssize_t extracted_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);
	ssize_t count;

	if (!reader)
		return -ENOMEM;
	if (user_backed_iter(to)) {
		count = netfs_extract_user_iter(to, iov_iter_count(to), &reader->iter, 0);
		if (count < 0) {
			kfree(reader);
			return count;
		}
	} else {
		reader->iter = *to;
	}
	reader->iocb = iocb;
	INIT_WORK(&reader->work, bare_work);
	schedule_work(&reader->work);
	return -EIOCBQUEUED;
}

/* A vector of its own does not help against another address space. */

static void duplicated_work(struct work_struct *work)
{
	struct reader *reader = container_of(work, struct reader, work);
	size_t copied = copy_to_iter(reader->buffer, reader->length, &reader->iter);

	reader->iocb->ki_complete(reader->iocb, copied);
	kfree(reader->vector);
	kfree(reader);
}

struct duplicate {
	struct work_struct work;
	struct kiocb *iocb;
	struct mm_struct *mm;
	struct iov_iter iter;
	const void *vector;
	void *buffer;
	size_t length;
	bool is_read;
};

static void helper(struct duplicate *duplicate, struct iov_iter *iter)
{
	if (copy_to_iter(duplicate->buffer, duplicate->length, iter) != duplicate->length)
		pr_err("short copy\n");
}

static void late_work(struct work_struct *work)
{
	struct duplicate *duplicate = container_of(work, struct duplicate, work);

	kthread_use_mm(duplicate->mm);
	kthread_unuse_mm(duplicate->mm);
	helper(duplicate, &duplicate->iter);
//      ^^^^^^ async-user-iter: helper() uses `duplicate->iter`, an iterator over the memory of the process that kept it, and late_work() runs in another task: call kthread_use_mm() first
	kfree(duplicate->vector);
	kfree(duplicate);
}

static ssize_t duplicated_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct duplicate *duplicate = kzalloc(sizeof(*duplicate), GFP_KERNEL);

	if (!duplicate)
		return -ENOMEM;
	duplicate->vector = dup_iter(&duplicate->iter, to, GFP_KERNEL);
	if (!iter_is_ubuf(&duplicate->iter) && !duplicate->vector) {
		kfree(duplicate);
		return -ENOMEM;
	}
	duplicate->iocb = iocb;
	duplicate->mm = current->mm;
	INIT_WORK(&duplicate->work, late_work);
	schedule_work(&duplicate->work);
	return -EIOCBQUEUED;
}

/* The same object for a write: the data was copied out before, and nothing later reads from a source. */
static ssize_t source_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct duplicate *duplicate = kzalloc(sizeof(*duplicate), GFP_KERNEL);

	if (!duplicate)
		return -ENOMEM;
	if (!copy_from_iter_full(duplicate->buffer, duplicate->length, from)) {
		kfree(duplicate);
		return -EFAULT;
	}
	duplicate->iter = *from;
	INIT_WORK(&duplicate->work, late_work);
	schedule_work(&duplicate->work);
	return -EIOCBQUEUED;
}

/* The thread takes on the memory of the process around the use. */

struct careful {
	struct work_struct work;
	struct kiocb *iocb;
	struct mm_struct *mm;
	struct iov_iter iter;
	const void *vector;
	void *buffer;
	size_t length;
};

static void careful_work(struct work_struct *work)
{
	struct careful *careful = container_of(work, struct careful, work);
	size_t copied = 0;

	if (mmget_not_zero(careful->mm)) {
		kthread_use_mm(careful->mm);
		copied = copy_to_iter(careful->buffer, careful->length, &careful->iter);
		kthread_unuse_mm(careful->mm);
		mmput(careful->mm);
	}
	careful->iocb->ki_complete(careful->iocb, copied);
	kfree(careful->vector);
	kfree(careful);
}

static ssize_t careful_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct careful *careful = kzalloc(sizeof(*careful), GFP_KERNEL);

	if (!careful)
		return -ENOMEM;
	careful->vector = dup_iter(&careful->iter, to, GFP_KERNEL);
	careful->iocb = iocb;
	careful->mm = current->mm;
	INIT_WORK(&careful->work, careful_work);
	schedule_work(&careful->work);
	return -EIOCBQUEUED;
}

/* A thread that is waited for runs in another address space all the same. */

struct job {
	struct work_struct work;
	struct iov_iter *iter;
	void *buffer;
	size_t length;
};

static void job_work(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	iov_iter_zero(job->length, job->iter);
}

static ssize_t waited_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct job job;

	job.iter = to;
//      ^^^^^^^^ async-user-iter: `job.iter` points to an iterator over user memory (ITER_UBUF/ITER_IOVEC), which job_work() uses in another task (iov_iter_zero()): extract its pages first (iov_iter_extract_pages(), netfs_extract_user_iter())
	job.length = iov_iter_count(to);
	INIT_WORK_ONSTACK(&job.work, job_work);
	schedule_work(&job.work);
	flush_work(&job.work);
	return job.length;
}

/* A kernel thread. */

struct thread_job {
	struct iov_iter iter;
	void *buffer;
	size_t length;
};

static int thread_function(void *data)
{
	struct thread_job *job = data;

	return copy_from_iter(job->buffer, job->length, &job->iter);
}

static ssize_t threaded_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct thread_job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return -ENOMEM;
	job->iter = *from;
//      ^^^^^^^^^ async-user-iter: `job->iter` keeps a copy of an iterator over user memory (ITER_UBUF/ITER_IOVEC), which thread_function() uses in another task (copy_from_iter()): extract its pages first (iov_iter_extract_pages(), netfs_extract_user_iter())
	kthread_run(thread_function, job, "copier");
	return iov_iter_count(from);
}

/* Task work runs in the task itself. */

struct task_job {
	struct callback_head head;
	struct iov_iter iter;
	void *buffer;
	size_t length;
};

static void task_function(struct callback_head *head)
{
	struct task_job *job = container_of(head, struct task_job, head);

	copy_to_iter(job->buffer, job->length, &job->iter);
	kfree(job);
}

static ssize_t in_task_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct task_job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return -ENOMEM;
	dup_iter(&job->iter, to, GFP_KERNEL);
	init_task_work(&job->head, task_function);
	task_work_add(current, &job->head, TWA_SIGNAL);
	return -EIOCBQUEUED;
}

/* Who goes on with the request is in another file. */

struct transfer {
	struct iov_iter iter;
	struct kiocb *iocb;
	size_t length;
};

ssize_t elsewhere_read(struct kiocb *iocb, struct iov_iter *iter)
{
	struct transfer *transfer = transfer_alloc(iocb);
	bool sync = is_sync_kiocb(iocb);

	if (IS_ERR(transfer))
		return PTR_ERR(transfer);
	transfer->iter = *iter;
//      ^^^^^^^^^^^^^^ async-user-iter (warning): `transfer->iter` keeps a copy of an iterator over user memory (ITER_UBUF/ITER_IOVEC), and the function returns -EIOCBQUEUED: who goes on with it later runs in another process: extract its pages first (iov_iter_extract_pages(), netfs_extract_user_iter())
	transfer_start(transfer);
	if (sync)
		return transfer_wait(transfer);
	return -EIOCBQUEUED;
}

ssize_t synchronous_read(struct kiocb *iocb, struct iov_iter *iter)
{
	struct transfer *transfer = transfer_alloc(iocb);

	if (IS_ERR(transfer))
		return PTR_ERR(transfer);
	if (is_sync_kiocb(iocb))
		transfer->iter = *iter;
	else
		transfer_extract(transfer, iter);
	return transfer_submit(transfer);
}

static ssize_t transfer_begin(struct transfer *transfer, bool sync)
{
	transfer_start(transfer);
	if (sync)
		return transfer_wait(transfer);
	return -EIOCBQUEUED;
}

ssize_t helper_says_so(struct kiocb *iocb, struct iov_iter *iter)
{
	struct transfer *transfer = transfer_alloc(iocb);
	ssize_t ret;

	if (IS_ERR(transfer))
		return PTR_ERR(transfer);
	transfer->iter = *iter;
//      ^^^^^^^^^^^^^^ async-user-iter (warning): `transfer->iter` keeps a copy of an iterator over user memory (ITER_UBUF/ITER_IOVEC), and the function returns -EIOCBQUEUED: who goes on with it later runs in another process: extract its pages first (iov_iter_extract_pages(), netfs_extract_user_iter())
	ret = transfer_begin(transfer, is_sync_kiocb(iocb));
	transfer_put(transfer);
	return ret;
}

ssize_t only_without_completion(struct kiocb *iocb, struct iov_iter *iter)
{
	struct transfer *transfer = transfer_alloc(iocb);

	if (IS_ERR(transfer))
		return PTR_ERR(transfer);
	if (!iocb->ki_complete)
		transfer->iter = *iter;
	else
		transfer_extract(transfer, iter);
	return transfer_begin(transfer, !iocb->ki_complete);
}

static const struct file_operations copied_operations = {
	.read_iter = copied_read_iter,
};

static const struct file_operations bytes_operations = {
	.read_iter = copied_by_bytes_read_iter,
};

static const struct file_operations asked_operations = {
	.read_iter = asked_read_iter,
};

static const struct file_operations extracted_operations = {
	.read_iter = extracted_read_iter,
};

static const struct file_operations duplicated_operations = {
	.read_iter = duplicated_read_iter,
	.write_iter = source_write_iter,
};

static const struct file_operations careful_operations = {
	.read_iter = careful_read_iter,
};

static const struct file_operations waited_operations = {
	.read_iter = waited_read_iter,
	.write_iter = threaded_write_iter,
};

static const struct file_operations task_operations = {
	.read_iter = in_task_read_iter,
};

/* A flag beside the copy tells who finds it there that it is only good for the length. */
struct transfer {
	struct iov_iter iter;
	struct list_head requests;
	bool is_direct;
};

static ssize_t noted_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct transfer *transfer = find_transfer(iocb);

	transfer->is_direct = true;
	transfer->iter = *from;
	start_requests(&transfer->requests);
	return -EIOCBQUEUED;
}

struct bare_transfer {
	struct iov_iter iter;
	struct list_head requests;
};

static ssize_t unnoted_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct bare_transfer *transfer = find_bare_transfer(iocb);

	transfer->iter = *from;
//      ^^^^^^^^^^^^^^ async-user-iter (warning): `transfer->iter` keeps a copy of an iterator over user memory (ITER_UBUF/ITER_IOVEC), and the function returns -EIOCBQUEUED: who goes on with it later runs in another process: extract its pages first (iov_iter_extract_pages(), netfs_extract_user_iter())
	start_requests(&transfer->requests);
	return -EIOCBQUEUED;
}
