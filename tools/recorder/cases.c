// SPDX-License-Identifier: GPL-2.0
/* case generation: included by init.c */
#define ALLOC_CASE static struct kcase cc; memset(&cc, 0, sizeof(cc)); struct kcase *c = &cc

enum { G_WRITE = 1, G_FORCE = 2, G_LONGTERM = 4, G_NOFAULT = 8, G_GET = 16, G_PIN = 32, G_DUMP = 64, G_P2P = 128 };
static unsigned gf(unsigned g)
{
	unsigned r = 0;

	if (newk) {
		if (g & G_WRITE) r |= 1;
		if (g & G_GET) r |= 2;
		if (g & G_DUMP) r |= 4;
		if (g & G_FORCE) r |= 8;
		if (g & G_NOFAULT) r |= 32;
		if (g & G_LONGTERM) r |= 256;
		if (g & G_P2P) r |= 1024;
		if (g & G_PIN) r |= 1 << 19;
	} else {
		if (g & G_WRITE) r |= 1;
		if (g & G_GET) r |= 4;
		if (g & G_DUMP) r |= 8;
		if (g & G_FORCE) r |= 0x10;
		if (g & G_NOFAULT) r |= 0x80;
		if (g & G_LONGTERM) r |= 0x10000;
		if (g & G_PIN) r |= 0x40000;
	}
	return r;
}
static int has_fn(int fn) { return newk || (fn != FN_EXTRACT && fn != FN_SG); }
static int has_iter(int it) { return newk || it != IT_FOLIOQ; }

static int uarea(struct kcase *c, const char *vma, const char *st, int n)
{
	int a = c->in.narea++;

	c->in.areas[a].type = AT_USER;
	c->in.areas[a].npages = n;
	c->um[a].vma = vma;
	c->um[a].npages = n;
	if (st) {
		int i, l = strlen(st);

		for (i = 0; i < n && i < 39; i++) c->um[a].st[i] = st[i % l];
	}
	return a;
}
static int karea(struct kcase *c, int type, int order, int n, uint64_t index)
{
	int a = c->in.narea++;

	c->in.areas[a].type = type;
	c->in.areas[a].order = order;
	c->in.areas[a].npages = (type == AT_COMP || type == AT_SPLIT) ? 1 << order : n;
	c->in.areas[a].index = index;
	return a;
}
static void seg(struct kcase *c, int area, uint64_t off, uint64_t len, int pad)
{
	struct oc_seg *s = &c->in.segs[c->in.nseg++];

	s->area = area; s->off = off; s->len = len; s->pad = pad;
	c->in.count += len;
}
static void dflt(struct kcase *c, int fn, int iter, int dir)
{
	c->in.fn = fn; c->in.iter = iter; c->in.dir = dir;
	c->in.maxsize = 1 << 20; c->in.maxpages = 16;
	c->in.pages_null = fn == FN_GETALLOC2;
	c->in.bio_maxvecs = iter == IT_BVEC ? 0 : 16;
	c->in.bio_write = dir;
	c->in.bdev = newk ? 0 : 1;
}

struct mcfg { const char *vma, *st; };
static const struct mcfg M[] = {
	{ "anon", "T" }, { "anon", "U" }, { "anon", "Z" }, { "anon", "TUZ" }, { "anon", "TTH" }, { "anon", "HTT" }, { "anon", "R" }, { "anon", "Q" },
	{ "anon", "TRT" }, { "anon", "N" }, { "anon", "TNT" }, { "anon_shared", "T" }, { "anon_shared", "U" }, { "anon_shared", "Z" },
	{ "shmem_shared", "T" }, { "shmem_shared", "U" }, { "shmem_shared", "F" }, { "shmem_shared", "r" }, { "shmem_shared", "TUH" },
	{ "shmem_private", "T" }, { "shmem_private", "U" }, { "shmem_private", "F" }, { "shmem_private", "r" }, { "shmem_private", "TrF" },
	{ "shmem_shared_ro", "r" }, { "shmem_shared_ro", "F" }, { "shmem_private_ro", "r" },
	{ "thp", "T" }, { "thp_pte", "T" }, { "thp_zero", "Z" }, { "hugetlb", "T" }, { "hugetlb", "U" }, { "hugetlb", "r" }, { "mthp16k", "T" },
	{ "pfnmap", "" }, { "mixedmap", "" }, { "kaddr", "" }, { "noncanon", "" },
};
#define NM (sizeof(M) / sizeof(M[0]))
static int m_ok(const struct mcfg *m) { return newk || strcmp(m->vma, "mthp16k"); }

