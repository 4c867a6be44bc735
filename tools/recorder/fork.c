// SPDX-License-Identifier: GPL-2.0
/* fork experiments: included by init.c */
#include <setjmp.h>

static sigjmp_buf jmpb;
static void onsegv(int s) { siglongjmp(jmpb, 1); }
static int rdb(volatile unsigned char *p) { if (sigsetjmp(jmpb, 1)) return -1; return *p; }
static int wrb(volatile unsigned char *p, int v) { if (sigsetjmp(jmpb, 1)) return -1; *p = v; return 0; }

struct fx {
	const char *vma, *st, *hold;	/* hold: function */
	int mode, dir, n;
	unsigned g;			/* gup flags, symbolic */
	int after, by_child;		/* when and by whom the page is taken */
	int prepin, dontfork;
	const char *acts;		/* P parent writes, C child writes, X child exits, M parent unmaps */
	const char *note;
};
struct obs { int b0, b64, gone; struct oc_query q; };

static void observe(uint64_t a, struct obs *o)
{
	memset(&o->q, 0, sizeof(o->q));
	o->q.addr = a;
	ioctl(devfd, OC_QUERY, &o->q);
	o->b0 = rdb((void *)a);
	o->b64 = rdb((void *)(a + 64));
}
static void jbyte(const char *n, int b) { if (b < 0) J(",\"%s\":null", n); else if (b >= 32 && b < 127) J(",\"%s\":\"%c\"", n, b); else J(",\"%s\":\"\\u%04x\"", n, b); }
static void jobs(const char *n, struct obs *o)
{
	if (o->gone) { J(",\"%s\":null", n); return; }
	J(",\"%s\":{\"present\":%s,\"is_held_page\":%s,\"anon\":%d,\"exclusive\":%d,\"ref\":%d", n, o->q.present ? "true" : "false",
	  o->q.is_held ? "true" : "false", o->q.anon, o->q.excl, o->q.ref);
	jbyte("byte0", o->b0); jbyte("byte64", o->b64);
	J("}");
}

