// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/recorder: runs one page-extraction call on a caller-described iterator
 * and reports what it did to iterator and pages.
 */
#include <linux/module.h>
#include <linux/miscdevice.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/highmem.h>
#include <linux/uio.h>
#include <linux/bvec.h>
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/xarray.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/pagemap.h>
#include <linux/hugetlb.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>
#include <linux/sched/coredump.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6,10,0)
#define NEW 1
#include <linux/folio_queue.h>
#else
#define NEW 0
typedef unsigned int iov_iter_extraction_t;
#endif
#include "recorder.h"

MODULE_LICENSE("GPL");

static unsigned long drain;	/* address of lru_add_drain(), from kallsyms */
module_param(drain, ulong, 0400);
static void do_drain(void)
{
	if (drain)
		((void (*)(void))drain)();
}

static char static_buf[8 * PAGE_SIZE] __aligned(PAGE_SIZE);
static struct block_device *bdevs[3];
static struct page *mpages;	/* what mmap of the device maps */
static struct page *last;	/* the page last held, looked at even after its release */

#define GUARD (1 << 24)

struct karea { void *kaddr; struct page **pages; unsigned int n; };
struct prefol { struct folio *f; s32 ref, pin; u8 dma, dirty; int kern; };

/* everything one run needs, one at a time (the program is single threaded) */
static struct {
	struct oc_req req;
	struct karea ka[OC_MAXAREA];
	struct page *pre[OC_MAXPG], *post[OC_MAXPG];
	int upos_area[OC_MAXPG], upos_idx[OC_MAXPG];
	int nupos;
	struct prefol pf[OC_MAXPG]; int npf;
	struct folio *fol[OC_MAXFOL]; int nfol;
	struct page *pg[OC_MAXPG]; int npg;
	s32 sref[OC_MAXFOL], spin[OC_MAXFOL];
	u64 segbase[OC_MAXSEG];
	struct iovec iov[OC_MAXSEG]; struct kvec kv[OC_MAXSEG]; struct bio_vec bv[OC_MAXSEG];
	struct xarray xa;
#if NEW
	struct folio_queue *fq[4];
#endif
	int seq[OC_MAXPG], nseq;	/* expected order of user positions */
} *S;

static atomic_t *pinp(struct folio *f)
{
#if NEW
	return &f->_pincount;
#else
	return folio_pincount_ptr(f);
#endif
}
#if NEW
#define oc_mapcount(f) folio_mapcount(f)
#else
#define oc_mapcount(f) folio_entire_mapcount(f)
#endif
static bool oc_vmalloc(void *v)
{
	return is_vmalloc_addr(v) || ((unsigned long)v >= MODULES_VADDR && (unsigned long)v < MODULES_END);
}
static s32 f_ref(struct folio *f) { return folio_ref_count(f); }
static s32 f_pin(struct folio *f) { return folio_test_large(f) ? atomic_read(pinp(f)) : -1; }

static void snap(struct folio *f, struct oc_fol *o, int ph)
{
	o->ref[ph] = f_ref(f);
	o->pin[ph] = f_pin(f);
	o->dma[ph] = folio_maybe_dma_pinned(f);
	o->dirty[ph] = folio_test_dirty(f);
}

#if !NEW
static struct vm_area_struct **novmas;
#define VM_ , novmas
#else
#define VM_
#endif

/* the page now mapped at a user address of current, no fault, whatever the protection; reference dropped again */
static struct page *peek(unsigned long addr)
{
	struct vm_area_struct *vma;
	struct page *p = NULL;
	long n = 0;

	addr &= PAGE_MASK;
	mmap_read_lock(current->mm);
	vma = addr < TASK_SIZE_MAX ? find_vma(current->mm, addr) : NULL;
	if (vma && vma->vm_start <= addr) {
		if (get_user_pages_fast_only(addr, 1, 0, &p) == 1)
			n = 1;
		else if (!is_vm_hugetlb_page(vma))
			n = get_user_pages(addr, 1, FOLL_FORCE | FOLL_NOFAULT, &p VM_);
	}
	mmap_read_unlock(current->mm);
	if (n != 1)
		return NULL;
	put_page(p);
	return p;
}

static bool is_small_zero(struct page *p) { return p == virt_to_page(empty_zero_page); }
static bool is_hz(struct folio *f)
{
	return folio_order(f) == 9 && !folio_test_anon(f) && !folio_test_hugetlb(f) && !folio_test_slab(f) &&
		!READ_ONCE(f->mapping) && !folio_test_reserved(f) && f_ref(f) > 0 && oc_mapcount(f) == 0;
}
static u8 cls(struct page *p)
{
	struct folio *f;

	if (!p)
		return '.';
	if (is_small_zero(p))
		return 'z';
	f = page_folio(p);
	if (folio_test_hugetlb(f))
		return 'h';
	if (is_hz(f))
		return 'Z';
	if (folio_test_anon(f)) {
		bool ex = PageAnonExclusive(p) || (folio_test_large(f) && PageAnonExclusive(&f->page));

		if (folio_test_large(f))
			return ex ? 'E' : 'A';
		return ex ? 'e' : 'a';
	}
	if (f->mapping)
		return folio_test_large(f) ? 'F' : 'f';
	return 'k';
}

