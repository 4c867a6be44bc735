/* Iterators and vectors on the caller's stack that are used after the return, and those that are not. */

struct reader {
	struct work_struct work;
	struct usb_request *request;
	struct kiocb *iocb;
	struct mm_struct *mm;
	struct iov_iter iter;
	struct iov_iter *caller;
	const void *vector;
	void *buffer;
	size_t length;
	bool is_asynchronous;
};

static void reader_work(struct work_struct *work)
{
	struct reader *reader = container_of(work, struct reader, work);

	kthread_use_mm(reader->mm);
	copy_to_iter(reader->buffer, reader->length, &reader->iter);
	copy_to_iter(reader->buffer, reader->length, reader->caller);
	kthread_unuse_mm(reader->mm);
	kfree(reader->vector);
	kfree(reader);
}

static void reader_complete(struct usb_ep *ep, struct usb_request *request)
{
	struct reader *reader = request->context;

	INIT_WORK(&reader->work, reader_work);
	schedule_work(&reader->work);
}

static int reader_start(struct usb_ep *ep, struct reader *reader)
{
	struct usb_request *request = usb_ep_alloc_request(ep, GFP_KERNEL);
	int err;

	if (!request)
		return -ENOMEM;
	request->context = reader;
	request->complete = reader_complete;
	err = usb_ep_queue(ep, request, GFP_KERNEL);
	if (err) {
		usb_ep_free_request(ep, request);
		return err;
	}
	return -EIOCBQUEUED;
}

/* The object is on the stack where the caller waits, and on the heap where it does not. */
static ssize_t either_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader on_stack, *reader = &on_stack;
	ssize_t ret;

	if (!is_sync_kiocb(iocb)) {
		reader = kzalloc(sizeof(*reader), GFP_KERNEL);
		if (!reader)
			return -ENOMEM;
		reader->is_asynchronous = true;
	} else {
		memset(reader, 0, sizeof(*reader));
		reader->is_asynchronous = false;
	}
	reader->iter = *to;
//      ^^^^^^^^^^^^ stack-iter-escape: `reader->iter` is a copy whose vector (ITER_IOVEC) is still the caller's, and it is gone when reader_work() uses it after the return (copy_to_iter()): use dup_iter()
	ret = reader_start(iocb->private, reader);
	if (ret == -EIOCBQUEUED)
		return ret;
	if (reader->is_asynchronous)
		kfree(reader);
	return ret;
}

static ssize_t either_duplicated_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader on_stack, *reader = &on_stack;
	ssize_t ret;

	if (!is_sync_kiocb(iocb)) {
		reader = kzalloc(sizeof(*reader), GFP_KERNEL);
		if (!reader)
			return -ENOMEM;
		reader->is_asynchronous = true;
	} else {
		memset(reader, 0, sizeof(*reader));
		reader->is_asynchronous = false;
	}
	if (reader->is_asynchronous) {
		reader->vector = dup_iter(&reader->iter, to, GFP_KERNEL);
		if (!iter_is_ubuf(&reader->iter) && !reader->vector) {
			kfree(reader);
			return -ENOMEM;
		}
	} else {
		reader->iter = *to;
	}
	ret = reader_start(iocb->private, reader);
	if (ret == -EIOCBQUEUED)
		return ret;
	if (reader->is_asynchronous)
		kfree(reader);
	return ret;
}

static ssize_t pointer_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	reader->caller = to;
//      ^^^^^^^^^^^^^^ stack-iter-escape: `reader->caller` points to an iterator on the caller's stack, which is gone when reader_work() uses it after the return (copy_to_iter()): keep a copy with a vector of its own (dup_iter())
	return reader_start(iocb->private, reader);
}

/* A vector of its own, made by hand. */
static ssize_t own_vector_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	reader->iter = *to;
	reader->vector = kmemdup(iter_iov(to), to->nr_segs * sizeof(struct iovec), GFP_KERNEL);
	if (!reader->vector) {
		kfree(reader);
		return -ENOMEM;
	}
	reader->iter.__iov = reader->vector;
	return reader_start(iocb->private, reader);
}

/* ITER_UBUF has no vector. */
static ssize_t buffer_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader;

	if (!iter_is_ubuf(to))
		return -EINVAL;
	reader = kzalloc(sizeof(*reader), GFP_KERNEL);
	if (!reader)
		return -ENOMEM;
	reader->iter = *to;
	return reader_start(iocb->private, reader);
}

/* Nothing later looks at it: the pointer is for the time of the submission. */

struct submission {
	struct iov_iter *iter;
	struct kiocb *iocb;
	int error;
};

static void submission_done(struct bio *bio)
{
	struct submission *submission = bio->bi_private;

	submission->iocb->ki_complete(submission->iocb, submission->error);
	kfree(submission);
	bio_put(bio);
}

static ssize_t submission_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct submission *submission = kzalloc(sizeof(*submission), GFP_KERNEL);
	struct bio *bio;

	if (!submission)
		return -ENOMEM;
	submission->iter = to;
	submission->iocb = iocb;
	bio = submission_bio(submission);
	bio->bi_private = submission;
	bio->bi_end_io = submission_done;
	submit_bio(bio);
	return -EIOCBQUEUED;
}

/* The vector that a queued request goes on with. */

struct backing {
	struct kiocb iocb;
	struct bio_vec vector;
	struct bio_vec *vectors;
};

