/* The pages lie in a table inside the object that has recorded whether they are pinned. */

struct request {
	struct sg_table table;
	bool need_unpin;
};

int request_fill(struct request *request, struct iov_iter *iter, size_t len)
{
	ssize_t got;

	request->need_unpin = iov_iter_extract_will_pin(iter);
	got = extract_iter_to_sg(iter, len, &request->table, 16, 0);
	return got < 0 ? got : 0;
}

void request_empty_bad(struct request *request)
{
	int i;

	for (i = 0; i < request->table.nents; i++)
		unpin_user_page(sg_page(&request->table.sgl[i]));
//              ^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_page() drops the pages in `struct sg_table::sgl` on every path; whether they carry a hold (extract_iter_to_sg()) is recorded in `struct request::need_unpin`: test it
}

void request_empty_ok(struct request *request)
{
	int i;

	if (request->need_unpin)
		for (i = 0; i < request->table.nents; i++)
			unpin_user_page(sg_page(&request->table.sgl[i]));
}

/* A table of its own says nothing of those in requests. */
void table_empty_ok(struct sg_table *table)
{
	int i;

	for (i = 0; i < table->nents; i++)
		unpin_user_page(sg_page(&table->sgl[i]));
}