static u32 fflags(struct folio *f)
{
	u32 r = 0;

	if (folio_test_slab(f))
		return FF_SLAB;
	if (folio_test_anon(f)) r |= FF_ANON;
	if (is_small_zero(&f->page)) r |= FF_ZERO;
	if (folio_test_hugetlb(f)) r |= FF_HUGETLB;
	if (folio_test_reserved(f)) r |= FF_RESERVED;
	if (!folio_test_anon(f) && f->mapping) r |= FF_FILE;
	if (is_hz(f)) r |= FF_HUGEZERO;
	return r;
}

static int setup_areas(struct oc_in *in)
{
	int a, i;

	for (a = 0; a < in->narea; a++) {
		struct oc_area *d = &in->areas[a];
		struct karea *k = &S->ka[a];
		struct page *p;

		memset(k, 0, sizeof(*k));
		if (d->type == AT_USER || d->type == AT_HOLE)
			continue;
		k->n = d->npages;
		k->pages = kcalloc(d->npages, sizeof(void *), GFP_KERNEL);
		switch (d->type) {
		case AT_KMALLOC:
			k->kaddr = kzalloc(d->npages * PAGE_SIZE, GFP_KERNEL);
			break;
		case AT_VMALLOC:
			k->kaddr = vzalloc(d->npages * PAGE_SIZE);
			break;
		case AT_COMP:
			p = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, d->order);
			k->kaddr = p ? page_address(p) : NULL;
			break;
		case AT_SPLIT:
			p = alloc_pages(GFP_KERNEL | __GFP_ZERO, d->order);
			if (p)
				split_page(p, d->order);
			k->kaddr = p ? page_address(p) : NULL;
			break;
		case AT_STATIC:
			k->kaddr = static_buf;
			break;
		case AT_ZERO:
			k->kaddr = empty_zero_page;
			break;
		}
		if (!k->kaddr)
			return -ENOMEM;
		for (i = 0; i < d->npages; i++) {
			void *v = k->kaddr + i * PAGE_SIZE;

			k->pages[i] = oc_vmalloc(v) ? vmalloc_to_page(v) : virt_to_page(v);
		}
	}
	return 0;
}

static void free_areas(struct oc_in *in)
{
	int a, i;

	for (a = 0; a < in->narea; a++) {
		struct oc_area *d = &in->areas[a];
		struct karea *k = &S->ka[a];

		if (k->kaddr)
			switch (d->type) {
			case AT_KMALLOC: kfree(k->kaddr); break;
			case AT_VMALLOC: vfree(k->kaddr); break;
			case AT_COMP: put_page(k->pages[0]); break;
			case AT_SPLIT:
				for (i = 0; i < d->npages; i++)
					put_page(k->pages[i]);
				break;
			}
		kfree(k->pages);
		memset(k, 0, sizeof(*k));
	}
}

static void iterst(struct iov_iter *it, struct oc_iterst *o, int iter)
{
	o->count = it->count;
	o->iov_offset = it->iov_offset;
	o->nr_segs = (iter == IT_IOVEC || iter == IT_KVEC || iter == IT_BVEC) ? it->nr_segs : 0;
	o->seg_moved = 0; o->slot = -1; o->fq_moved = -1;
#if NEW
	if (iter == IT_IOVEC) o->seg_moved = iter_iov(it) - S->iov;
	if (iter == IT_FOLIOQ) {
		int k;

		o->slot = it->folioq_slot;
		for (k = 0; k < 4; k++)
			if (it->folioq == S->fq[k])
				o->fq_moved = k;
	}
#else
	if (iter == IT_IOVEC) o->seg_moved = it->iov - S->iov;
#endif
	if (iter == IT_KVEC) o->seg_moved = it->kvec - S->kv;
	if (iter == IT_BVEC) o->seg_moved = it->bvec - S->bv;
}

static int xa_put_order(struct xarray *xa, unsigned long index, unsigned int order, void *e)
{
	XA_STATE_ORDER(xas, xa, index, order);

	do {
		xas_lock(&xas);
		xas_store(&xas, e);
		xas_unlock(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL));
	return xas_error(&xas);
}

