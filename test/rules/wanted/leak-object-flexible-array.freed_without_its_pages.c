// expected: page-leak at `goto free;`

struct stack {
	struct list_head link;
	int nr;
	struct page *pages[];
};

struct stack_owner {
	struct stack *stack;
};

static int stack_freed_bad(struct list_head *list, unsigned long addr)
{
	struct stack *stack = kzalloc(struct_size(stack, pages, 32), GFP_KERNEL);
	int err;

	if (!stack)
		return -ENOMEM;
	stack->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, stack->pages);
	if (stack->nr <= 0) {
		err = -EFAULT;
		goto free;
	}
	err = start_device();
	if (err)
		goto free;
	list_add_tail(&stack->link, list);
	return 0;

free:
	kfree(stack);
	return err;
}
