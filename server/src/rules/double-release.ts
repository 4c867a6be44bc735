import type { Fault } from '../analysis/context.ts';
import { LineIndex } from '../base/text.ts';
import { holdsInWords, type Rule, type RuleReport } from './rule.ts';

function report(fault: Fault, text: string): RuleReport {
  const { callee, details, origin, acquisition } = fault;
  const name = callee?.name ?? '';
  const { line } = new LineIndex(text).position(Number(details.firstAt ?? 0));
  if (details.refilled)
    return {
      message: `${name}() drops as many of \`${origin.placeText}\` as \`${details.count}\` says, which stays as it is: ${details.refilled}() goes on to fill the object again, and the next release drops these pages once more`,
    };
  const held = acquisition ? ` (${holdsInWords(acquisition.effect.hold)} from ${origin.callee}())` : '';
  const first =
    details.first === undefined
      ? 'handed on before'
      : `released before by ${details.first}() in line ${line}`;
  return {
    message: `\`${origin.placeText}\`${held} was ${first}; ${name}() drops a hold that is no longer there`,
  };
}

export const rule: Rule = {
  id: 'double-release',
  severity: 'error',
  summary: 'A hold is dropped twice on one path, or dropped after a call took it over.',
  faults: ['second-release'],
  documentation: `Each hold is dropped once. The second \`put_page()\` takes away a reference that somebody else holds: the page may be freed
while it is mapped or under I/O. The second \`unpin_user_page()\` takes 1024 references from a small page at once, and
trips the sanity checks of the page counts.

Error paths are where this happens: a cleanup label is entered after the pages were released already, or a helper
releases them and its caller does so again. Storing a page pointer somewhere moves nothing; only a call that consumes the
page does. After a release, set the pointer to NULL or the count to 0 where a later cleanup looks at them.

A release of the same array or page of a structure, twice in a row with the same count, is reported with one step less
severity: what the structure holds is not known in that function.`,
  examples: [
    {
      title: 'Released in the loop and again at the label',
      bad: `int send_range(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = send_pages(pages, got);
	unpin_user_pages(pages, got);
	if (err)
		goto out_unpin;
	return 0;
out_unpin:
	unpin_user_pages(pages, got);
	return err;
}
`,
      good: `int send_range(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = send_pages(pages, got);
	unpin_user_pages(pages, got);
	return err;
}
`,
    },
  ],
  report,
};