static int setup_iter(struct oc_in *in, struct iov_iter *it)
{
	int i, a;

	memset(it, 0, sizeof(*it));
	xa_init(&S->xa);
	for (i = 0; i < in->nseg; i++) {
		struct oc_seg *s = &in->segs[i];
		struct karea *k = &S->ka[s->area];

		S->segbase[i] = in->areas[s->area].addr + s->off;
		S->iov[i].iov_base = (void __user *)S->segbase[i];
		S->iov[i].iov_len = s->len;
		if (in->areas[s->area].type == AT_USER)
			continue;
		S->kv[i].iov_base = k->kaddr + s->off;
		S->kv[i].iov_len = s->len;
		if (k->n) {
			/* the offset may exceed a page: keep it in bv_offset when order > 0 and pad set */
			u32 pi = s->pad ? 0 : s->off / PAGE_SIZE;

			S->bv[i].bv_page = k->pages[pi < k->n ? pi : k->n - 1];
			S->bv[i].bv_offset = s->pad ? s->off : s->off % PAGE_SIZE;
			S->bv[i].bv_len = s->len;
		}
	}
	switch (in->iter) {
	case IT_UBUF:
		iov_iter_ubuf(it, in->dir, (void __user *)S->segbase[0], in->count);
		break;
	case IT_IOVEC:
		iov_iter_init(it, in->dir, S->iov, in->nseg, in->count);
		break;
	case IT_KVEC:
		iov_iter_kvec(it, in->dir, S->kv, in->nseg, in->count);
		break;
	case IT_BVEC:
		iov_iter_bvec(it, in->dir, S->bv, in->nseg, in->count);
		break;
	case IT_XARRAY:
		for (a = 0; a < in->narea; a++)
			if (in->areas[a].type != AT_HOLE &&
			    xa_put_order(&S->xa, in->areas[a].index, in->areas[a].order, page_folio(S->ka[a].pages[0])))
				return -ENOMEM;
		iov_iter_xarray(it, in->dir, &S->xa, in->xa_start, in->count);
		break;
#if NEW
	case IT_FOLIOQ: {
		struct folio_queue *q;
		int slot, n = 0;

		for (i = 0; i < 4; i++)
			S->fq[i] = NULL;
		q = S->fq[0] = kzalloc(sizeof(*q), GFP_KERNEL);
		folioq_init(q, 0);
		for (i = 0; i < in->fq_fill; i++)
			folioq_append(q, page_folio(S->ka[0].pages[0]));
		for (a = 0; a < in->narea; a++) {
			if (folioq_full(q)) {
				struct folio_queue *q2 = kzalloc(sizeof(*q2), GFP_KERNEL);

				folioq_init(q2, 0);
				q->next = q2; q2->prev = q;
				S->fq[++n] = q2;
				q = q2;
			}
			folioq_append(q, page_folio(S->ka[a].pages[0]));
		}
		slot = in->fq_slot;
		iov_iter_folio_queue(it, in->dir, S->fq[0], slot, in->fq_off, in->count);
		break;
	}
#endif
	case IT_DISCARD:
		iov_iter_discard(it, ITER_DEST, in->count);
		break;
	}
	it->nofault = in->nofault;
	if (in->advance)
		iov_iter_advance(it, in->advance);
	return 0;
}

static void free_iter(struct oc_in *in)
{
	xa_destroy(&S->xa);
#if NEW
	if (in->iter == IT_FOLIOQ) {
		int k;

		for (k = 0; k < 4; k++) {
			kfree(S->fq[k]);
			S->fq[k] = NULL;
		}
	}
#endif
}

static int uarea_find(u64 addr, struct oc_in *in, int *idx)
{
	int a;

	for (a = 0; a < in->narea; a++)
		if (in->areas[a].type == AT_USER && addr >= in->areas[a].addr &&
		    addr < in->areas[a].addr + ((u64)in->areas[a].npages << PAGE_SHIFT)) {
			*idx = (addr - in->areas[a].addr) >> PAGE_SHIFT;
			return a;
		}
	return -1;
}
static int pos_of(int area, int idx)
{
	int p;

	for (p = 0; p < S->nupos; p++)
		if (S->upos_area[p] == area && S->upos_idx[p] == idx)
			return p;
	return -1;
}
static void seq_range(struct oc_in *in, u64 addr, u64 len)
{
	u64 a;
	int idx, ar;

	if (!len)
		return;
	for (a = addr & PAGE_MASK; a < addr + len && S->nseq < OC_MAXPG; a += PAGE_SIZE) {
		ar = uarea_find(a, in, &idx);
		S->seq[S->nseq++] = ar < 0 ? -1 : pos_of(ar, idx);
	}
}

static void user_scan(struct oc_in *in, struct page **arr, u8 (*c)[72])
{
	int a, i, p = 0;

	for (a = 0; a < in->narea; a++) {
		if (in->areas[a].type != AT_USER)
			continue;
		for (i = 0; i < in->areas[a].npages && p < OC_MAXPG; i++, p++) {
			S->upos_area[p] = a;
			S->upos_idx[p] = i;
			arr[p] = peek(in->areas[a].addr + ((u64)i << PAGE_SHIFT));
			if (i < 64)
				c[a][i] = cls(arr[p]);
		}
	}
	S->nupos = p;
}

