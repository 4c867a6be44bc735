import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

function report(fault: Fault): RuleReport {
  const { how, user, callback } = fault.details;
  const { placeText } = fault.origin;
  if (how === 'vector')
    return {
      message: `The vector of \`${placeText}\` lies on this function's stack, and ${user}() may go on with it after it returned -EIOCBQUEUED: keep the vector in the request`,
    };
  if (how === 'copy')
    return {
      message: `\`${placeText}\` is a copy whose vector (ITER_IOVEC) is still the caller's, and it is gone when ${callback}() uses it after the return (${user}()): use dup_iter()`,
    };
  return {
    message: `\`${placeText}\` points to an iterator on the caller's stack, which is gone when ${callback}() uses it after the return (${user}()): keep a copy with a vector of its own (dup_iter())`,
  };
}

export const rule: Rule = {
  id: 'stack-iter-escape',
  severity: 'error',
  summary: 'An iterator or its vector on the stack is used after the function that owns it returned.',
  faults: ['escaping-iterator'],
  documentation: `The iterator that \`->read_iter()\` and \`->write_iter()\` are given lies on the stack of the caller, and so
does, as a rule, the array of \`struct iovec\` that it runs over. When the function returns -EIOCBQUEUED, both are gone. What goes
on with the request then reads a stack that belongs to somebody else.

A copy of the \`struct iov_iter\` outlives the call, but for ITER_IOVEC (and ITER_KVEC, ITER_BVEC) it still points to the array
of the caller: \`dup_iter()\` copies both. The memory behind a user iterator stays tied to its process whatever is copied: see
async-user-iter.

The same holds for who calls: an ITER_BVEC iterator that is given to \`->read_iter()\` with a \`struct kiocb\` that has a
\`ki_complete\` must run over an array that lives until then. The iterator itself may be on the stack.

Keeping a pointer for the time of the submission is normal. Only those are told that a completion, a work item or a thread in
the same file uses later, where the function returns with the work under way.`,
  examples: [
    {
      title: 'A pointer to the iterator of the caller',
      bad: `struct reader {
	struct work_struct work;
	struct kiocb *iocb;
	struct mm_struct *mm;
	struct iov_iter *iter;
	void *buffer;
	size_t length;
};

static void reader_work(struct work_struct *work)
{
	struct reader *reader = container_of(work, struct reader, work);
	size_t copied;

	kthread_use_mm(reader->mm);
	copied = copy_to_iter(reader->buffer, reader->length, reader->iter);
	kthread_unuse_mm(reader->mm);
	reader->iocb->ki_complete(reader->iocb, copied);
	kfree(reader);
}

static ssize_t reader_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	reader->iocb = iocb;
	reader->iter = to;
	reader->mm = current->mm;
	INIT_WORK(&reader->work, reader_work);
	schedule_work(&reader->work);
	return -EIOCBQUEUED;
}

static const struct file_operations reader_operations = {
	.read_iter = reader_read_iter,
};
`,
      good: `struct reader {
	struct work_struct work;
	struct kiocb *iocb;
	struct mm_struct *mm;
	struct iov_iter iter;
	const void *vector;
	void *buffer;
	size_t length;
};

static void reader_work(struct work_struct *work)
{
	struct reader *reader = container_of(work, struct reader, work);
	size_t copied;

	kthread_use_mm(reader->mm);
	copied = copy_to_iter(reader->buffer, reader->length, &reader->iter);
	kthread_unuse_mm(reader->mm);
	reader->iocb->ki_complete(reader->iocb, copied);
	kfree(reader->vector);
	kfree(reader);
}

static ssize_t reader_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	reader->vector = dup_iter(&reader->iter, to, GFP_KERNEL);
	if (!iter_is_ubuf(&reader->iter) && !reader->vector) {
		kfree(reader);
		return -ENOMEM;
	}
	reader->iocb = iocb;
	reader->mm = current->mm;
	INIT_WORK(&reader->work, reader_work);
	schedule_work(&reader->work);
	return -EIOCBQUEUED;
}

static const struct file_operations reader_operations = {
	.read_iter = reader_read_iter,
};
`,
    },
    {
      title: 'A vector on the stack',
      bad: `ssize_t backing_read(struct file *file, struct request *request, struct page *page)
{
	struct bio_vec vector;
	struct iov_iter iter;
	ssize_t ret;

	bvec_set_page(&vector, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, &vector, 1, PAGE_SIZE);
	request->iocb.ki_complete = request_done;
	ret = vfs_iocb_iter_read(file, &request->iocb, &iter);
	if (ret != -EIOCBQUEUED)
		request_done(&request->iocb, ret);
	return ret;
}
`,
      good: `ssize_t backing_read(struct file *file, struct request *request, struct page *page)
{
	struct iov_iter iter;
	ssize_t ret;

	bvec_set_page(&request->vector, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, &request->vector, 1, PAGE_SIZE);
	request->iocb.ki_complete = request_done;
	ret = vfs_iocb_iter_read(file, &request->iocb, &iter);
	if (ret != -EIOCBQUEUED)
		request_done(&request->iocb, ret);
	return ret;
}
`,
    },
  ],
  report,
};
