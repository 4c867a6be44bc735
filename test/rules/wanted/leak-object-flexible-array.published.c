// expected: silence

struct stack {
	struct list_head link;
	int nr;
	struct page *pages[];
};

struct stack_owner {
	struct stack *stack;
};

static int stack_published_ok(struct device *dev, unsigned long addr)
{
	struct stack *stack = kzalloc(struct_size(stack, pages, 32), GFP_KERNEL);

	if (!stack)
		return -ENOMEM;
	stack->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, stack->pages);
	if (stack->nr <= 0) {
		kfree(stack);
		return -EFAULT;
	}
	publish_object(dev, stack);
	return 0;
}
