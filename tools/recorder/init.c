// SPDX-License-Identifier: GPL-2.0
/* Test program, runs as /init: generates cases, runs each in its own process, prints JSON lines on ttyS1. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include "recorder.h"

#define PS 4096UL
#define P_DMA 0

static FILE *outf;
static char *shbuf;		/* shared: inputs JSON, so the parent can report a case whose process died */
#define SHSZ (1 << 20)
static long rfrom; static int only_random, trace;
static int newk;		/* 6.12: 1, 6.1: 0 */
static int devfd = -1, kmsgfd = -1, clearfd = -1, hfd = -1;
static long ncase, ncrash;
static unsigned long long seed0 = 0x9e3779b97f4a7c15ULL;

/* ---- deterministic generator ---- */
static uint64_t rs;
static uint64_t rnd(void) { rs ^= rs >> 12; rs ^= rs << 25; rs ^= rs >> 27; return rs * 0x2545F4914F6CDD1DULL; }
static unsigned rn(unsigned n) { return (rnd() >> 33) % n; }
static int pct(unsigned p) { return rn(100) < p; }

/* ---- user memory ---- */
struct umem { const char *vma; char st[40]; int npages; uint64_t addr; uint64_t maplen, mapaddr; int fd; };
struct kcase {
	struct oc_in in;
	struct umem um[OC_MAXAREA];
	int forked;
	char note[200];
};

static uint64_t va_next = 0x200000000ULL;
static void *mmap_at(size_t len, int prot, int flags, int fd, off_t off, size_t align)
{
	void *p;

	va_next = (va_next + align - 1) & ~(uint64_t)(align - 1);
	p = mmap((void *)va_next, len, prot, flags | MAP_FIXED, fd, off);
	va_next += len + (1 << 21);
	return p == MAP_FAILED ? NULL : p;
}

static int setup_mem(struct umem *u)
{
	size_t len = u->npages * PS;
	volatile char *p = NULL;
	int i, prot = PROT_READ | PROT_WRITE, fd = -1, page = 1;

	if (!strcmp(u->vma, "anon")) {
		p = mmap_at(len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, PS * 16);
	} else if (!strcmp(u->vma, "anon_shared")) {
		p = mmap_at(len, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0, PS * 16);
	} else if (!strcmp(u->vma, "shmem_shared") || !strcmp(u->vma, "shmem_private") || !strcmp(u->vma, "shmem_shared_ro") || !strcmp(u->vma, "shmem_private_ro")) {
		char buf[PS];

		fd = memfd_create("oc", 0);
		if (fd < 0 || ftruncate(fd, len)) return -1;
		memset(buf, 'f', PS);
		for (i = 0; i < u->npages; i++)
			if (strchr("FrTQ", u->st[i]))
				if (pwrite(fd, buf, PS, i * PS) != (ssize_t)PS) return -1;
		if (strstr(u->vma, "_ro")) prot = PROT_READ;
		p = mmap_at(len, prot, strstr(u->vma, "shared") ? MAP_SHARED : MAP_PRIVATE, fd, 0, PS * 16);
		u->fd = fd;
	} else if (!strncmp(u->vma, "thp", 3)) {
		/* npages pages starting 4 pages before the end of the first huge page, inside two huge pages */
		char *b = mmap_at(4 << 20, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, 2 << 20);

		if (!b || madvise(b, 4 << 20, MADV_HUGEPAGE)) return -1;
		if (!strcmp(u->vma, "thp_zero")) {
			(void)*(volatile char *)b;
			(void)*(volatile char *)(b + (2 << 20));
		} else {
			b[0] = 'T'; b[2 << 20] = 'T';
			memset(b + (2 << 20) - 4 * PS, 'T', 64 * PS);
		}
		if (!strcmp(u->vma, "thp_pte")) {	/* PTE-mapped: split the page table by a protection change and back */
			mprotect(b + (1 << 20), PS, PROT_READ);
			mprotect(b + (1 << 20), PS, prot);
			mprotect(b + (3 << 20), PS, PROT_READ);
			mprotect(b + (3 << 20), PS, prot);
		}
		if (!strcmp(u->vma, "thp_whole")) p = b;
		else p = b + (2 << 20) - 4 * PS;
		page = 0;
	} else if (!strcmp(u->vma, "hugetlb")) {
		char *b = mmap_at(2 << 20, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0, 2 << 20);

		if (!b) return -1;
		if (u->st[0] == 'T') b[0] = 'T';
		if (u->st[0] == 'r') (void)*(volatile char *)b;
		p = b; page = 0;
	} else if (!strcmp(u->vma, "mthp16k")) {
		p = mmap_at(len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, 16 << 12);
		if (!p || madvise((void *)p, len, MADV_HUGEPAGE)) return -1;
		for (i = 0; i < u->npages; i += 4) p[i * PS] = 'T';
		page = 0;
	} else if (!strcmp(u->vma, "pfnmap")) {
		p = mmap_at(len, prot, MAP_SHARED, devfd, 0, PS * 16);
		page = 0;
	} else if (!strcmp(u->vma, "mixedmap")) {
		p = mmap_at(len, prot, MAP_SHARED, devfd, PS, PS * 16);
		page = 0;
	} else if (!strcmp(u->vma, "kaddr")) {
		u->addr = 0xffff888000100000ULL;
		return 0;
	} else if (!strcmp(u->vma, "noncanon")) {
		u->addr = 0x00007ffffffff000ULL - 2 * PS;
		return 0;
	}
	if (!p) return -1;
	u->addr = (uint64_t)p;
	if (page)
		for (i = 0; i < u->npages; i++) {
			volatile char *q = p + i * PS;

			switch (u->st[i]) {
			case 'T': if (prot & PROT_WRITE) *q = 'T'; else (void)*q; break;
			case 'R': *q = 'T'; break;
			case 'N': *q = 'T'; break;
			case 'Z': case 'r': case 'Q': (void)*q; break;
			}
		}
	if (page)
		for (i = 0; i < u->npages; i++) {
			void *q = (void *)(p + i * PS);

			switch (u->st[i]) {
			case 'R': case 'Q': mprotect(q, PS, PROT_READ); break;
			case 'N': mprotect(q, PS, PROT_NONE); break;
			case 'H': munmap(q, PS); break;
			}
		}
	return 0;
}

