import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

const KEPT: Readonly<Record<string, string>> = {
  copy: 'keeps a copy of an iterator over user memory',
  duplicate: 'keeps an iterator over user memory',
  pointer: 'points to an iterator over user memory',
};

function report(fault: Fault): RuleReport {
  const { how, user, callback, at } = fault.details;
  const { placeText } = fault.origin;
  if (at === 'use')
    return {
      message: `${user}() uses \`${placeText}\`, an iterator over the memory of the process that kept it, and ${callback}() runs in another task: call kthread_use_mm() first`,
    };
  const kept = `\`${placeText}\` ${KEPT[how ?? '']}`;
  const remedy = 'extract its pages first (iov_iter_extract_pages(), netfs_extract_user_iter())';
  if (!user)
    return {
      message: `${kept} (ITER_UBUF/ITER_IOVEC), and the function returns -EIOCBQUEUED: who goes on with it later runs in another process: ${remedy}`,
    };
  return {
    message: `${kept} (ITER_UBUF/ITER_IOVEC), which ${callback}() uses in another task (${user}()): ${remedy}`,
  };
}

export const rule: Rule = {
  id: 'async-user-iter',
  severity: 'error',
  summary: 'An iterator over user memory is used where that memory cannot be reached.',
  faults: ['foreign-iterator'],
  documentation: `An ITER_UBUF or ITER_IOVEC iterator is a list of user addresses. They mean something in the process that made
the call, and nowhere else: a work item, a thread of the kernel or a completion runs with another address space, or with none,
and \`copy_to_iter()\` there writes into somebody else's memory or fails.

Copying the \`struct iov_iter\` changes nothing about that, and neither does \`dup_iter()\`, which copies the vector of
addresses but takes no hold on what they lead to.

Where a transfer outlives the call, take the pages while the process is there: \`iov_iter_extract_pages()\`,
\`extract_iter_to_sg()\`, or \`netfs_extract_user_iter()\`, which builds an ITER_BVEC iterator over them. Kernel iterators
may be kept, as long as their creator keeps the pages. Or let the thread take on the memory of the process with
\`kthread_use_mm()\` around the use, with a reference on the mm and a vector of its own (\`dup_iter()\`).

An iterator is known to be over user memory where an operations table, the function that built it or the author's own test
says so, or where a function is given it together with a \`struct kiocb\`. Where the function that uses the copy is not in the
file, and only the return of -EIOCBQUEUED says that there is one, the finding is a warning.`,
  examples: [
    {
      title: 'A copy for a work item',
      bad: `struct reader {
	struct work_struct work;
	struct kiocb *iocb;
	struct iov_iter iter;
	void *buffer;
	size_t length;
};

static void reader_work(struct work_struct *work)
{
	struct reader *reader = container_of(work, struct reader, work);
	size_t copied = copy_to_iter(reader->buffer, reader->length, &reader->iter);

	reader->iocb->ki_complete(reader->iocb, copied);
	kfree(reader);
}

static ssize_t reader_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	reader->iocb = iocb;
	reader->iter = *to;
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
	mmdrop(reader->mm);
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
	mmgrab(reader->mm);
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
      title: 'A request that goes on after the return',
      bad: `ssize_t transfer_read(struct kiocb *iocb, struct iov_iter *iter)
{
	struct transfer *transfer = transfer_alloc(iocb);

	if (IS_ERR(transfer))
		return PTR_ERR(transfer);
	transfer->iter = *iter;
	transfer_start(transfer);
	return -EIOCBQUEUED;
}
`,
      good: `ssize_t transfer_read(struct kiocb *iocb, struct iov_iter *iter)
{
	struct transfer *transfer = transfer_alloc(iocb);
	ssize_t count;

	if (IS_ERR(transfer))
		return PTR_ERR(transfer);
	if (user_backed_iter(iter)) {
		count = netfs_extract_user_iter(iter, transfer->length, &transfer->iter, 0);
		if (count < 0) {
			transfer_free(transfer);
			return count;
		}
		transfer->bvec = transfer->iter.bvec;
		transfer->count = count;
	} else {
		transfer->iter = *iter;
	}
	transfer_start(transfer);
	return -EIOCBQUEUED;
}
`,
    },
  ],
  report,
};