static void ucase(int fn, int iter, int dir, const struct mcfg *m, int npg, uint64_t off, uint64_t len, unsigned g, int forked,
		  void (*tweak)(struct kcase *), const char *note, const char *group)
{
	ALLOC_CASE;

	if (!has_fn(fn) || !m_ok(m)) return;
	dflt(c, fn, iter, dir);
	uarea(c, m->vma, m->st[0] ? m->st : NULL, npg);
	if (is_gup(fn)) {
		c->in.iter = IT_NONE;
		c->in.gup_n = len / PS;
		c->in.gup_addr = off & ~(PS - 1);
		c->in.gup_flags = gf(g);
	} else
		seg(c, 0, off, len, 0);
	c->forked = forked;
	if (note) snprintf(c->note, sizeof(c->note), "%s", note);
	if (fn == FN_SG && !forked) c->in.maxsize = c->in.count;
	if (tweak) tweak(c);
	run_case(c, group);
}

static void tw_dirty(struct kcase *c) { c->in.release = REL_DIRTY; }
static void tw_dirtyc(struct kcase *c) { c->in.release = REL_DIRTY; c->in.clear_dirty = 1; }
static void tw_cleanc(struct kcase *c) { c->in.release = REL_CLEAN_ARRAY; c->in.clear_dirty = 1; }
static void tw_null(struct kcase *c) { c->in.pages_null = 1; }
static void tw_nofault(struct kcase *c) { c->in.nofault = 1; }

static void kcase_(int fn, int iter, int dir, int kind, void (*tweak)(struct kcase *), const char *note);

