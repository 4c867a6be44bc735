import type { Fault } from '../analysis/context.ts';
import type { Rule, RuleReport } from './rule.ts';

const WORDS: Readonly<Record<string, { readonly is: string; readonly does: string }>> = {
  source: { is: 'a destination', does: 'reads data from it' },
  dest: { is: 'a source', does: 'writes data to it' },
};

/** What the same direction is called in the author's own words. */
const OPPOSITES: Readonly<Record<string, string>> = {
  ITER_SOURCE: 'ITER_DEST',
  ITER_DEST: 'ITER_SOURCE',
  READ: 'WRITE',
  WRITE: 'READ',
};

function report(fault: Fault): RuleReport {
  const { is, does } = WORDS[fault.details.needed ?? '']!;
  const said = fault.details.said ?? '';
  const opposite = Object.hasOwn(OPPOSITES, said) ? OPPOSITES[said] : undefined;
  const name = `\`${fault.origin.placeText}\``;
  if (!opposite)
    return { message: `${name} is ${is} on this path (\`${said}\`), and ${fault.details.user} ${does}` };
  const message = `${name} is built as ${is} (${said}), and ${fault.details.user} ${does}: use ${opposite}`;
  return { message, fix: { title: `Use ${opposite}`, edits: [{ ...fault.span, newText: opposite }] } };
}

export const rule: Rule = {
  id: 'wrong-direction',
  severity: 'error',
  summary: 'An iterator is built for one direction of transfer and used for the other.',
  faults: ['iterator-direction'],
  documentation: `The direction of a \`struct iov_iter\` says what happens to the memory behind it, not what the caller does: from an
**ITER_SOURCE** (formerly WRITE) data is read, to an **ITER_DEST** (formerly READ) data is written. A buffer that a reply
shall be received into is a destination, even where the request is called a write.

The direction decides how pages are held: user pages of a destination are taken for writing (\`FOLL_WRITE\`), those of a source
are not, and may then be shared copy-on-write pages that must not be written to. It also decides whether pages are marked
dirty. Since 6.2 \`copy_to_iter()\` on a source and \`copy_from_iter()\` on a destination warn and copy nothing.

The rule compares the constructor's argument with what the same function, or a function of the same file that it calls or
is called by, then does with the iterator: \`copy_to_iter()\` and its kin, \`sock_recvmsg()\`, \`->read_iter()\` and
\`vfs_iter_read()\` need a destination; \`copy_from_iter()\`, \`sock_sendmsg()\`, \`->write_iter()\` and \`vfs_iter_write()\` a
source. \`READ\` and \`WRITE\` are the same numbers as \`ITER_DEST\` and \`ITER_SOURCE\` and are no fault by themselves.`,
  examples: [
    {
      title: 'A buffer to receive into, built as a source',
      bad: `static int receive(struct socket *sock, void *buf, size_t len)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	struct kvec vec = { .iov_base = buf, .iov_len = len };

	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, &vec, 1, len);
	return sock_recvmsg(sock, &msg, msg.msg_flags);
}
`,
      good: `static int receive(struct socket *sock, void *buf, size_t len)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	struct kvec vec = { .iov_base = buf, .iov_len = len };

	iov_iter_kvec(&msg.msg_iter, ITER_DEST, &vec, 1, len);
	return sock_recvmsg(sock, &msg, msg.msg_flags);
}
`,
    },
  ],
  report,
};
