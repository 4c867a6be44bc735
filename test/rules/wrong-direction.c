/* An iterator's direction: what happens to the memory behind it, as its constructor and its use say. */

struct reply {
	struct iov_iter out_iter;
	struct iov_iter in_iter;
	void *buf;
};

static int copied_out_bad(struct iovec *vec, const void *from, size_t size)
{
	struct iov_iter t;

	iov_iter_init(&t, ITER_SOURCE, vec, 1, size);
//                        ^^^^^^^^^^^ wrong-direction: `t` is built as a source (ITER_SOURCE), and copy_to_iter() writes data to it: use ITER_DEST
	return copy_to_iter(from, size, &t) == size ? 0 : -EFAULT;
}

static int copied_out_ok(struct iovec *vec, const void *from, size_t size)
{
	struct iov_iter t;

	iov_iter_init(&t, ITER_DEST, vec, 1, size);
	return copy_to_iter(from, size, &t) == size ? 0 : -EFAULT;
}

/* READ and WRITE are the same numbers. */
static int old_words_bad(struct bio_vec *vec, void *to, size_t size)
{
	struct iov_iter f;

	iov_iter_bvec(&f, READ, vec, 1, size);
//                        ^^^^ wrong-direction: `f` is built as a destination (READ), and copy_from_iter_full() reads data from it: use WRITE
	return copy_from_iter_full(to, size, &f) ? 0 : -EFAULT;
}

static int old_words_ok(struct bio_vec *vec, void *to, size_t size)
{
	struct iov_iter f;

	iov_iter_bvec(&f, WRITE, vec, 1, size);
	return copy_from_iter_full(to, size, &f) ? 0 : -EFAULT;
}

static int sent_bad(struct socket *sock, struct bio_vec *vec, size_t size)
{
	struct msghdr msg = { .msg_flags = MSG_SPLICE_PAGES };
	int ret = 0;

	while (size) {
		iov_iter_bvec(&msg.msg_iter, ITER_DEST, vec, 1, size);
//                                           ^^^^^^^^^ wrong-direction: `msg.msg_iter` is built as a destination (ITER_DEST), and sock_sendmsg() reads data from it: use ITER_SOURCE
		ret = sock_sendmsg(sock, &msg);
		if (ret <= 0)
			break;
		size -= ret;
	}
	return ret;
}

static int sent_ok(struct socket *sock, struct bio_vec *vec, size_t size)
{
	struct msghdr msg = { .msg_flags = MSG_SPLICE_PAGES };

	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, vec, 1, size);
	return sock_sendmsg(sock, &msg);
}

/* One message for both ways: the iterator is built anew in between. */
static int sent_and_answered_ok(struct socket *sock, struct kvec *vec, size_t size)
{
	struct msghdr msg = { };
	int ret;

	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, vec, 1, size);
	ret = sock_sendmsg(sock, &msg);
	if (ret < 0)
		return ret;
	iov_iter_kvec(&msg.msg_iter, ITER_DEST, vec, 1, size);
	return sock_recvmsg(sock, &msg, MSG_WAITALL);
}

static ssize_t called_through_operations_bad(struct file *file, struct kiocb *kiocb, struct bio_vec *vec, size_t size)
{
	struct iov_iter to;

	iov_iter_bvec(&to, ITER_SOURCE, vec, 1, size);
//                         ^^^^^^^^^^^ wrong-direction: `to` is built as a source (ITER_SOURCE), and file->f_op->read_iter writes data to it: use ITER_DEST
	return file->f_op->read_iter(kiocb, &to);
}

static ssize_t called_through_operations_ok(struct file *file, struct kiocb *kiocb, struct bio_vec *vec, size_t size)
{
	struct iov_iter to, from;
	ssize_t ret;

	iov_iter_bvec(&to, ITER_DEST, vec, 1, size);
	ret = file->f_op->read_iter(kiocb, &to);
	if (ret < 0)
		return ret;
	iov_iter_bvec(&from, ITER_SOURCE, vec, 1, ret);
	return file->f_op->write_iter(kiocb, &from);
}

static ssize_t through_vfs_bad(struct file *file, struct bio_vec *vec, size_t size, loff_t pos)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, ITER_DEST, vec, 1, size);
//                           ^^^^^^^^^ wrong-direction: `iter` is built as a destination (ITER_DEST), and vfs_iter_write() reads data from it: use ITER_SOURCE
	return vfs_iter_write(file, &iter, &pos, 0);
}

/* The path decides both. */
static ssize_t either_way_ok(struct file *file, struct bio_vec *vec, size_t size, loff_t pos, int rw)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, rw, vec, 1, size);
	if (rw == WRITE)
		return vfs_iter_write(file, &iter, &pos, 0);
	return vfs_iter_read(file, &iter, &pos, 0);
}

