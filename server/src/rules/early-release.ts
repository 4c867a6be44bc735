import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

function report(fault: Fault): RuleReport {
  const { release, submission, order, object } = fault.details;
  const pages = fault.acquisition ? `\`${fault.origin.placeText}\`` : `the pages of \`${object}\``;
  if (order === 'before')
    return {
      message: `${release}() drops the hold on ${pages} before ${submission}() starts I/O on them: release them when it is done`,
    };
  return {
    message: `${release}() drops the hold on ${pages} while the I/O that ${submission}() started may still go on: release them in its completion, or wait for it first`,
  };
}

export const rule: Rule = {
  id: 'early-release',
  severity: 'error',
  summary: 'The hold is dropped before the I/O that needs the pages is done.',
  faults: ['early-release'],
  documentation: `A hold on pages keeps them where they are until the transfer is over. \`submit_bio()\`, \`usb_submit_urb()\`,
\`virtqueue_add_sgs()\` and their like only start it: when they return, the device has yet to read or write. A page whose
hold is dropped by then may be given to somebody else, and the transfer reads or overwrites that somebody's data. This
is how direct reads of NFS came to write into pages that were no longer theirs.

Drop the hold in the completion (\`bi_end_io\`, the urb's or the request's callback), or wait for the end of the transfer
before. \`submit_bio_wait()\` and \`blk_execute_rq()\` wait themselves; what is released before them is released too early
all the same. Where the submission fails, nothing runs, and the caller releases.

Only what is certain is told: between submission and release there is no call that may wait, no test that may ask for
the end, and nobody else who was given the pages.`,
  examples: [
    {
      title: 'Released before the submission',
      bad: `void read_in(struct bio *bio)
{
	bio_release_pages(bio, true);
	submit_bio_wait(bio);
	bio_put(bio);
}
`,
      good: `void read_in(struct bio *bio)
{
	submit_bio_wait(bio);
	bio_release_pages(bio, true);
	bio_put(bio);
}
`,
    },
    {
      title: 'Released while the transfer goes on',
      bad: `int send_page(struct urb *urb, struct scatterlist *sg, unsigned long addr)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	urb->sg = sg;
	err = usb_submit_urb(urb, GFP_KERNEL);
	unpin_user_page(page);
	return err;
}
`,
      good: `int send_page(struct urb *urb, struct scatterlist *sg, unsigned long addr, struct completion *done)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(sg, page, PAGE_SIZE, 0);
	urb->sg = sg;
	err = usb_submit_urb(urb, GFP_KERNEL);
	if (!err)
		wait_for_completion(done);
	unpin_user_page(page);
	return err;
}
`,
    },
  ],
  report,
};
