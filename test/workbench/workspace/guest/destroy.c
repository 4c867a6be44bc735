// SPDX-License-Identifier: MIT
#include "guest.h"

void guest_destroy(struct guest *guest)
{
	if (guest->console)
		put_page(guest->console);
	mutex_destroy(&guest->lock);
	kfree(guest);
}