static ssize_t asks_the_iterator_ok(struct file *file, struct bio_vec *vec, size_t size, loff_t pos, bool write)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, write ? ITER_SOURCE : ITER_DEST, vec, 1, size);
	if (iov_iter_rw(&iter) == WRITE)
		return vfs_iter_write(file, &iter, &pos, 0);
	return vfs_iter_read(file, &iter, &pos, 0);
}

static ssize_t either_way_bad(struct file *file, struct bio_vec *vec, size_t size, loff_t pos, int rw)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, rw, vec, 1, size);
//                           ^^ wrong-direction: `iter` is a destination on this path (`rw`), and vfs_iter_write() reads data from it
	if (rw == READ)
		return vfs_iter_write(file, &iter, &pos, 0);
	return vfs_iter_read(file, &iter, &pos, 0);
}

static size_t fill(struct iov_iter *response, const void *data, size_t size)
{
	if (iov_iter_count(response) < size)
		return 0;
	return copy_to_iter(data, size, response);
}

static int filled_by_helper_bad(void *buf, const void *data, size_t size)
{
	struct kvec vec = { .iov_base = buf, .iov_len = size };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_SOURCE, &vec, 1, size);
//                           ^^^^^^^^^^^ wrong-direction: `iter` is built as a source (ITER_SOURCE), and copy_to_iter() writes data to it: use ITER_DEST
	return fill(&iter, data, size) < size ? -EFAULT : 0;
}

static int filled_by_helper_ok(void *buf, const void *data, size_t size)
{
	struct kvec vec = { .iov_base = buf, .iov_len = size };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, size);
	return fill(&iter, data, size) < size ? -EFAULT : 0;
}

static void set_up_bad(struct reply *reply, struct iovec *vec, size_t size)
{
	iov_iter_init(&reply->out_iter, ITER_DEST, vec, 1, size);
//                                      ^^^^^^^^^ wrong-direction: `reply->out_iter` is built as a destination (ITER_DEST), and copy_from_iter_full() reads data from it: use ITER_SOURCE
}

static void set_up_ok(struct reply *reply, struct iovec *vec, size_t size)
{
	iov_iter_init(&reply->in_iter, ITER_DEST, vec, 1, size);
}

static int fetch(struct reply *reply, size_t size)
{
	return copy_from_iter_full(reply->buf, size, &reply->out_iter) ? 0 : -EFAULT;
}

int built_by_helper(struct iovec *vec, void *buf, size_t size)
{
	struct reply reply = { .buf = buf };

	set_up_bad(&reply, vec, size);
	return fetch(&reply, size);
}

int built_and_filled_by_helpers(struct iovec *vec, void *buf, size_t size)
{
	struct reply reply = { .buf = buf };

	set_up_ok(&reply, vec, size);
	return fill(&reply.in_iter, buf, size) < size ? -EFAULT : 0;
}

/* Somebody unknown may build it anew. */
static int given_away_ok(struct socket *sock, struct kvec *vec, size_t size)
{
	struct msghdr msg = { };

	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, vec, 1, size);
	exchange_greetings(sock, &msg);
	return sock_recvmsg(sock, &msg, 0);
}

/* A copy of an iterator has its direction. */
static int copied_iterator_bad(struct kvec *vec, const void *from, size_t size)
{
	struct iov_iter iter, saved;

	iov_iter_kvec(&iter, ITER_SOURCE, vec, 1, size);
//                           ^^^^^^^^^^^ wrong-direction: `iter` is built as a source (ITER_SOURCE), and copy_to_iter() writes data to it: use ITER_DEST
	saved = iter;
	return copy_to_iter(from, size, &saved) == size ? 0 : -EFAULT;
}

/* What the data goes for was noted by somebody, and the helper looks there. */
struct command {
	int way;
	void *buf;
};

static int copy_payload(struct command *command, struct iov_iter *iter, size_t size)
{
	if (command->way == DMA_TO_DEVICE && copy_from_iter(command->buf, size, iter) != size)
		return -EFAULT;
	return 0;
}

int noted_direction_ok(struct iovec *vec, size_t size, u32 tag)
{
	struct command *command = find_command(tag);
	struct iov_iter iter;

	iov_iter_init(&iter, ITER_DEST, vec, 1, size);
	return copy_payload(command, &iter, size);
}

int dump_page_bad(struct file *file, struct page *page, loff_t *pos)
{
	struct bio_vec vec;
	struct iov_iter iter;

	bvec_set_page(&vec, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_DEST, &vec, 1, PAGE_SIZE);
//                           ^^^^^^^^^ wrong-direction: `iter` is built as a destination (ITER_DEST), and __kernel_write_iter() reads data from it: use ITER_SOURCE
	return __kernel_write_iter(file, &iter, pos);
}

int dump_page_ok(struct file *file, struct page *page, loff_t *pos)
{
	struct bio_vec vec;
	struct iov_iter iter;

	bvec_set_page(&vec, page, PAGE_SIZE, 0);
	iov_iter_bvec(&iter, ITER_SOURCE, &vec, 1, PAGE_SIZE);
	return __kernel_write_iter(file, &iter, pos);
}