/* ---- JSON ---- */
static char *jb; static size_t jn, jmax;
static void J(const char *f, ...)
{
	va_list a;
	int r;

	va_start(a, f);
	r = vsnprintf(jb + jn, jmax - jn, f, a);
	va_end(a);
	if (r > 0) jn += r;
	if (jn > jmax - 2) jn = jmax - 2;
}

static const char *fnn[] = { "iov_iter_extract_pages", "iov_iter_get_pages2", "iov_iter_get_pages_alloc2", "extract_iter_to_sg",
	"bio_iov_iter_get_pages", "pin_user_pages_fast", "get_user_pages_fast", "pin_user_pages", "get_user_pages",
	"pin_user_pages_unlocked", "get_user_pages_unlocked", "pin_user_pages_remote" };
static const char *itn[] = { "ubuf", "iovec", "kvec", "bvec", "xarray", "folioq", "discard", "none" };
static const char *atn[] = { "user", "kmalloc", "vmalloc", "compound", "split", "static", "zeropage", "hole" };

static unsigned gf(unsigned g);
static int is_gup(unsigned fn) { return fn >= FN_PIN_FAST; }

static void json_inputs(struct kcase *c, long id, const char *group)
{
	struct oc_in *in = &c->in;
	unsigned i;

	J("{\"id\":%ld,\"group\":\"%s\"", id, group);
	if (c->note[0]) J(",\"note\":\"%s\"", c->note);
	J(",\"in\":{\"fn\":\"%s\"", fnn[in->fn]);
	if (!is_gup(in->fn)) {
		J(",\"iter\":\"%s\",\"dir\":\"%s\",\"nofault\":%s,\"count\":%llu,\"advance\":%llu", itn[in->iter],
		  in->dir ? "source" : "dest", in->nofault ? "true" : "false", in->count, in->advance);
		if (in->fn != FN_BIO)
			J(",\"maxsize\":%llu", in->maxsize);
		if (in->fn != FN_BIO && in->fn != FN_GETALLOC2)
			J(",\"maxpages\":%u", in->maxpages);
		if (in->fn == FN_EXTRACT || in->fn == FN_SG)
			J(",\"extraction_flags\":%u", in->eflags);
		if (in->fn == FN_EXTRACT || in->fn == FN_GETALLOC2)
			J(",\"pages_in\":\"%s\"", in->pages_null ? "null" : "given");
		if (in->fn == FN_BIO)
			J(",\"bio_max_vecs\":%u,\"bio_op\":\"%s\",\"bdev_block\":%d", in->bio_maxvecs, in->bio_write ? "write" : "read",
			  in->bdev == 1 ? 512 : in->bdev == 2 ? 4096 : 0);
		if (in->iter == IT_XARRAY) J(",\"xa_start\":%llu", in->xa_start);
		if (in->iter == IT_FOLIOQ) J(",\"fq_slot\":%u,\"fq_off\":%llu,\"fq_fill\":%u", in->fq_slot, in->fq_off, in->fq_fill);
	} else {
		J(",\"addr_area\":0,\"addr_off\":%lld,\"nr_pages\":%u,\"gup_flags\":%u,\"gup_flag_names\":\"%s%s%s%s%s%s%s%s\",\"pages_in\":\"%s\"",
		  (long long)(in->gup_addr - c->um[0].addr), in->gup_n, in->gup_flags,
		  in->gup_flags & gf(1) ? "WRITE " : "", in->gup_flags & gf(16) ? "GET " : "", in->gup_flags & gf(2) ? "FORCE " : "",
		  in->gup_flags & gf(8) ? "NOFAULT " : "", in->gup_flags & gf(4) ? "LONGTERM " : "", in->gup_flags & gf(64) ? "DUMP " : "",
		  in->gup_flags & gf(32) ? "PIN " : "", in->gup_flags & gf(128) ? "P2PDMA " : "",
		  in->pages_null ? "null" : "given");
	}
	J(",\"release\":\"%s\",\"clear_dirty\":%s,\"forked\":%s", in->release == REL_EACH ? "each" : in->release == REL_DIRTY ? "dirty_lock" : "array_clean",
	  in->clear_dirty ? "true" : "false", c->forked ? "true" : "false");
	J(",\"areas\":[");
	for (i = 0; i < in->narea; i++) {
		struct oc_area *a = &in->areas[i];

		if (a->type == AT_USER)
			J("%s{\"mem\":\"user\",\"vma\":\"%s\",\"pages\":%u,\"state\":\"%s\"}", i ? "," : "", c->um[i].vma, a->npages, c->um[i].st);
		else
			J("%s{\"mem\":\"%s\",\"pages\":%u,\"order\":%u%s", i ? "," : "", atn[a->type], a->npages, a->order, "");
		if (a->type != AT_USER) {
			if (in->iter == IT_XARRAY) J(",\"index\":%llu", a->index);
			J("}");
		}
	}
	J("],\"segs\":[");
	for (i = 0; i < in->nseg; i++)
		J("%s{\"area\":%u,\"off\":%llu,\"len\":%llu%s}", i ? "," : "", in->segs[i].area, in->segs[i].off, in->segs[i].len,
		  in->iter == IT_BVEC && in->segs[i].pad ? ",\"off_in_bv_offset\":true" : "");
	J("]}");
}