static void run_fx(struct fx *x)
{
	pid_t pid;
	int st;
	long id = ncase++;

	memset(shbuf, 0, 64);
	warns_begin();
	pid = fork();
	if (!pid) {
		struct umem u = { .vma = x->vma, .npages = 4 };
		int up[2], dn[2], i, dmar = -1, dmaw, kidgone = 0;
		struct oc_hold h = { 0 };
		struct oc_query q0 = { 0 }, q1 = { 0 };
		struct oc_rel rl = { 0 };
		struct obs po, co;
		pid_t kid;
		uint64_t a;
		char cmd;
		struct oc_dma d;

		jb = shbuf + 8; jn = 0; jmax = SHSZ - 64;
		signal(SIGSEGV, onsegv); signal(SIGBUS, onsegv);
		devfd = open("/dev/recorder", O_RDWR);
		J("{\"id\":%ld,\"group\":\"fork\"", id);
		if (x->note) J(",\"note\":\"%s\"", x->note);
		J(",\"in\":{\"vma\":\"%s\",\"state\":\"%s\",\"hold\":\"%s\"", x->vma, x->st, x->hold);
		if (x->mode >= 0) {
			if (x->mode >= 2) J(",\"dir\":\"%s\"", x->dir ? "source" : "dest");
			else J(",\"gup_flag_names\":\"%s%s\"", x->g & G_WRITE ? "WRITE " : "", x->g & G_LONGTERM ? "LONGTERM " : "");
			J(",\"times\":%d,\"hold_when\":\"%s\",\"hold_by\":\"%s\"", x->n, x->after ? "after_fork" : "before_fork", x->by_child ? "child" : "parent");
		}
		J(",\"earlier_pin_in_mm\":%s,\"dontfork\":%s,\"actions\":\"%s\"}", x->prepin ? "true" : "false", x->dontfork ? "true" : "false", x->acts);
		for (i = 0; i < 4; i++) u.st[i] = x->st[0];
		if (setup_mem(&u)) { J(",\"error\":\"setup\"}"); shbuf[0] = 3; _exit(0); }
		a = u.addr + PS;
		/* a recognisable original content, without changing the kind of memory */
		if (x->prepin) {
			static char other[8192];

			other[0] = other[4096] = 1;
			h.addr = (uint64_t)other; h.mode = 0; h.gup_flags = gf(G_WRITE); h.n = 1;
			ioctl(devfd, OC_HOLD, &h);
			rl.mode = 1; ioctl(devfd, OC_REL, &rl);
		}
		if (x->dontfork) madvise((void *)u.addr, 4 * PS, MADV_DONTFORK);
		memset(&h, 0, sizeof(h));
		h.addr = a; h.mode = x->mode; h.gup_flags = gf(x->g); h.dir = x->dir; h.n = x->n; h.ret = 0;
		shbuf[0] = 1;
		if (x->mode >= 0 && !x->after) ioctl(devfd, OC_HOLD, &h);
		q0.addr = a; ioctl(devfd, OC_QUERY, &q0);
		if (pipe(up) || pipe(dn)) _exit(1);
		kid = fork();
		if (!kid) {
			close(up[0]); close(dn[1]);
			while (read(dn[0], &cmd, 1) == 1) {
				if (cmd == 'W') wrb((void *)a, 'C');
				if (cmd == 'X') _exit(0);
				if (cmd == 'H') { ioctl(devfd, OC_HOLD, &h); if (write(up[1], &h, sizeof(h))) {} continue; }
				if (cmd == 'O') { memset(&co, 0, sizeof(co)); observe(a, &co); if (write(up[1], &co, sizeof(co))) {} continue; }
				if (write(up[1], &cmd, 1)) {}
			}
			_exit(0);
		}
		close(up[1]); close(dn[0]);
		q1.addr = a; ioctl(devfd, OC_QUERY, &q1);
		if (x->mode >= 0 && x->after) {
			if (x->by_child) {
				cmd = 'H';
				if (write(dn[1], &cmd, 1) != 1 || read(up[0], &h, sizeof(h)) != sizeof(h)) {}
			} else
				ioctl(devfd, OC_HOLD, &h);
		}
		for (i = 0; x->acts[i]; i++) {
			if (x->acts[i] == 'P') wrb((void *)a, 'P');
			if (x->acts[i] == 'M') munmap((void *)a, PS);
			if (x->acts[i] == 'C') { cmd = 'W'; if (write(dn[1], &cmd, 1) != 1 || read(up[0], &cmd, 1) != 1) {} }
			if (x->acts[i] == 'X') { cmd = 'X'; if (write(dn[1], &cmd, 1)) {} waitpid(kid, NULL, 0); kidgone = 1; }
		}
		d = (struct oc_dma){ .off = 0, .is_write = 0 };
		if (!ioctl(devfd, OC_DMA, &d)) dmar = d.val;
		d = (struct oc_dma){ .off = 64, .len = 64, .val = 'D', .is_write = 1 };
		dmaw = x->mode >= 0 && (x->g & G_WRITE || (x->mode >= 2 && !x->dir));
		if (dmaw) ioctl(devfd, OC_DMA, &d);
		memset(&po, 0, sizeof(po)); memset(&co, 0, sizeof(co));
		observe(a, &po);
		if (!kidgone) {
			cmd = 'O';
			if (write(dn[1], &cmd, 1) != 1 || read(up[0], &co, sizeof(co)) != sizeof(co)) co.gone = 1;
		} else
			co.gone = 1;
		J(",\"out\":{\"hold_ret\":%lld,\"device_writes\":%s", h.ret, dmaw ? "true" : "false");
		if (x->mode >= 0) jbyte("device_read_byte0", dmar);
		J(",\"before_fork\":{\"ref\":%d,\"pin\":%d,\"dma\":%d,\"exclusive\":%d,\"present\":%d},\"after_fork\":{\"ref\":%d,\"pin\":%d,\"dma\":%d,\"exclusive\":%d,\"is_held_page\":%d}",
		  q0.ref, q0.pin, q0.dma, q0.excl, q0.present, q1.ref, q1.pin, q1.dma, q1.excl, q1.is_held);
		J(",\"mm_has_pinned\":[%d,%d],\"held_end\":{\"ref\":%d,\"pin\":%d,\"dma\":%d}", q0.has_pinned, po.q.has_pinned, po.q.held_ref, po.q.held_pin, po.q.held_dma);
		jobs("parent", &po); jobs("child", &co);
		if (dmaw) J(",\"sees_dma\":\"%s\"", po.b64 == 'D' ? (!co.gone && co.b64 == 'D' ? "both" : "parent") : (!co.gone && co.b64 == 'D' ? "child" : "none"));
		rl.mode = (x->mode == 0 || x->mode == 2) ? 1 : 0;
		i = ioctl(devfd, OC_REL, &rl);
		J(",\"released\":%d", i);
		close(dn[1]);
		if (!kidgone) waitpid(kid, NULL, 0);
		warns_json();
		J("}}");
		shbuf[0] = 3;
		_exit(0);
	}
	waitpid(pid, &st, 0);
	if (shbuf[0] != 3) { jb = shbuf + 8; jn = strlen(jb); jmax = SHSZ - 64; J(",\"crash\":{\"stage\":%d,\"status\":%d", shbuf[0], st); warns_json(); J("}}"); ncrash++; }
	fprintf(outf, "%s\n", shbuf + 8);
}