static void hand_cases(void)
{
	unsigned i, d, f, k;
	static const int fns[] = { FN_EXTRACT, FN_GET2, FN_GETALLOC2, FN_SG, FN_BIO };

	wfile("/sys/kernel/mm/transparent_hugepage/hugepages-16kB/enabled", "madvise");
	/* A: every memory kind x direction x function */
	for (i = 0; i < NM; i++)
		for (d = 0; d < 2; d++) {
			for (f = 0; f < 5; f++) {
				ucase(fns[f], IT_UBUF, d, &M[i], 6, 100, 2 * PS + 300, 0, 0, NULL, NULL, "grid");
				if (fns[f] != FN_BIO)
					ucase(fns[f], IT_UBUF, d, &M[i], 6, 100, 2 * PS + 300, 0, 1, NULL, NULL, "grid");
			}
			ucase(FN_PIN_FAST, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, NULL, NULL, "grid");
			ucase(FN_GET_FAST, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, NULL, NULL, "grid");
			ucase(FN_PIN_FAST, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 1, NULL, NULL, "grid");
			ucase(FN_GET_FAST, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 1, NULL, NULL, "grid");
			ucase(FN_PIN_FAST, 0, d, &M[i], 6, PS, 3 * PS, (d ? 0 : G_WRITE) | G_LONGTERM, 0, NULL, NULL, "grid");
			ucase(FN_PIN_FAST, 0, d, &M[i], 6, PS, 3 * PS, (d ? 0 : G_WRITE) | G_LONGTERM, 1, NULL, NULL, "grid");
			ucase(FN_PIN_FAST, 0, d, &M[i], 6, PS, 3 * PS, (d ? 0 : G_WRITE) | G_NOFAULT, 0, NULL, NULL, "grid");
			ucase(FN_PIN, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, NULL, NULL, "grid");
			ucase(FN_PIN, 0, d, &M[i], 6, PS, 3 * PS, (d ? 0 : G_WRITE) | G_LONGTERM, 0, NULL, NULL, "grid");
			ucase(FN_PIN, 0, d, &M[i], 6, PS, 3 * PS, (d ? 0 : G_WRITE) | G_FORCE, 0, NULL, NULL, "grid");
			ucase(FN_GET, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, NULL, NULL, "grid");
			ucase(FN_PIN_UNLOCKED, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, NULL, NULL, "grid");
			ucase(FN_GET_UNLOCKED, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, NULL, NULL, "grid");
			ucase(FN_PIN_REMOTE, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, NULL, NULL, "grid");
			/* dirty bit */
			ucase(FN_PIN_FAST, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, tw_dirtyc, NULL, "dirty");
			ucase(FN_PIN_FAST, 0, d, &M[i], 6, PS, 3 * PS, d ? 0 : G_WRITE, 0, tw_cleanc, NULL, "dirty");
			ucase(FN_EXTRACT, IT_UBUF, d, &M[i], 6, 100, 2 * PS + 300, 0, 0, tw_dirtyc, NULL, "dirty");
			ucase(FN_BIO, IT_UBUF, d, &M[i], 6, 512, 2 * PS + 512, 0, 0, tw_dirtyc, NULL, "dirty");
			ucase(FN_EXTRACT, IT_UBUF, d, &M[i], 6, 100, 2 * PS + 300, 0, 0, tw_nofault, NULL, "nofault");
			ucase(FN_GET2, IT_UBUF, d, &M[i], 6, 100, 2 * PS + 300, 0, 0, tw_nofault, NULL, "nofault");
		}
	/* B: illegal flags */
	for (d = 0; d < 2; d++) {
		static const int pf[] = { FN_PIN_FAST, FN_PIN, FN_PIN_UNLOCKED, FN_PIN_REMOTE }, gg[] = { FN_GET_FAST, FN_GET, FN_GET_UNLOCKED };

		for (k = 0; k < 4; k++) {
			ucase(pf[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_GET, 0, NULL, "pin with FOLL_GET", "flags");
			ucase(pf[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_GET | G_LONGTERM, 0, NULL, "pin with FOLL_GET", "flags");
			if (newk || pf[k] != FN_PIN_UNLOCKED)
				ucase(pf[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_PIN, 0, NULL, "pin with FOLL_PIN passed", "flags");
			ucase(pf[k], 0, d, &M[0], 3, 0, PS, d ? 0 : G_WRITE, 0, tw_null, "pages NULL", "flags");
			if (newk) {
				ucase(pf[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_LONGTERM | G_P2P, 0, NULL, "LONGTERM with P2PDMA", "flags");
				ucase(pf[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_P2P, 0, NULL, "P2PDMA", "flags");
			}
			ucase(pf[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_DUMP, 0, NULL, "FOLL_DUMP", "flags");
			ucase(pf[k], 0, d, &M[1], 3, 0, PS, (d ? 0 : G_WRITE) | G_DUMP, 0, NULL, "FOLL_DUMP untouched", "flags");
		}
		for (k = 0; k < 3; k++) {
			ucase(gg[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_LONGTERM, 0, NULL, "get with FOLL_LONGTERM", "flags");
			ucase(gg[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_PIN, 0, NULL, "get with FOLL_PIN", "flags");
			ucase(gg[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_GET, 0, NULL, "get with FOLL_GET", "flags");
			if (newk || gg[k] != FN_GET_FAST)
				ucase(gg[k], 0, d, &M[0], 3, 0, PS, d ? 0 : G_WRITE, 0, tw_null, "pages NULL", "flags");
			ucase(gg[k], 0, d, &M[1], 3, 0, PS, (d ? 0 : G_WRITE) | G_DUMP, 0, NULL, "FOLL_DUMP untouched", "flags");
			ucase(gg[k], 0, d, &M[0], 3, 0, PS, (d ? 0 : G_WRITE) | G_FORCE, 0, NULL, "FOLL_FORCE", "flags");
		}
	}
	/* nr_pages 0: the areas end in unmapped space, and the array has room */
	for (i = 0; i < NM; i++)
		for (d = 0; d < 2; d++) {
			static const int zf[] = { FN_PIN_FAST, FN_GET_FAST, FN_PIN, FN_GET, FN_PIN_UNLOCKED, FN_GET_UNLOCKED };

			if (!strcmp(M[i].vma, "kaddr") || !strcmp(M[i].vma, "noncanon") || M[i].vma[0] == 't') continue;
			for (k = 0; k < 6; k++)
				ucase(zf[k], 0, d, &M[i], 5, PS, 0, d ? 0 : G_WRITE, 0, NULL, "nr_pages 0", "zero");
		}
	/* C: boundaries on touched anonymous memory */
	{
		static const uint64_t offs[] = { 0, 1, 512, 4095, 4096, 4097 }, mxs[] = { 0, 1, 4095, 4096, 4097, 8192, 1 << 20 };
		static const unsigned mp[] = { 0, 1, 2, 3, 16 };
		unsigned a, b, e;

		for (f = 0; f < 4; f++)
			for (a = 0; a < 6; a++)
				for (b = 0; b < 7; b++)
					for (e = 0; e < 5; e++) {
						ALLOC_CASE;

						if (!has_fn(fns[f]) || (fns[f] == FN_GETALLOC2 && e) || ((a + b + e) & 1)) continue;
						dflt(c, fns[f], IT_UBUF, (a + b) & 2 ? 1 : 0);
						uarea(c, "anon", "T", 5);
						seg(c, 0, offs[a], 3 * PS - offs[a] % 100, 0);
						c->in.maxsize = mxs[b];
						c->in.maxpages = mp[e];
						c->in.pages_null = fns[f] == FN_GETALLOC2 || (fns[f] == FN_EXTRACT && (e & 1));
						run_case(c, "bounds");
					}
	}
	/* D: kernel-backed and special iterators */
	for (k = 0; k < 64; k++)
		for (f = 0; f < 5; f++)
			for (d = 0; d < 2; d++)
				kcase_(fns[f], -1, d, k, NULL, NULL);
	/* E: large extractions over huge pages, and page arrays that need kvmalloc */
	for (f = 0; f < 5; f++)
		for (d = 0; d < 2; d++) {
			static const struct mcfg w = { "thp_whole", "T" }, an = { "anon", "T" };
			ALLOC_CASE;

			if (has_fn(fns[f])) {
				dflt(c, fns[f], IT_UBUF, d);
				uarea(c, w.vma, w.st, 600);
				seg(c, 0, 4096 * 3 + 77, 520 * PS, 0);
				c->in.maxsize = 4 << 20; c->in.maxpages = 700;
				c->in.bio_maxvecs = 256;
				snprintf(c->note, sizeof(c->note), "more than one huge page");
				run_case(c, "large");
			}
			ucase(fns[f], IT_UBUF, d, &an, 38, 1, 30 * PS, 0, 0, NULL, "more than maxpages", "large");
			ucase(fns[f], IT_UBUF, d, &w, 600, 512 * PS - 10, 20, 0, 0, NULL, "across two huge pages", "large");
			ucase(fns[f], IT_UBUF, d, &w, 600, 511 * PS, PS, 0, 0, NULL, "last page of a huge page", "large");
		}
}

/* ---- kernel iterators, by number ---- */
static void kcase_(int fn, int iter, int dir, int kind, void (*tweak)(struct kcase *), const char *note)
{
	int a, b, i;
	ALLOC_CASE;

	if (!has_fn(fn)) return;
	switch (kind) {
	case 0: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_KMALLOC, 0, 1, 0); seg(c, a, 100, 3000, 0); break;
	case 1: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_KMALLOC, 0, 4, 0); seg(c, a, 100, 3 * PS, 0); break;
	case 2: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_VMALLOC, 0, 4, 0); seg(c, a, 4000, 2 * PS, 0); break;
	case 3: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_STATIC, 0, 8, 0); seg(c, a, 4000, 2 * PS, 0); break;
	case 4: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_COMP, 2, 4, 0); seg(c, a, 4000, 2 * PS, 0); break;
	case 5: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_SPLIT, 2, 4, 0); b = karea(c, AT_VMALLOC, 0, 3, 0);
		seg(c, a, 10, 0, 0); seg(c, a, 10, 5000, 0); seg(c, b, 0, 0, 0); seg(c, b, 1, 9000, 0); break;
	case 6: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_KMALLOC, 0, 1, 0); seg(c, a, 0, 0, 0); seg(c, a, 0, 0, 0);
		if (fn == FN_BIO || fn == FN_SG) return; c->in.count = 100; snprintf(c->note, 200, "count beyond all-empty segments"); break;
	case 7: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_KMALLOC, 0, 1, 0); seg(c, a, 0, 100, 0); c->in.count = 0; snprintf(c->note, 200, "count 0"); break;
	case 8: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_VMALLOC, 0, 4, 0); seg(c, a, 4000, 2 * PS, 0); c->in.maxpages = 1; break;
	case 9: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_VMALLOC, 0, 4, 0); seg(c, a, 4000, 2 * PS, 0); c->in.maxpages = 0; break;
	case 10: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_VMALLOC, 0, 4, 0); seg(c, a, 4000, 2 * PS, 0); c->in.pages_null = fn != FN_GET2; break;
	case 11: dflt(c, fn, IT_KVEC, dir); a = karea(c, AT_KMALLOC, 0, 2, 0); seg(c, a, 0, 5000, 0); c->in.advance = 4096; break;
	case 12: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 0, 1, 0); seg(c, a, 100, 3000, 0); break;
	case 13: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 3, 8, 0); seg(c, a, 100, 3 * PS, 0); break;
	case 14: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_COMP, 3, 8, 0); seg(c, a, 100, 3 * PS, 0); break;
	case 15: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_COMP, 3, 8, 0); seg(c, a, 2 * PS + 100, 3 * PS, 1); snprintf(c->note, 200, "bv_offset beyond a page"); break;
	case 16: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 2, 8, 0); seg(c, a, 0, 0, 0); seg(c, a, 10, 5000, 0);
		if (fn == FN_BIO) return; snprintf(c->note, 200, "leading empty bvec, offset 0"); break;
	case 17: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 2, 8, 0); seg(c, a, 64, 0, 0); seg(c, a, 10, 5000, 0);
		if (fn == FN_BIO) return; snprintf(c->note, 200, "leading empty bvec, offset 64"); break;
	case 18: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 2, 8, 0); seg(c, a, 64, 100, 0); seg(c, a, 0, 0, 0); seg(c, a, 4096, 4096, 0); c->in.advance = 100; break;
	case 19: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 2, 8, 0); seg(c, a, 64, 100, 0); seg(c, a, 4096, 4096, 0); seg(c, a, 8192, 8192, 0); break;
	case 20: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 3, 8, 0); seg(c, a, 100, 5 * PS, 0); c->in.maxpages = 2; break;
	case 21: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 3, 8, 0); seg(c, a, 100, 5 * PS, 0); c->in.maxsize = 5000; break;
	case 22: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 3, 8, 0); seg(c, a, 100, 5 * PS, 0); c->in.maxpages = 0; break;
	case 23: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_ZERO, 0, 1, 0); seg(c, a, 0, PS, 0); snprintf(c->note, 200, "ZERO_PAGE in a bvec"); break;
	case 24: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_KMALLOC, 0, 2, 0); seg(c, a, 8, 5000, 0); snprintf(c->note, 200, "kmalloc memory in a bvec"); break;
	case 25: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 3, 8, 0); seg(c, a, 100, 5 * PS, 0); c->in.pages_null = fn != FN_GET2; break;
	case 26: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 3, 8, 0); seg(c, a, 0, 2 * PS, 0); c->in.count = 5000; break;
	case 27: dflt(c, fn, IT_BVEC, dir); a = karea(c, AT_SPLIT, 3, 8, 0); seg(c, a, 0, 2 * PS, 0); seg(c, a, 3 * PS, 100, 0); c->in.count = 5000;
		if (fn != FN_SG) c->in.maxsize = 8000; snprintf(c->note, 200, "maxsize beyond count"); break;
	case 28: case 29: case 30: case 31: case 32: case 33: case 34: case 35:
		dflt(c, fn, IT_XARRAY, dir);
		karea(c, AT_COMP, 0, 1, 8); karea(c, AT_COMP, 0, 1, 9); karea(c, AT_COMP, 1, 2, 10); karea(c, AT_COMP, 2, 4, 12);
		c->in.xa_start = 8 * PS; c->in.count = 8 * PS;
		if (kind == 29) c->in.xa_start += 100, c->in.count -= 100;
		if (kind == 30) c->in.xa_start += 3 * PS + 5, c->in.count = 9000;
		if (kind == 31) c->in.xa_start += 13, c->in.maxpages = 2, c->in.count = 9000;
		if (kind == 32) c->in.maxsize = 5000, c->in.advance = 4096 + 7;
		if (kind == 33) { if (fn == FN_BIO) return; c->in.count = 12 * PS; snprintf(c->note, 200, "count beyond the stored folios"); }
		if (kind == 34) { if (fn == FN_BIO) return; c->in.xa_start = 20 * PS; c->in.count = 5000; snprintf(c->note, 200, "starts beyond the stored folios"); }
		if (kind == 35) { if (fn == FN_BIO) return; c->in.xa_start = 20 * PS + 100; c->in.count = 5000; snprintf(c->note, 200, "starts beyond the stored folios, unaligned"); }
		break;
	case 36: case 37: case 38: case 39:
		dflt(c, fn, IT_XARRAY, dir);
		if (fn == FN_BIO) return;
		karea(c, AT_COMP, 0, 1, 4); karea(c, AT_HOLE, 0, 1, 5); karea(c, AT_COMP, 0, 1, 6); karea(c, AT_COMP, 0, 1, 7);
		c->in.xa_start = 4 * PS; c->in.count = 4 * PS;
		if (kind == 37) c->in.xa_start = 5 * PS, c->in.count = 3 * PS;
		if (kind == 38) c->in.xa_start = 5 * PS + 200, c->in.count = 3 * PS - 200;
		if (kind == 39) c->in.xa_start = 4 * PS + 200, c->in.count = 4 * PS - 200;
		snprintf(c->note, 200, "hole at index 5");
		break;
	case 40: case 41: case 42: case 43: case 44: case 45: case 46: case 47:
		dflt(c, fn, IT_FOLIOQ, dir);
		if (!has_iter(IT_FOLIOQ)) return;
		karea(c, AT_COMP, 0, 1, 0); karea(c, AT_COMP, 2, 4, 0); karea(c, AT_COMP, 1, 2, 0); karea(c, AT_COMP, 0, 1, 0);
		c->in.count = 8 * PS;
		if (kind == 41) c->in.fq_off = 100, c->in.count -= 100;
		if (kind == 42) c->in.fq_slot = 1, c->in.fq_off = 2 * PS + 9, c->in.count = 3 * PS;
		if (kind == 43) c->in.maxpages = 2, c->in.fq_off = 7, c->in.count = 7 * PS;
		if (kind == 44) c->in.advance = PS, c->in.maxsize = 4 * PS;
		if (kind == 45) c->in.maxsize = PS;
		if (kind == 46) c->in.fq_fill = 30, c->in.fq_slot = 30, snprintf(c->note, 200, "crosses to the next folio_queue");
		if (kind == 47) c->in.fq_fill = 31, c->in.fq_slot = 31, snprintf(c->note, 200, "starts at slot == nr_slots");
		if (fn == FN_SG && c->in.maxsize > c->in.count - c->in.advance) c->in.maxsize = c->in.count - c->in.advance;
		break;
	case 48: case 49:
		dflt(c, fn, IT_DISCARD, 0); c->in.count = kind == 48 ? 5000 : 0; if (dir) return; break;
	case 50: case 51: case 52: case 53: case 54: case 55: /* iovec with empty segments */
		dflt(c, fn, IT_IOVEC, dir);
		a = uarea(c, "anon", "T", 4); b = uarea(c, "anon", "TU", 4);
		if (kind == 50) seg(c, a, 0, 0, 0), seg(c, a, 100, 5000, 0);
		if (kind == 51) seg(c, a, 33, 0, 0), seg(c, b, 44, 0, 0), seg(c, a, 100, 5000, 0);
		if (kind == 52) seg(c, a, 100, 5000, 0), seg(c, b, 0, 0, 0), seg(c, b, 512, 8192, 0);
		if (kind == 53) seg(c, a, 100, 50, 0), seg(c, b, 512, 8192, 0), c->in.advance = 50;
		if (kind == 54) seg(c, a, 512, 1024, 0), seg(c, a, 4096, 4096, 0), seg(c, b, 0, 100, 0);
		if (kind == 55) seg(c, a, 100, 5000, 0), seg(c, b, 0, 0, 0), seg(c, b, 512, 8192, 0), c->in.advance = 5000;
		break;
	case 56: case 57: case 58: case 59: /* bio alignment, and sg over several segments */
		if (fn != FN_BIO && fn != FN_SG) return;
		dflt(c, fn, IT_IOVEC, dir);
		a = uarea(c, "anon", "T", 8); b = uarea(c, "anon", kind == 59 ? "TH" : "T", 8);
		c->in.bdev = 1 + (kind & 1);
		if (kind == 56) seg(c, a, 512, 1024, 0), seg(c, b, 0, 1024, 0);
		if (kind == 57) seg(c, a, 0, 4096, 0), seg(c, b, 0, 5000, 0);
		if (kind == 58) seg(c, a, 0, 300, 0), seg(c, b, 0, 5000, 0);
		if (kind == 59) seg(c, a, 0, 4096, 0), seg(c, b, 0, 16384, 0);
		if (fn == FN_SG) c->in.maxsize = kind == 57 ? c->in.count + 1 : c->in.count;
		if (fn == FN_SG && kind == 57) snprintf(c->note, 200, "maxsize beyond count");
		break;
	case 60: case 61: /* same physical page in two segments: merged by the bio */
		if (fn != FN_BIO && fn != FN_SG) return;
		dflt(c, fn, IT_IOVEC, dir);
		a = uarea(c, kind == 60 ? "anon" : "thp", "T", 8);
		for (i = 0; i < 4; i++) seg(c, a, i * 1024, 1024, 0);
		c->in.bdev = 1;
		if (fn == FN_SG) c->in.maxsize = c->in.count;
		snprintf(c->note, 200, "adjacent segments within one page");
		break;
	default:
		return;
	}
	if (tweak) tweak(c);
	if (note) snprintf(c->note, 200, "%s", note);
	run_case(c, "kernel");
}