static void jit(const char *n, struct oc_iterst *s, unsigned it)
{
	J(",\"%s\":{\"count\":%llu,\"iov_offset\":%llu", n, s->count, s->iov_offset);
	if (it == IT_IOVEC || it == IT_KVEC || it == IT_BVEC)
		J(",\"nr_segs\":%llu,\"seg\":%lld", s->nr_segs, s->seg_moved);
	if (it == IT_FOLIOQ)
		J(",\"slot\":%d,\"fq\":%d", s->slot, s->fq_moved);
	J("}");
}

static void json_out(struct kcase *c, struct oc_out *o, int rc)
{
	struct oc_in *in = &c->in;
	unsigned i, k;

	if (rc || o->setup_err) {
		J(",\"error\":\"setup rc=%d err=%u\"}", rc, o->setup_err);
		return;
	}
	J(",\"out\":{\"ret\":%lld", o->ret);
	if (in->fn <= FN_GETALLOC2) {
		if (o->offset0_set) J(",\"offset0\":%llu", o->offset0); else J(",\"offset0\":null");
		J(",\"pages_out\":\"%s\"", o->pages_after == 0 ? "null" : o->pages_after == 1 ? "given" : o->pages_after == 2 ? "zero_size_ptr" : "allocated");
	}
	if (newk && (in->fn == FN_EXTRACT || in->fn == FN_SG))
		J(",\"will_pin\":%s", o->will_pin ? "true" : "false");
	if (in->fn == FN_SG) J(",\"nents\":%u", o->nent);
	if (in->fn == FN_BIO) {
		J(",\"bi_vcnt\":%u,\"bi_size\":%lld,\"bio_cloned\":%u", o->bio_vcnt, o->bio_size, o->bio_cloned);
		if (newk) J(",\"bio_page_pinned\":%u", o->bio_pinned);
		else J(",\"bio_no_page_ref\":%u", o->bio_norefs);
	}
	J(",\"npages\":%u,\"mm_has_pinned\":[%u,%u]", o->npages, o->has_pinned_before, o->has_pinned_after);
	if (!is_gup(in->fn)) {
		jit("iter_before", &o->it0, in->iter);
		jit("iter_after", &o->it1, in->iter);
	}
	/* pages */
	J(",\"pages\":[");
	for (i = 0; i < o->npages && i < 64; i++) {
		struct oc_pg *p = &o->pg[i];

		J("%s{\"folio\":%d,\"sub\":%u,\"area\":%d,\"idx\":%d", i ? "," : "", p->fol, p->sub, p->area, p->idx);
		if (p->same >= 0) J(",\"same_as_before\":%s", p->same ? "true" : "false");
		if (in->fn == FN_SG || in->fn == FN_BIO) J(",\"entry\":%d,\"off\":%u,\"len\":%u", p->ent, p->off, p->len);
		if (in->fn == FN_BIO) J(",\"pfn_rel\":%lld", p->pfn_rel);
		J("}");
	}
	J("]");
	if (o->npages > 64) J(",\"pages_cut\":true");
	J(",\"folios\":[");
	for (i = 0; i < o->nfol && i < 64; i++) {
		struct oc_fol *f = &o->fol[i];
		static const char *ph[] = { "before", "after", "if_put", "if_unpin", "released" };

		J("%s{\"order\":%d,\"kind\":\"%s\",\"entries\":%u", i ? "," : "", f->order,
		  f->flags & FF_SLAB ? "slab" : f->flags & FF_ZERO ? "zero" : f->flags & FF_HUGEZERO ? "hugezero" : f->flags & FF_HUGETLB ? "hugetlb" :
		  f->flags & FF_ANON ? "anon" : f->flags & FF_FILE ? "file" : "kernel", f->nr_entries);
		for (k = 0; k < PH_NR; k++) {
			if (k == PH_BEFORE && !f->before_valid) { J(",\"before\":null"); continue; }
			J(",\"%s\":{\"ref\":%d", ph[k], f->ref[k]);
			if (f->order > 0) J(",\"pin\":%d", f->pin[k]);
			J(",\"dma\":%u,\"dirty\":%u}", f->dma[k], f->dirty[k]);
		}
		if (f->before_valid)
			J(",\"d_after\":[%d,%d],\"d_released\":[%d,%d]", f->ref[1] - f->ref[0], f->order > 0 ? f->pin[1] - f->pin[0] : 0,
			  f->ref[4] - f->ref[0], f->order > 0 ? f->pin[4] - f->pin[0] : 0);
		J(",\"held\":[%d,%d]}", f->ref[1] - f->ref[4], f->order > 0 ? f->pin[1] - f->pin[4] : 0);
	}
	J("]");
	if (o->odd_arr) J(",\"odd_array\":\"0x%llx\"", o->odd_arr);
	if (o->nleft) {
		J(",\"left_over\":[");
		for (i = 0; i < o->nleft; i++)
			J("%s{\"area\":%d,\"idx\":%d,\"dref\":%d,\"dpin\":%d}", i ? "," : "", o->left[i][0], o->left[i][1], o->left[i][2], o->left[i][3]);
		J("]");
	}
	if (o->nuleft) {
		J(",\"user_ref_change\":[");
		for (i = 0; i < o->nuleft; i++)
			J("%s{\"area\":%d,\"idx\":%d,\"dref\":%d,\"dpin\":%d}", i ? "," : "", o->uleft[i][0], o->uleft[i][1], o->uleft[i][2], o->uleft[i][3]);
		J("]");
	}
	J(",\"mapped\":[");
	for (i = 0, k = 0; i < in->narea; i++)
		if (in->areas[i].type == AT_USER) {
			J("%s{\"area\":%u,\"before\":\"%s\",\"after\":\"%s\"}", k ? "," : "", i, o->cls0[i], o->cls1[i]);
			k++;
		}
	J("]");
}

