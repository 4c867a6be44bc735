struct stack {
	struct list_head link;
	int nr;
	struct page *pages[];
};

struct stack_owner {
	struct stack *stack;
};

static int stack_unwound_ok(struct list_head *list, unsigned long addr)
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
		goto unpin;
	list_add_tail(&stack->link, list);
	return 0;

unpin:
	unpin_user_pages(stack->pages, stack->nr);
free:
	kfree(stack);
	return err;
}

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
//              ^^^^^^^^^^ page-leak: `stack->pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	list_add_tail(&stack->link, list);
	return 0;

free:
	kfree(stack);
	return err;
}

static int stack_given_out_ok(struct stack **result, unsigned long addr)
{
	struct stack *stack = kzalloc(struct_size(stack, pages, 32), GFP_KERNEL);

	if (!stack)
		return -ENOMEM;
	stack->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, stack->pages);
	if (stack->nr <= 0) {
		kfree(stack);
		return -EFAULT;
	}
	*result = stack;
	return 0;
}

static int stack_listed_ok(struct list_head *list, unsigned long addr)
{
	struct stack *stack = kzalloc(struct_size(stack, pages, 32), GFP_KERNEL);

	if (!stack)
		return -ENOMEM;
	stack->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, stack->pages);
	if (stack->nr <= 0) {
		kfree(stack);
		return -EFAULT;
	}
	list_add_tail(&stack->link, list);
	return 0;
}

static struct stack *stack_make_ok(unsigned long addr)
{
	struct stack *stack = kzalloc(struct_size(stack, pages, 32), GFP_KERNEL);

	if (!stack)
		return NULL;
	stack->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, stack->pages);
	if (stack->nr <= 0) {
		kfree(stack);
		return NULL;
	}
	return stack;
}

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

static int stack_stored_ok(struct stack_owner *owner, unsigned long addr)
{
	struct stack *stack = kzalloc(struct_size(stack, pages, 32), GFP_KERNEL);

	if (!stack)
		return -ENOMEM;
	stack->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, stack->pages);
	if (stack->nr <= 0) {
		kfree(stack);
		return -EFAULT;
	}
	owner->stack = stack;
	return 0;
}