/* ---- random ---- */
static uint64_t roff(uint64_t lim)
{
	static const uint64_t o[] = { 0, 1, 511, 512, 1024, 2048, 4095, 4096, 4097, 8191, 8192 };
	uint64_t r = pct(60) ? o[rn(11)] : rn(lim ? lim : 1);

	return r < lim ? r : 0;
}
static int rarea(struct kcase *c)
{
	unsigned r = rn(100), n = 1 + rn(8);
	const char *vma, *pal;
	char st[16];
	unsigned i;

	if (r < 42) vma = "anon", pal = pct(50) ? "T" : pct(30) ? "U" : pct(20) ? "Z" : pct(50) ? "TUZ" : pct(50) ? "TTTTTUZHN" : "TTTTRQ";
	else if (r < 46) vma = "anon_shared", pal = pct(50) ? "T" : "TUZ";
	else if (r < 60) vma = "shmem_shared", pal = pct(40) ? "T" : pct(70) ? "TUFr" : "TTUFrHN";
	else if (r < 74) vma = "shmem_private", pal = pct(30) ? "T" : pct(70) ? "TUFr" : "TTUFrHRQ";
	else if (r < 77) vma = "shmem_shared_ro", pal = "rF";
	else if (r < 79) vma = "shmem_private_ro", pal = "rF";
	else if (r < 84) vma = "thp", pal = "T", n = 6 + rn(8);
	else if (r < 88) vma = "thp_pte", pal = "T", n = 6 + rn(8);
	else if (r < 90) vma = "thp_zero", pal = "Z", n = 6 + rn(8);
	else if (r < 92) vma = "hugetlb", pal = pct(50) ? "T" : pct(50) ? "U" : "r", n = 6 + rn(8);
	else if (r < 96) vma = newk ? "mthp16k" : "anon", pal = "T", n = 4 + 4 * rn(3);
	else if (r < 97) vma = "pfnmap", pal = "";
	else if (r < 99) vma = "mixedmap", pal = "";
	else vma = "kaddr", pal = "";
	if (pal[0]) {
		for (i = 0; i < n; i++) st[i] = pal[rn(strlen(pal))];
		st[n] = 0;
		if (!strcmp(vma, "hugetlb") || !strncmp(vma, "thp", 3) || !strcmp(vma, "mthp16k"))
			memset(st, st[0], n);
	}
	return uarea(c, vma, pal[0] ? st : NULL, n);
}