static void warns_begin(void)
{
	if (clearfd >= 0) { if (write(clearfd, "1", 1) < 0) perror("clear_warn_once"); }
	if (kmsgfd >= 0) lseek(kmsgfd, 0, SEEK_END);
}
static void warns_json(void)
{
	char b[8192];
	ssize_t r;
	int n = 0;

	J(",\"warn\":[");
	while (kmsgfd >= 0 && (r = read(kmsgfd, b, sizeof(b) - 1)) > 0) {
		char *w;

		b[r] = 0;
		if ((w = strstr(b, "WARNING: CPU:")) || (w = strstr(b, "BUG: ")) || (w = strstr(b, "kernel BUG"))) {
			char *at = strstr(w, " at "), *e;

			if (w[0] == 'W' && at) { at += 4; at[strcspn(at, " \n")] = 0; }
			else { at = w; at[strcspn(at, "\n")] = 0; if ((e = strstr(at, " in process"))) *e = 0; }
			J("%s\"%s\"", n++ ? "," : "", at);
		}
	}
	J("]");
}

static struct oc_req req;

/* run one case in a child; prints one line */
static void run_case(struct kcase *c, const char *group)
{
	pid_t pid;
	int st;
	long id = ncase++;

	memset(shbuf, 0, 64);
	warns_begin();
	pid = fork();
	if (!pid) {
		struct oc_in *in = &c->in;
		unsigned i;
		int rc = 0, fdp[2];
		pid_t kid = 0;

		jb = shbuf + 8; jn = 0; jmax = SHSZ - 64;
		devfd = open("/dev/recorder", O_RDWR);
		for (i = 0; i < in->narea; i++)
			if (in->areas[i].type == AT_USER) {
				c->um[i].npages = in->areas[i].npages;
				if (setup_mem(&c->um[i])) rc = 1;
				in->areas[i].addr = c->um[i].addr;
			}
		if (is_gup(in->fn)) in->gup_addr += c->um[0].addr;
		json_inputs(c, id, group);
		if (!rc && c->forked) {
			if (pipe(fdp)) {}
			kid = fork();
			if (!kid) { char b; close(fdp[1]); if (read(fdp[0], &b, 1)) {} _exit(0); }
			close(fdp[0]);
		}
		memcpy(&req.in, in, sizeof(*in));
		shbuf[0] = 1;
		if (!rc) { rc = ioctl(devfd, OC_RUN, &req); if (rc) rc = errno; }
		shbuf[0] = 2;
		json_out(c, &req.out, rc);
		if (!rc && !req.out.setup_err) { warns_json(); J("}}"); }
		if (kid) { close(fdp[1]); waitpid(kid, NULL, 0); }
		shbuf[0] = 3;
		_exit(0);
	}
	waitpid(pid, &st, 0);
	if (shbuf[0] == 3)
		fprintf(outf, "%s\n", shbuf + 8);
	else {
		jb = shbuf + 8; jn = strlen(jb); jmax = SHSZ - 64;
		J(",\"crash\":{\"stage\":%d,\"status\":%d", shbuf[0], st);
		warns_json();
		J("}}");
		fprintf(outf, "%s\n", shbuf + 8);
		ncrash++;
	}
}

