import type { Fault } from '../analysis/context.ts';
import { holdsInWords, type Rule, type RuleReport } from './rule.ts';

function report(fault: Fault): RuleReport {
  const mode = fault.acquisition?.effect.hold ?? '';
  const held = `\`${fault.origin.placeText}\` (${holdsInWords(mode === 'pin' || mode === 'get' ? mode : 'conditional')} from ${fault.origin.callee}())`;
  const array = fault.array ? `, and with them the array \`${fault.array}\`` : '';
  if (fault.details.callback) {
    const end = `${fault.details.callback}() ends what they were taken for`;
    return fault.details.how === 'gone'
      ? { message: `${held} go with the object that leads to them: ${end}, and does not release them here` }
      : { message: `${held} are left behind at this exit: ${end}, and releases them on other paths` };
  }
  if (fault.details.everywhere)
    return { message: `${held}: no path of this function releases them or hands them on${array}` };
  if (fault.details.end)
    return {
      message: `${held} go with the bio in ${fault.details.end}(): it was not submitted for somebody to complete, and bio_release_pages() was not called`,
    };
  const others = fault.details.others ? ` (and at ${fault.details.others} more)` : '';
  const left = fault.confidence === 'guess' ? 'are left behind at this error exit' : 'are lost at this exit';
  const reason = fault.details.untold
    ? 'the caller gets an error and no count of them'
    : 'other exits release them, this one does not';
  return { message: `${held} ${left}${others}${array}: ${reason}` };
}

export const rule: Rule = {
  id: 'page-leak',
  severity: 'error',
  summary: 'A path leaves the function with pages that were neither released nor handed on.',
  faults: ['leak', 'completion-leak'],
  documentation: `Every page that an acquisition obtained must be given back on every path, or be handed to somebody who gives it back:
stored in an object that outlives the function, returned, or consumed by a call. Error paths are where this goes wrong:
an early return, a goto to a label behind the release, a short pin treated like no pin, a loop that stops half-way.

A leaked pin keeps its page in memory for ever, blocks migration and compaction, and makes fork copy it. A leaked
reference keeps it in memory. Where user space can trigger the path, it can exhaust memory.

A function that fails keeps nothing: pages that it leaves in an array of its caller are lost too, unless it tells how many
they are, by its result, a count that the caller can see, or a member of the object that has the array. Its callers are
looked at instead where they are all in view. Pages in a bio go with whoever completes it; a bio that is dropped without
having been submitted needs bio_release_pages() first, and so does one that submit_bio_wait() has come back with.

What is put into an object that somebody else works on is released by what runs when he is done: a bi_end_io, a work
function, the end of a grace period, the last reference. That function is followed from the state in which the object was
given away. Where it frees the object, or leaves it for good, with the pages still held, they are lost there; how the I/O
ended (an error, a status) is no excuse, a flag of the object's own is looked up where it was set.

Where the filling and the end of an object are not tied by such a binding, the file as a whole is asked: pages of a call
that stay in a member after success, and that no function in view releases, are lost where their array, their sg table or
the object is freed; so are those of an end that releases nothing where every other end of such objects does. A function
that is given a bio, releases its pages on some paths and only lets go of it on another one, loses them there. These rest
on no path and are reported with one step less severity.

Release what was obtained before leaving. Storing a page pointer in an object that is freed on the same path does not
hand it on.`,
  examples: [
    {
      title: 'A short pin is not released',
      bad: `int pin_all(unsigned long addr, int nr)
{
	struct page *pages[16];
	int pinned;

	pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (pinned != nr)
		return -EFAULT;
	unpin_user_pages(pages, nr);
	return 0;
}
`,
      good: `int pin_all(unsigned long addr, int nr)
{
	struct page *pages[16];
	int pinned;

	pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (pinned != nr) {
		if (pinned > 0)
			unpin_user_pages(pages, pinned);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}
`,
    },
    {
      title: 'A completion forgets the pages where the I/O failed',
      bad: `static void read_done(struct bio *bio)
{
	struct kiocb *iocb = bio->bi_private;

	if (bio->bi_status) {
		iocb->ki_complete(iocb, -EIO);
		bio_put(bio);
		return;
	}
	iocb->ki_complete(iocb, 0);
	bio_release_pages(bio, true);
	bio_put(bio);
}

int read_user(struct block_device *bdev, struct kiocb *iocb, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(bdev, 16, REQ_OP_READ, GFP_KERNEL);
	int err;

	bio->bi_private = iocb;
	bio->bi_end_io = read_done;
	err = bio_iov_iter_get_pages(bio, iter);
	if (err) {
		bio_put(bio);
		return err;
	}
	submit_bio(bio);
	return -EIOCBQUEUED;
}
`,
      good: `static void read_done(struct bio *bio)
{
	struct kiocb *iocb = bio->bi_private;

	iocb->ki_complete(iocb, blk_status_to_errno(bio->bi_status));
	bio_release_pages(bio, true);
	bio_put(bio);
}

int read_user(struct block_device *bdev, struct kiocb *iocb, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(bdev, 16, REQ_OP_READ, GFP_KERNEL);
	int err;

	bio->bi_private = iocb;
	bio->bi_end_io = read_done;
	err = bio_iov_iter_get_pages(bio, iter);
	if (err) {
		bio_put(bio);
		return err;
	}
	submit_bio(bio);
	return -EIOCBQUEUED;
}
`,
    },
  ],
  report,
};
