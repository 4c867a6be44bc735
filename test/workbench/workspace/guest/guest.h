/* SPDX-License-Identifier: MIT */
struct guest {
	struct mutex lock;
	struct page *console;
};

int guest_share_console(struct guest *guest, unsigned long address);
void guest_destroy(struct guest *guest);