static void wfile(const char *p, const char *s) { int f = open(p, O_WRONLY); if (f >= 0) { if (write(f, s, strlen(s)) < 0) perror(p); close(f); } else perror(p); }

#include "cases.c"

static void forkexp(void);
#include "fork.c"
#include "harm.c"


int main(void)
{
	struct termios t;
	struct utsname u;
	char line[256], par[100], *img;
	struct stat sb;
	FILE *k;
	unsigned long dr = 0;
	int fd;

	mkdir("/proc", 0755); mkdir("/sys", 0755); mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	fd = open("/dev/console", O_RDWR);
	dup2(fd, 0); dup2(fd, 1); dup2(fd, 2);
	setlinebuf(stdout);
	uname(&u);
	newk = strncmp(u.release, "6.1.", 4) != 0;
	printf("recorder init: %s %s\n", u.release, u.version);
	fd = open("/dev/ttyS1", O_RDWR | O_NOCTTY);
	tcgetattr(fd, &t); cfmakeraw(&t); cfsetspeed(&t, B115200); tcsetattr(fd, TCSANOW, &t);
	outf = fdopen(fd, "w");
	setvbuf(outf, NULL, _IOFBF, 65536);
	k = fopen("/proc/kallsyms", "r");
	while (k && fgets(line, sizeof(line), k)) {
		unsigned long a; char ty, nm[128];

		if (sscanf(line, "%lx %c %127s", &a, &ty, nm) == 3 && !strcmp(nm, "lru_add_drain")) dr = a;
	}
	if (k) fclose(k);
	fd = open("/recorder.ko", O_RDONLY); fstat(fd, &sb); img = malloc(sb.st_size);
	if (read(fd, img, sb.st_size) != sb.st_size) perror("read ko");
	close(fd);
	snprintf(par, sizeof(par), "drain=0x%lx", dr);
	if (syscall(SYS_init_module, img, sb.st_size, par)) perror("init_module");
	free(img);
	wfile("/proc/sys/kernel/printk", "1");
	wfile("/proc/sys/kernel/printk_ratelimit", "0");
	wfile("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	wfile("/sys/kernel/mm/transparent_hugepage/defrag", "always");
	wfile("/proc/sys/vm/nr_hugepages", "8");
	kmsgfd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	clearfd = open("/sys/kernel/debug/clear_warn_once", O_WRONLY);
	devfd = open("/dev/recorder", O_RDWR);
	if (devfd < 0 || kmsgfd < 0 || clearfd < 0) printf("fds: dev %d kmsg %d clear %d\n", devfd, kmsgfd, clearfd);
	shbuf = mmap(NULL, SHSZ, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	{
		char cl[2048] = "", *q;
		int cf = open("/proc/cmdline", O_RDONLY);

		if (read(cf, cl, sizeof(cl) - 1) > 0) {
			if ((q = strstr(cl, "oc_from="))) { rfrom = atol(q + 8); only_random = 1; }
			if ((q = strstr(cl, "oc_n="))) nrandom = atol(q + 5);
			if ((q = strstr(cl, "oc_trace"))) trace = 1;
		}
		close(cf);
	}
	if (only_random)
		goto rnd_;
	hand_cases();
	printf("hand cases done: %ld\n", ncase);
	forkexp();
	printf("fork experiments done: %ld\n", ncase);
	fflush(outf);
rnd_:
	random_cases();
	if (!only_random)
		harm_cases();
	fprintf(outf, "{\"end\":true,\"cases\":%ld,\"crashes\":%ld}\n", ncase, ncrash);
	fflush(outf);
	tcdrain(fileno(outf));
	printf("done: %ld cases, %ld crashes\n", ncase, ncrash);
	sleep(1);
	sync();
	reboot(RB_AUTOBOOT);
	return 0;
}