static int fol_idx(struct folio *f, struct oc_out *o)
{
	int i;

	for (i = 0; i < S->nfol; i++)
		if (S->fol[i] == f)
			return i;
	if (S->nfol >= OC_MAXFOL)
		return -1;
	S->fol[S->nfol] = f;
	return S->nfol++;
}

static void add_page(struct oc_in *in, struct oc_out *o, struct page *p, int ent, u32 off, u32 len)
{
	struct oc_pg *e;
	int k, a, i;

	if (S->npg >= OC_MAXPG)
		return;
	e = &o->pg[S->npg];
	e->fol = fol_idx(page_folio(p), o);
	e->sub = folio_page_idx(page_folio(p), p);
	e->area = e->idx = e->same = -1;
	e->ent = ent; e->off = off; e->len = len;
	e->pfn_rel = (s64)page_to_pfn(p) - (s64)page_to_pfn(S->npg ? S->pg[0] : p);
	if (e->fol >= 0)
		o->fol[e->fol].nr_entries++;
	/* user position: expected one first */
	k = S->npg;
	if (k < S->nseq && S->seq[k] >= 0 && S->post[S->seq[k]] == p) {
		e->area = S->upos_area[S->seq[k]];
		e->idx = S->upos_idx[S->seq[k]];
		e->same = S->pre[S->seq[k]] == p;
	} else {
		for (k = 0; k < S->nupos; k++)
			if (S->post[k] == p) {
				e->area = S->upos_area[k];
				e->idx = S->upos_idx[k];
				e->same = S->pre[k] == p;
				break;
			}
	}
	if (e->area < 0)
		for (a = 0; a < in->narea; a++)
			for (i = 0; i < S->ka[a].n; i++)
				if (S->ka[a].pages[i] == p && e->area < 0) {
					e->area = a;
					e->idx = i;
				}
	S->pg[S->npg++] = p;
}

static void oc_guard(int sign)
{
	int i;

	for (i = 0; i < S->nfol; i++)
		folio_ref_add(S->fol[i], sign * GUARD);
}
static void save_counts(void)
{
	int i;

	for (i = 0; i < S->nfol; i++) {
		S->sref[i] = f_ref(S->fol[i]);
		S->spin[i] = f_pin(S->fol[i]);
	}
}
static void restore_counts(void)
{
	int i;

	for (i = 0; i < S->nfol; i++) {
		folio_ref_add(S->fol[i], S->sref[i] - f_ref(S->fol[i]));
		if (folio_test_large(S->fol[i]))
			atomic_set(pinp(S->fol[i]), S->spin[i]);
	}
}
static void snap_all(struct oc_out *o, int ph)
{
	int i;

	for (i = 0; i < S->nfol; i++)
		snap(S->fol[i], &o->fol[i], ph);
}