ssize_t local_vector(struct file *file, struct backing *backing, struct page *page)
{
	struct bio_vec vector;
	struct iov_iter iter;
	ssize_t ret;

	bvec_set_page(&vector, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, &vector, 1, PAGE_SIZE);
	backing->iocb.ki_complete = backing_done;
	ret = vfs_iocb_iter_read(file, &backing->iocb, &iter);
//                                                     ^^^^^ stack-iter-escape: The vector of `iter` lies on this function's stack, and vfs_iocb_iter_read() may go on with it after it returned -EIOCBQUEUED: keep the vector in the request
	if (ret != -EIOCBQUEUED)
		backing_done(&backing->iocb, ret);
	return ret;
}

int local_vectors_by_operation(struct file *file, struct backing *backing, struct page *page)
{
	struct bio_vec vectors[4];
	struct iov_iter iter;
	ssize_t ret;

	bvec_set_page(&vectors[0], page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_SOURCE, vectors, 1, PAGE_SIZE);
	ret = file->f_op->write_iter(&backing->iocb, &iter);
//                                                   ^^^^^ stack-iter-escape: The vector of `iter` lies on this function's stack, and file->f_op->write_iter() may go on with it after it returned -EIOCBQUEUED: keep the vector in the request
	if (ret != -EIOCBQUEUED)
		backing_done(&backing->iocb, ret);
	return 0;
}

int vector_in_the_request(struct file *file, struct backing *backing, struct page *page)
{
	struct iov_iter iter;
	ssize_t ret;

	bvec_set_page(&backing->vector, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_SOURCE, &backing->vector, 1, PAGE_SIZE);
	ret = file->f_op->write_iter(&backing->iocb, &iter);
	if (ret != -EIOCBQUEUED)
		backing_done(&backing->iocb, ret);
	return 0;
}

ssize_t synchronous_request(struct file *file, struct page *page)
{
	struct bio_vec vector;
	struct kiocb iocb;
	struct iov_iter iter;

	init_sync_kiocb(&iocb, file);
	bvec_set_page(&vector, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, &vector, 1, PAGE_SIZE);
	return vfs_iocb_iter_read(file, &iocb, &iter);
}

ssize_t waited_request(struct file *file, struct backing *backing, struct page *page, struct completion *done)
{
	struct bio_vec vector;
	struct iov_iter iter;
	ssize_t ret;

	bvec_set_page(&vector, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, &vector, 1, PAGE_SIZE);
	ret = vfs_iocb_iter_read(file, &backing->iocb, &iter);
	if (ret == -EIOCBQUEUED)
		wait_for_completion(done);
	return 0;
}

ssize_t broken_off(struct file *file, struct backing *backing, struct page *page, struct completion *done)
{
	struct bio_vec vector;
	struct iov_iter iter;
	ssize_t ret;

	bvec_set_page(&vector, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, &vector, 1, PAGE_SIZE);
	ret = vfs_iocb_iter_read(file, &backing->iocb, &iter);
//                                                     ^^^^^ stack-iter-escape: The vector of `iter` lies on this function's stack, and vfs_iocb_iter_read() may go on with it after it returned -EIOCBQUEUED: keep the vector in the request
	if (ret == -EIOCBQUEUED && wait_for_completion_interruptible(done))
		return -EINTR;
	return 0;
}

static const struct file_operations either_operations = {
	.read_iter = either_read_iter,
};

static const struct file_operations duplicated_operations = {
	.read_iter = either_duplicated_read_iter,
};

static const struct file_operations pointer_operations = {
	.read_iter = pointer_read_iter,
};

static const struct file_operations own_vector_operations = {
	.read_iter = own_vector_read_iter,
};

static const struct file_operations buffer_operations = {
	.read_iter = buffer_read_iter,
};

static const struct file_operations submission_operations = {
	.read_iter = submission_read_iter,
};

/* What goes on in the task that asked has its memory; the vector is the object's where that keeps it. */

struct command {
	struct io_uring_cmd *cmd;
	struct iovec *vector;
	struct iov_iter iter;
	void *buffer;
	size_t length;
};

static void command_done(struct io_uring_cmd *cmd, unsigned int flags)
{
	struct command *command = *io_uring_cmd_to_pdu(cmd, struct command *);

	copy_to_iter(command->buffer, command->length, &command->iter);
	kfree(command->vector);
	kfree(command);
}

void command_end(struct command *command)
{
	io_uring_cmd_complete_in_task(command->cmd, command_done);
}

int command_start(struct kiocb *iocb, struct iov_iter *iter, struct iovec *vector, struct io_uring_cmd *cmd)
{
	struct command *command = kmalloc(sizeof(*command), GFP_KERNEL);

	if (!command)
		return -ENOMEM;
	command->cmd = cmd;
	command->vector = vector;
	command->iter = *iter;
	start_reading(command);
	return -EIOCBQUEUED;
}

struct plain_command {
	struct io_uring_cmd *cmd;
	struct iov_iter iter;
	void *buffer;
	size_t length;
};

static void plain_command_done(struct io_uring_cmd *cmd, unsigned int flags)
{
	struct plain_command *command = *io_uring_cmd_to_pdu(cmd, struct plain_command *);

	copy_to_iter(command->buffer, command->length, &command->iter);
	kfree(command);
}

void plain_command_end(struct plain_command *command)
{
	io_uring_cmd_complete_in_task(command->cmd, plain_command_done);
}

int plain_command_start(struct kiocb *iocb, struct iov_iter *iter, struct io_uring_cmd *cmd)
{
	struct plain_command *command = kmalloc(sizeof(*command), GFP_KERNEL);

	if (!command)
		return -ENOMEM;
	command->cmd = cmd;
	command->iter = *iter;
//      ^^^^^^^^^^^^^ stack-iter-escape: `command->iter` is a copy whose vector (ITER_IOVEC) is still the caller's, and it is gone when plain_command_done() uses it after the return (copy_to_iter()): use dup_iter()
	start_plain_reading(command);
	return -EIOCBQUEUED;
}