static void random_case(long k)
{
	unsigned r, i, n;
	ALLOC_CASE;

	rs = seed0 ^ ((k + 1) * 0xD1342543DE82EF95ULL);
	for (i = 0; i < 8; i++) rnd();
	r = rn(100);
	c->in.fn = r < 34 ? FN_EXTRACT : r < 48 ? FN_GET2 : r < 58 ? FN_GETALLOC2 : r < 72 ? FN_SG : r < 85 ? FN_BIO : FN_PIN_FAST + rn(FN_NR - FN_PIN_FAST);
	if (!has_fn(c->in.fn)) c->in.fn = r & 1 ? FN_GET2 : FN_GETALLOC2;
	if (is_gup(c->in.fn)) {
		unsigned g = 0;
		int a = rarea(c), pin = c->in.fn == FN_PIN_FAST || c->in.fn == FN_PIN || c->in.fn == FN_PIN_UNLOCKED || c->in.fn == FN_PIN_REMOTE;

		n = c->in.areas[a].npages;
		c->in.iter = IT_NONE;
		c->in.dir = 0;
		if (pct(55)) g |= G_WRITE;
		if (pct(12)) g |= G_FORCE;
		if (pct(pin ? 20 : 4)) g |= G_LONGTERM;
		if (pct(8)) g |= G_NOFAULT;
		if (pct(4)) g |= G_GET;
		if (pct(2)) g |= G_PIN;
		c->in.gup_flags = gf(g);
		c->in.gup_addr = (uint64_t)rn(n) * PS + (pct(10) ? rn(4096) : 0);
		c->in.gup_n = 1 + rn(n - c->in.gup_addr / PS + (pct(15) ? 2 : 0));
		if (pct(3) && c->in.fn != FN_PIN_FAST && c->in.fn != FN_GET_FAST) c->in.gup_n = 0;
		c->in.pages_null = pct(3) && (newk || c->in.fn != FN_GET_FAST);
		c->forked = pct(20);
		r = rn(100);
		c->in.release = r < 50 ? REL_EACH : r < 80 ? REL_DIRTY : REL_CLEAN_ARRAY;
		c->in.clear_dirty = pct(30);
		run_case(c, "random");
		return;
	}
	r = rn(100);
	c->in.iter = r < 25 ? IT_UBUF : r < 50 ? IT_IOVEC : r < 62 ? IT_KVEC : r < 76 ? IT_BVEC : r < 87 ? IT_XARRAY : r < 99 ? IT_FOLIOQ : IT_DISCARD;
	if (!has_iter(c->in.iter)) c->in.iter = pct(50) ? IT_IOVEC : IT_UBUF;
	c->in.dir = rn(2);
	if (c->in.iter == IT_DISCARD) c->in.dir = 0;
	if (c->in.iter == IT_UBUF || c->in.iter == IT_IOVEC) {
		int na = c->in.iter == IT_UBUF ? 1 : 1 + rn(2), ns = c->in.iter == IT_UBUF ? 1 : 1 + rn(4);

		for (i = 0; i < na; i++) rarea(c);
		for (i = 0; i < ns; i++) {
			int a = rn(na);
			uint64_t lim = c->in.areas[a].npages * PS, off = roff(lim), len;

			if (c->in.iter == IT_IOVEC && pct(20)) len = 0;
			else len = pct(30) ? lim - off : 1 + rn(lim - off);
			if (c->in.fn == FN_BIO && pct(70) && len) off &= ~511ULL, len = (len + 511) & ~511ULL, len = len > lim - off ? lim - off : len;
			seg(c, a, off, len, 0);
		}
		if (!c->in.count) {
			c->in.segs[ns - 1].len = 100 + rn(3000);
			c->in.segs[ns - 1].off = 0;
			c->in.count = c->in.segs[ns - 1].len;
		}
		c->forked = pct(15);
		c->in.nofault = pct(8);
	} else if (c->in.iter == IT_KVEC || c->in.iter == IT_BVEC) {
		int na = 1 + rn(3), ns = 1 + rn(4), kv = c->in.iter == IT_KVEC;

		for (i = 0; i < na; i++) {
			r = rn(100);
			if (r < 25) karea(c, AT_KMALLOC, 0, 1 + rn(4), 0);
			else if (r < 50) karea(c, AT_COMP, rn(4), 0, 0);
			else if (r < 75) karea(c, AT_SPLIT, rn(4), 0, 0);
			else if (r < 90 && kv) karea(c, AT_VMALLOC, 0, 1 + rn(8), 0);
			else if (r < 96 && kv) karea(c, AT_STATIC, 0, 8, 0);
			else karea(c, AT_ZERO, 0, 1, 0);
		}
		for (i = 0; i < ns; i++) {
			int a = rn(na);
			uint64_t lim = c->in.areas[a].npages * PS, off = roff(lim), len;

			len = pct(20) ? 0 : pct(30) ? lim - off : 1 + rn(lim - off);
			if (!kv && c->in.fn == FN_BIO && !len) len = 1;
			seg(c, a, off, len, !kv && pct(20));
		}
		if (!c->in.count) {
			c->in.segs[ns - 1].len = 100; c->in.segs[ns - 1].off = 0;
			c->in.count = 100;
		}
	} else if (c->in.iter == IT_XARRAY) {
		uint64_t base = 8 * rn(4), idx = base;
		int na = 1 + rn(6), holes = c->in.fn != FN_BIO && pct(30);
		uint64_t so;

		for (i = 0; i < na; i++) {
			unsigned o = pct(50) ? 0 : rn(4);

			if (idx & ((1 << o) - 1)) o = 0;
			if (holes && pct(25)) { karea(c, AT_HOLE, 0, 1, idx); idx++; }
			else { karea(c, AT_COMP, o, 0, idx); idx += 1 << o; }
		}
		so = roff((idx - base) * PS);
		c->in.xa_start = base * PS + so;
		c->in.count = (idx - base) * PS - so;
		if (pct(50)) c->in.count = 1 + rn(c->in.count);
		if (holes && pct(20)) c->in.count += rn(3 * PS);
	} else if (c->in.iter == IT_FOLIOQ) {
		int na = 1 + rn(6), fill = pct(20) ? 26 + rn(6) : 0, s;
		uint64_t tot = 0, fs;

		for (i = 0; i < na; i++) karea(c, AT_COMP, pct(50) ? 0 : rn(4), 0, 0);
		c->in.fq_fill = fill;
		s = rn(na);
		if (fill + s > 30) s = 0;
		c->in.fq_slot = fill + s;
		if (c->in.fq_slot > 31) c->in.fq_slot = 31;
		fs = c->in.areas[s].npages * PS;
		if (c->in.fq_slot < 31) c->in.fq_off = roff(fs);
		for (i = s; i < (unsigned)na; i++) tot += c->in.areas[i].npages * PS;
		tot -= c->in.fq_off;
		c->in.count = pct(50) ? tot : 1 + rn(tot);
	} else
		c->in.count = rn(10000);
	if (c->in.iter != IT_DISCARD) {
		if (pct(20) && c->in.count > 1) c->in.count = 1 + rn(c->in.count);
		if (pct(25)) c->in.advance = pct(90) ? rn(c->in.count) : c->in.count;
	}
	n = c->in.count;
	r = rn(100);
	c->in.maxsize = r < 30 ? 1 << 20 : r < 50 ? n : r < 80 ? 1 + rn(n + 1) : r < 85 ? 4096 : r < 89 ? 1 : r < 92 ? 0 : r < 97 ? 1 + rn(8192) : ~0ULL >> 1;
	if (c->in.fn == FN_SG) {
		uint64_t left = c->in.count - c->in.advance;

		if (c->in.maxsize > left && (c->in.iter == IT_FOLIOQ || pct(85))) c->in.maxsize = left;
		if (c->in.maxsize > 1 << 20) c->in.maxsize = 1 << 20;
	}
	r = rn(100);
	c->in.maxpages = r < 45 ? 16 : r < 60 ? 1 : r < 75 ? 2 : r < 95 ? 1 + rn(12) : r < 97 ? 0 : 256;
	c->in.pages_null = c->in.fn == FN_GETALLOC2 || (c->in.fn == FN_EXTRACT && pct(40));
	c->in.eflags = pct(10) ? 1 : 0;
	c->in.bio_maxvecs = c->in.iter == IT_BVEC ? 0 : pct(50) ? 16 : 1 + rn(12);
	c->in.bio_write = c->in.dir;
	c->in.bdev = newk ? rn(3) : 1 + rn(2);
	r = rn(100);
	c->in.release = r < 50 ? REL_EACH : r < 80 ? REL_DIRTY : REL_CLEAN_ARRAY;
	c->in.clear_dirty = pct(20);
	/* a user iterator must keep a non-empty segment at its point */
	run_case(c, "random");
}

static long nrandom = 4000;
static void random_cases(void)
{
	long k;

	for (k = rfrom; k < nrandom; k++) {
		if (trace) printf("case %ld\n", k);
		random_case(k);
		if (k % 500 == 499) { fflush(outf); printf("random %ld\n", k + 1); }
	}
}