static void run_one(struct oc_in *in, struct oc_out *o)
{
	struct iov_iter it;
	struct page **arr = NULL, **given = NULL;
	struct page *poison = (struct page *)0xdead000000000badUL;
	struct scatterlist *sgl = NULL;
	struct bio bio;
	struct bio_vec *table = NULL;
	bool pinned = false, got = false, gup = in->fn >= FN_PIN_FAST;
	size_t off0 = 0xfeedfacecafebeefUL;
	unsigned int cap = 0, i, k;
	long ret = 0;
	bool user;

	S->nupos = S->npf = S->nfol = S->npg = S->nseq = 0;
	o->setup_err = -setup_areas(in);
	if (o->setup_err)
		goto out_areas;
	if (!gup) {
		o->setup_err = -setup_iter(in, &it);
		if (o->setup_err)
			goto out_areas;
	}
	user = gup || in->iter == IT_UBUF || in->iter == IT_IOVEC;

	/* pages that outlive a case start clean */
	folio_clear_dirty(page_folio(virt_to_page(empty_zero_page)));
	for (i = 0; i < 16; i++)
		folio_clear_dirty(page_folio(mpages + i));
	do_drain();
	user_scan(in, S->pre, o->cls0);
	do_drain();	/* looking may queue a page for activation, with a reference */
	for (k = 0; k < S->nupos; k++)
		if (S->pre[k] && is_hz(page_folio(S->pre[k])))
			folio_clear_dirty(page_folio(S->pre[k]));
	if (in->clear_dirty)
		for (k = 0; k < S->nupos; k++)
			if (S->pre[k] && !is_small_zero(S->pre[k]))
				folio_clear_dirty(page_folio(S->pre[k]));
	/* counts before the call of everything that could be returned */
	for (k = 0; k < S->nupos; k++) {
		struct folio *f;

		if (!S->pre[k])
			continue;
		f = page_folio(S->pre[k]);
		for (i = 0; i < S->npf; i++)
			if (S->pf[i].f == f)
				break;
		if (i < S->npf)
			continue;
		S->pf[S->npf++] = (struct prefol){ f, f_ref(f), f_pin(f), folio_maybe_dma_pinned(f), folio_test_dirty(f), -1 };
	}
	for (k = 0; k < in->narea; k++) {
		int q;

		for (q = 0; q < S->ka[k].n; q++) {
			struct folio *f = page_folio(S->ka[k].pages[q]);

			for (i = 0; i < S->npf; i++)
				if (S->pf[i].f == f)
					break;
			if (i < S->npf || S->npf >= OC_MAXPG)
				continue;
			S->pf[S->npf++] = (struct prefol){ f, f_ref(f), f_pin(f), folio_maybe_dma_pinned(f), folio_test_dirty(f), (k << 16) | q };
		}
	}
	/* expected order of user pages */
	if (gup) {
		seq_range(in, in->gup_addr, (u64)in->gup_n << PAGE_SHIFT);
	} else if (in->iter == IT_UBUF) {
		seq_range(in, S->segbase[0] + it.iov_offset, it.count);
	} else if (in->iter == IT_IOVEC) {
		u64 skip = it.iov_offset, left = it.count;
#if NEW
		int s0 = iter_iov(&it) - S->iov;
#else
		int s0 = it.iov - S->iov;
#endif
		for (i = s0; i < in->nseg && left; i++, skip = 0) {
			u64 l = min_t(u64, S->iov[i].iov_len - skip, left);

			seq_range(in, S->segbase[i] + skip, l);
			left -= l;
		}
	}
	o->has_pinned_before = test_bit(MMF_HAS_PINNED, &current->mm->flags);
	if (!gup)
		iterst(&it, &o->it0, in->iter);

	/* the page array */
	cap = gup ? in->gup_n : in->maxpages;
	if (cap > OC_MAXPG)
		cap = OC_MAXPG;
	if (in->fn <= FN_GETALLOC2 || gup) {
		if (!in->pages_null) {
			/* the fast functions do not stop at nr_pages == 0: leave them room */
			if (gup && !cap)
				cap = OC_MAXPG - 1;
			given = kvmalloc_array(cap + 1, sizeof(*given), GFP_KERNEL);
			for (i = 0; i < cap + 1; i++)
				given[i] = poison;
			arr = given;
		}
	}
	if (in->trace_only)
		goto out;

	switch (in->fn) {
#if NEW
	case FN_EXTRACT:
		o->will_pin = iov_iter_extract_will_pin(&it);
		ret = iov_iter_extract_pages(&it, &arr, in->maxsize, in->maxpages, in->eflags, &off0);
		pinned = user;
		break;
	case FN_SG: {
		struct sg_table t = {};

		o->will_pin = iov_iter_extract_will_pin(&it);
		sgl = kvcalloc(in->maxpages + 1, sizeof(*sgl), GFP_KERNEL);
		sg_init_table(sgl, in->maxpages + 1);
		t.sgl = sgl;
		ret = extract_iter_to_sg(&it, in->maxsize, &t, in->maxpages, in->eflags);
		pinned = user;
		o->nent = t.nents;
		break;
	}
#endif
	case FN_GET2:
		ret = iov_iter_get_pages2(&it, arr, in->maxsize, in->maxpages, &off0);
		got = true;
		break;
	case FN_GETALLOC2:
		ret = iov_iter_get_pages_alloc2(&it, &arr, in->maxsize, &off0);
		got = true;
		break;
	case FN_BIO:
		table = in->bio_maxvecs ? kcalloc(in->bio_maxvecs, sizeof(*table), GFP_KERNEL) : NULL;
		bio_init(&bio, bdevs[in->bdev], table, in->bio_maxvecs, in->bio_write ? REQ_OP_WRITE : REQ_OP_READ);
		ret = bio_iov_iter_get_pages(&bio, &it);
		o->bio_vcnt = bio.bi_vcnt;
		o->bio_size = bio.bi_iter.bi_size;
		o->bio_cloned = bio_flagged(&bio, BIO_CLONED);
#if NEW
		o->bio_pinned = bio_flagged(&bio, BIO_PAGE_PINNED);
		pinned = o->bio_pinned;
#else
		o->bio_norefs = bio_flagged(&bio, BIO_NO_PAGE_REF);
		got = !o->bio_norefs;
#endif
		break;
	case FN_PIN_FAST:
		ret = pin_user_pages_fast(in->gup_addr, in->gup_n, in->gup_flags, arr);
		pinned = true;
		break;
	case FN_GET_FAST:
		ret = get_user_pages_fast(in->gup_addr, in->gup_n, in->gup_flags, arr);
		got = true;
		break;
	case FN_PIN:
		mmap_read_lock(current->mm);
		ret = pin_user_pages(in->gup_addr, in->gup_n, in->gup_flags, arr VM_);
		mmap_read_unlock(current->mm);
		pinned = true;
		break;
	case FN_GET:
		mmap_read_lock(current->mm);
		ret = get_user_pages(in->gup_addr, in->gup_n, in->gup_flags, arr VM_);
		mmap_read_unlock(current->mm);
		got = true;
		break;
	case FN_PIN_UNLOCKED:
		ret = pin_user_pages_unlocked(in->gup_addr, in->gup_n, arr, in->gup_flags);
		pinned = true;
		break;
	case FN_GET_UNLOCKED:
		ret = get_user_pages_unlocked(in->gup_addr, in->gup_n, arr, in->gup_flags);
		got = true;
		break;
	case FN_PIN_REMOTE: {
		int locked = 1;

		mmap_read_lock(current->mm);
		ret = pin_user_pages_remote(current->mm, in->gup_addr, in->gup_n, in->gup_flags, arr VM_, &locked);
		if (locked)
			mmap_read_unlock(current->mm);
		pinned = true;
		break;
	}
	default:
		ret = -ENOSYS;
		o->setup_err = 38;
	}
#if !NEW
	/* get_user_pages_unlocked() of this version does not refuse FOLL_PIN, and then pins */
	if (gup && got && (in->gup_flags & FOLL_PIN) && ret > 0) {
		got = false;
		pinned = true;
	}
#endif
	do_drain();

	o->ret = ret;
	o->offset0_set = off0 != 0xfeedfacecafebeefUL;
	o->offset0 = off0;
	o->has_pinned_after = test_bit(MMF_HAS_PINNED, &current->mm->flags);
	if (!gup)
		iterst(&it, &o->it1, in->iter);
	if (!arr)
		o->pages_after = 0;
	else if (arr == given)
		o->pages_after = 1;
	else if (ZERO_OR_NULL_PTR(arr))
		o->pages_after = 2;
	else
		o->pages_after = 3;

	user_scan(in, S->post, o->cls1);
	do_drain();

	/* collect the returned pages */
	if (in->fn == FN_SG) {
		for (i = 0; i < o->nent; i++) {
			struct page *p = sg_page(&sgl[i]);
			unsigned int n = PFN_UP(sgl[i].offset + sgl[i].length);

			if (!p)
				continue;
			add_page(in, o, p, i, sgl[i].offset, sgl[i].length);
			if (0)
				(void)n;
		}
		o->npages = S->npg;
	} else if (in->fn == FN_BIO) {
		if (in->iter == IT_BVEC || o->bio_vcnt) {
			for (i = 0; i < bio.bi_vcnt; i++) {
				struct bio_vec *b = &bio.bi_io_vec[i];
				struct page *p = b->bv_page + b->bv_offset / PAGE_SIZE;
				unsigned int o0 = b->bv_offset % PAGE_SIZE, left = b->bv_len;

				while (left) {
					unsigned int l = min_t(unsigned int, left, PAGE_SIZE - o0);

					add_page(in, o, p, i, o0, l);
					left -= l;
					o0 = 0;
					p++;
				}
			}
		}
		o->nent = bio.bi_vcnt;
		o->npages = S->npg;
	} else if (arr && !ZERO_OR_NULL_PTR(arr)) {
		unsigned int lim = cap;

		if (arr != given) {	/* init_on_alloc=1: unused entries are NULL */
			lim = DIV_ROUND_UP((ret > 0 ? ret : 0) + off0, PAGE_SIZE);
			if (ret <= 0 || !o->offset0_set)
				lim = 0;
			lim = min_t(u64, lim, DIV_ROUND_UP(min_t(u64, in->maxsize, o->it0.count) + off0, PAGE_SIZE));
			if (in->fn == FN_EXTRACT)
				lim = min_t(unsigned int, lim, in->maxpages);
			if (!virt_addr_valid(arr) && !is_vmalloc_addr(arr)) {
				o->odd_arr = (u64)arr;
				lim = 0;
				arr = NULL;
			}
			lim = min_t(unsigned int, lim, OC_MAXPG);
		}
		for (i = 0; i < lim; i++)
			if (arr[i] && arr[i] != poison)
				add_page(in, o, arr[i], -1, 0, 0);
			else
				break;
		o->npages = S->npg;
	}
	o->nfol = S->nfol;
	for (i = 0; i < S->nfol; i++) {
		struct oc_fol *f = &o->fol[i];

		f->order = folio_order(S->fol[i]);
		f->flags = fflags(S->fol[i]);
		for (k = 0; k < S->npf; k++)
			if (S->pf[k].f == S->fol[i]) {
				f->before_valid = 1;
				f->ref[PH_BEFORE] = S->pf[k].ref;
				f->pin[PH_BEFORE] = S->pf[k].pin;
				f->dma[PH_BEFORE] = S->pf[k].dma;
				f->dirty[PH_BEFORE] = S->pf[k].dirty;
			}
	}
	snap_all(o, PH_AFTER);

	/* what put_page() / unpin_user_page() of every returned entry would leave, then undone */
	save_counts();
	oc_guard(1);
	for (i = 0; i < S->npg; i++)
		put_page(S->pg[i]);
	oc_guard(-1);
	snap_all(o, PH_IFPUT);
	restore_counts();
	oc_guard(1);
	for (i = 0; i < S->npg; i++)
		unpin_user_page(S->pg[i]);
	oc_guard(-1);
	snap_all(o, PH_IFUNPIN);
	restore_counts();

	/* the right release; keep one own reference while looking */
	for (i = 0; i < S->nfol; i++)
		folio_ref_add(S->fol[i], 1);
	if (in->fn == FN_BIO) {
		if (in->iter != IT_BVEC || 1)
			bio_release_pages(&bio, in->release == REL_DIRTY);
	} else if (pinned && S->npg) {
		if (in->release == REL_EACH)
			for (i = 0; i < S->npg; i++)
				unpin_user_page(S->pg[i]);
		else
			unpin_user_pages_dirty_lock(S->pg, S->npg, in->release == REL_DIRTY);
	} else if (got) {
		for (i = 0; i < S->npg; i++)
			put_page(S->pg[i]);
	}
	do_drain();
	for (i = 0; i < S->nfol; i++)
		folio_ref_add(S->fol[i], -1);
	snap_all(o, PH_RELEASED);
	/* what stays changed on folios known before (kernel areas; user pages still mapped in place) */
	for (k = 0; k < S->npf; k++) {
		struct folio *f = S->pf[k].f;
		s32 dr = f_ref(f) - S->pf[k].ref, dp = f_pin(f) - S->pf[k].pin;

		if ((dr || dp) && S->pf[k].kern >= 0 && o->nleft < 16) {
			o->left[o->nleft][0] = S->pf[k].kern >> 16;
			o->left[o->nleft][1] = S->pf[k].kern & 0xffff;
			o->left[o->nleft][2] = dr;
			o->left[o->nleft][3] = dp;
			o->nleft++;
			folio_ref_add(f, -dr);
		}
	}
	/* the same for user folios still mapped where they were (a fork-shared huge folio may change legitimately) */
	for (k = 0; k < S->nupos; k++) {
		struct folio *f;
		s32 dr, dp;
		int j;

		if (!S->pre[k] || S->pre[k] != S->post[k])
			continue;
		f = page_folio(S->pre[k]);
		for (i = 0; i < S->npf; i++)
			if (S->pf[i].f == f)
				break;
		if (i == S->npf || S->pf[i].kern == -2)
			continue;
		dr = f_ref(f) - S->pf[i].ref;
		dp = f_pin(f) - S->pf[i].pin;
		S->pf[i].kern = -2;
		if (!dr && !dp)
			continue;
		j = o->nuleft;
		if (j >= 16)
			break;
		o->uleft[j][0] = S->upos_area[k];
		o->uleft[j][1] = S->upos_idx[k];
		o->uleft[j][2] = dr;
		o->uleft[j][3] = dp;
		o->nuleft++;
	}
	/* a folio only we still held: free it properly */
	for (i = 0; i < S->nfol; i++)
		if (f_ref(S->fol[i]) == 0) {
			folio_ref_add(S->fol[i], 1);
			folio_put(S->fol[i]);
		}
out:
	if (arr != given)
		kvfree(arr);
	kvfree(given);
	kvfree(sgl);
	if (in->fn == FN_BIO) {
		kfree(table);
		bio_uninit(&bio);
	}
	if (!gup)
		free_iter(in);
out_areas:
	free_areas(in);
}

