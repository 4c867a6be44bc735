// expected: double-release (warning) at the second `unpin_user_pages(stream->pages, stream->nr);`

struct stream {
	struct page **pages;
	int nr;
};

static void stream_drop_twice_bad(struct stream *stream)
{
	unpin_user_pages(stream->pages, stream->nr);
	note_batch_done();
	unpin_user_pages(stream->pages, stream->nr);
}