static void forkexp(void)
{
	static const struct { const char *vma, *st; } mm[] = {
		{ "anon", "T" }, { "anon", "U" }, { "anon", "Z" }, { "shmem_private", "T" }, { "shmem_private", "r" }, { "shmem_private", "U" },
		{ "shmem_shared", "T" }, { "anon_shared", "T" }, { "thp", "T" }, { "thp_pte", "T" }, { "thp_zero", "Z" }, { "mthp16k", "T" }, { "hugetlb", "T" } };
	static const struct { const char *hold; int mode, dir, n; unsigned g; } hh[] = {
		{ "none", -1, 0, 0, 0 },
		{ "pin_user_pages_fast", 0, 0, 1, G_WRITE }, { "pin_user_pages_fast", 0, 0, 1, 0 },
		{ "pin_user_pages_fast", 0, 0, 1, G_WRITE | G_LONGTERM }, { "pin_user_pages_fast", 0, 0, 1, G_LONGTERM },
		{ "get_user_pages_fast", 1, 0, 1, G_WRITE }, { "get_user_pages_fast", 1, 0, 1, 0 },
		{ "iov_iter_extract_pages", 2, 0, 1, 0 }, { "iov_iter_extract_pages", 2, 1, 1, 0 },
		{ "iov_iter_get_pages2", 3, 0, 1, 0 }, { "iov_iter_get_pages2", 3, 1, 1, 0 } };
	static const char *acts[] = { "", "P", "C", "PC", "CP", "X", "XP", "PX", "CX", "M" };
	unsigned m, h, a, w;

	for (m = 0; m < sizeof(mm) / sizeof(mm[0]); m++)
		for (h = 0; h < sizeof(hh) / sizeof(hh[0]); h++)
			for (w = 0; w < 3; w++)
				for (a = 0; a < sizeof(acts) / sizeof(acts[0]); a++) {
					struct fx x = { .vma = mm[m].vma, .st = mm[m].st, .hold = hh[h].hold, .mode = hh[h].mode, .dir = hh[h].dir,
						.n = hh[h].n, .g = hh[h].g, .after = w > 0, .by_child = w == 2, .acts = acts[a] };

					if (!newk && (x.mode == 2 || !strcmp(x.vma, "mthp16k"))) continue;
					if (x.mode < 0 && w) continue;
					if (m > 0 && a >= 5 && a != 9) continue;	/* all orders for touched anonymous memory only */
					if (m > 0 && w == 2) continue;
					if (!strcmp(x.vma, "hugetlb") && x.acts[0] == 'M') continue;
					run_fx(&x);
				}
	/* many gets look like a pin; MMF_HAS_PINNED decides whether fork asks */
	{
		static const int ns[] = { 1, 500, 1021, 1022, 1023, 1024, 1100 };
		unsigned i, p;

		for (i = 0; i < 7; i++)
			for (p = 0; p < 2; p++)
				for (a = 0; a < 3; a++) {
					struct fx x = { .vma = "anon", .st = "T", .hold = "get_user_pages_fast", .mode = 1, .n = ns[i], .g = G_WRITE,
						.prepin = p, .acts = acts[a], .note = "many gets" };
					run_fx(&x);
				}
		for (p = 0; p < 2; p++)
			for (a = 0; a < 5; a++) {
				struct fx x = { .vma = "anon", .st = "T", .hold = p ? "pin_user_pages_fast" : "get_user_pages_fast", .mode = !p, .n = 1, .g = G_WRITE,
					.dontfork = 1, .acts = acts[a], .note = "MADV_DONTFORK" };
				run_fx(&x);
				x.dontfork = 0; x.n = 3; x.note = "taken three times";
				run_fx(&x);
			}
	}
}