/* ---- held pages, for the fork experiments ---- */
static struct page *held[2048];
static int nheld;

static long do_hold(struct oc_hold *h)
{
	struct iov_iter it;
	size_t off;
	struct page **pp = held + nheld;
	u32 i;
	long n = 0;

	if (nheld + h->n > 2000)
		return -ENOSPC;
	for (i = 0; i < h->n; i++, pp++) {
		switch (h->mode) {
		case 0: n = pin_user_pages_fast(h->addr, 1, h->gup_flags, pp); break;
		case 1: n = get_user_pages_fast(h->addr, 1, h->gup_flags, pp); break;
#if NEW
		case 2:
			iov_iter_ubuf(&it, h->dir, (void __user *)h->addr, 64);
			n = iov_iter_extract_pages(&it, &pp, 64, 1, 0, &off) > 0 ? 1 : 0;
			break;
#endif
		case 3:
			iov_iter_ubuf(&it, h->dir, (void __user *)h->addr, 64);
			n = iov_iter_get_pages2(&it, pp, 64, 1, &off) > 0 ? 1 : 0;
			break;
		default: n = -ENOSYS;
		}
		if (n != 1)
			break;
		nheld++;
		last = held[0];
	}
	do_drain();
	return n;
}

static long oc_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	long r = 0;

	switch (cmd) {
	case OC_RUN:
		if (copy_from_user(&S->req.in, (void __user *)arg, sizeof(S->req.in))) { r = -EFAULT; break; }
		memset(&S->req.out, 0, sizeof(S->req.out));
		run_one(&S->req.in, &S->req.out);
		if (copy_to_user((char __user *)arg + offsetof(struct oc_req, out), &S->req.out, sizeof(S->req.out))) r = -EFAULT;
		break;
	case OC_HOLD: {
		struct oc_hold h;

		if (copy_from_user(&h, (void __user *)arg, sizeof(h))) { r = -EFAULT; break; }
		h.ret = do_hold(&h);
		if (copy_to_user((void __user *)arg, &h, sizeof(h))) r = -EFAULT;
		break;
	}
	case OC_DMA: {
		struct oc_dma d;
		u8 *p;

		if (copy_from_user(&d, (void __user *)arg, sizeof(d))) { r = -EFAULT; break; }
		if (!nheld) { r = -ENOENT; break; }
		p = kmap_local_page(held[0]);
		if (d.is_write)
			memset(p + d.off, d.val, d.len);
		else
			d.val = p[d.off];
		kunmap_local(p);
		if (copy_to_user((void __user *)arg, &d, sizeof(d))) r = -EFAULT;
		break;
	}
	case OC_QUERY: {
		struct oc_query q;
		struct page *p;

		if (copy_from_user(&q, (void __user *)arg, sizeof(q))) { r = -EFAULT; break; }
		do_drain();
		p = peek(q.addr);
		do_drain();
		q.present = !!p;
		q.is_held = p && nheld && p == held[0];
		if (p) {
			struct folio *f = page_folio(p);

			q.ref = f_ref(f); q.pin = f_pin(f); q.dma = folio_maybe_dma_pinned(f);
			q.anon = folio_test_anon(f); q.large = folio_test_large(f); q.dirty = folio_test_dirty(f);
			q.excl = cls(p) == 'e' || cls(p) == 'E';
		}
		if (nheld) {
			struct folio *f = page_folio(held[0]);

			q.held_ref = f_ref(f); q.held_pin = f_pin(f); q.held_dma = folio_maybe_dma_pinned(f);
		}
		if (last) {
			q.last_ref = page_ref_count(compound_head(last));
			q.last_pin = PageCompound(last) ? atomic_read(pinp(page_folio(last))) : -1;
			q.last_dma = folio_maybe_dma_pinned(page_folio(last));
			q.last_buddy = PageBuddy(compound_head(last));
		}
		q.has_pinned = test_bit(MMF_HAS_PINNED, &current->mm->flags);
		if (copy_to_user((void __user *)arg, &q, sizeof(q))) r = -EFAULT;
		break;
	}
	case OC_REL: {
		struct oc_rel d;
		int i;

		if (copy_from_user(&d, (void __user *)arg, sizeof(d))) { r = -EFAULT; break; }
		for (i = 0; i < nheld; i++)
			if (d.mode == 0)
				put_page(held[i]);
			else if (d.mode == 1)
				unpin_user_page(held[i]);
			else
				unpin_user_pages_dirty_lock(&held[i], 1, true);
		r = nheld;
		nheld = 0;
		break;
	}
	default:
		r = -ENOTTY;
	}
	return r;
}

/* mmap: offset 0 = remap_pfn_range (VM_PFNMAP), offset != 0 = vm_insert_page (VM_MIXEDMAP) */
static int oc_mmap(struct file *f, struct vm_area_struct *vma)
{
	unsigned long n = vma_pages(vma), i;

	if (n > 16)
		return -EINVAL;
	if (!vma->vm_pgoff)
		return remap_pfn_range(vma, vma->vm_start, page_to_pfn(mpages), n << PAGE_SHIFT, vma->vm_page_prot);
	for (i = 0; i < n; i++) {
		int r = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE, mpages + i);

		if (r)
			return r;
	}
	return 0;
}

static const struct file_operations fops = { .owner = THIS_MODULE, .unlocked_ioctl = oc_ioctl, .mmap = oc_mmap };
static struct miscdevice md = { .minor = MISC_DYNAMIC_MINOR, .name = "recorder", .fops = &fops, .mode = 0666 };

static struct block_device *openb(const char *path)
{
#if NEW
	struct file *f = bdev_file_open_by_path(path, BLK_OPEN_READ | BLK_OPEN_WRITE, NULL, NULL);

	return IS_ERR(f) ? NULL : file_bdev(f);
#else
	struct block_device *b = blkdev_get_by_path(path, FMODE_READ | FMODE_WRITE, NULL);

	return IS_ERR(b) ? NULL : b;
#endif
}

static int __init oc_init(void)
{
	S = vzalloc(sizeof(*S));
	if (!S)
		return -ENOMEM;
	mpages = alloc_pages(GFP_KERNEL | __GFP_ZERO, 4);
	split_page(mpages, 4);
	bdevs[1] = openb("/dev/ram0");
	bdevs[2] = openb("/dev/nullb0");
	pr_info("recorder: ram0 lbs %d nullb0 lbs %d\n", bdevs[1] ? bdev_logical_block_size(bdevs[1]) : -1,
		bdevs[2] ? bdev_logical_block_size(bdevs[2]) : -1);
	return misc_register(&md);
}
module_init(oc_init);
