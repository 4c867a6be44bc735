/* SPDX-License-Identifier: GPL-2.0 */
/* Shared between the test module (recorder.c) and the test program (init.c). */
#ifndef RECORDER_H
#define RECORDER_H
#include <linux/types.h>
#include <linux/ioctl.h>

#define OC_MAXAREA 40
#define OC_MAXSEG  8
#define OC_MAXPG   1100
#define OC_MAXFOL  1100

enum oc_fn {
	FN_EXTRACT, FN_GET2, FN_GETALLOC2, FN_SG, FN_BIO,
	FN_PIN_FAST, FN_GET_FAST, FN_PIN, FN_GET, FN_PIN_UNLOCKED, FN_GET_UNLOCKED,
	FN_PIN_REMOTE, FN_NR
};
enum oc_iter { IT_UBUF, IT_IOVEC, IT_KVEC, IT_BVEC, IT_XARRAY, IT_FOLIOQ, IT_DISCARD, IT_NONE };
enum oc_atype { AT_USER, AT_KMALLOC, AT_VMALLOC, AT_COMP, AT_SPLIT, AT_STATIC, AT_ZERO, AT_HOLE };
enum oc_release { REL_EACH, REL_DIRTY, REL_CLEAN_ARRAY };
enum { PH_BEFORE, PH_AFTER, PH_IFPUT, PH_IFUNPIN, PH_RELEASED, PH_NR };

struct oc_area {
	__u32 type, order, npages, pad;
	__u64 addr;	/* user address */
	__u64 index;	/* xarray index */
};
struct oc_seg { __u32 area, pad; __u64 off, len; };

struct oc_in {
	__u32 fn, iter, dir /* 0 = ITER_DEST (read), 1 = ITER_SOURCE (write) */, nofault;
	__u32 pages_null, maxpages, eflags, nseg;
	__u64 maxsize, count, advance;
	__u32 narea, release, clear_dirty, bdev; /* bdev 0 none, 1 ram0, 2 nullb0 */
	__u64 xa_start, fq_off;
	__u32 fq_slot, fq_fill;	/* fq_fill: number of leading dummy slots */
	__u32 gup_flags, gup_n;
	__u64 gup_addr;
	__u32 bio_maxvecs, bio_write, no_pages_ptr, trace_only;
	struct oc_seg segs[OC_MAXSEG];
	struct oc_area areas[OC_MAXAREA];
};
#define FF_ANON 1
#define FF_ZERO 2
#define FF_SLAB 4
#define FF_HUGETLB 8
#define FF_RESERVED 16
#define FF_FILE 32
#define FF_HUGEZERO 64
struct oc_fol {
	__s32 order; __u32 flags;
	__s32 before_valid; __u32 nr_entries;
	__s32 ref[PH_NR], pin[PH_NR];
	__u8 dma[PH_NR], dirty[PH_NR];
	__u8 pad[6];
};
struct oc_pg {
	__s32 fol; __u32 sub;
	__s32 area, idx;	/* which page of which area; -1 unknown */
	__s32 same;		/* user: same page as mapped there before the call; -1 n/a */
	__u32 off, len;		/* sg and bio */
	__s32 ent;		/* sg / bvec entry index */
	__s64 pfn_rel;
};
struct oc_iterst { __u64 count, iov_offset, nr_segs; __s64 seg_moved; __s32 slot, fq_moved; };
struct oc_out {
	__s64 ret; __u64 offset0; __u32 offset0_set, pages_after; /* 0 NULL 1 given 2 ZERO_SIZE_PTR 3 allocated */
	__u32 npages, nfol, will_pin, has_pinned_before, has_pinned_after, nent;
	__s64 bio_size; __u32 bio_vcnt, bio_pinned, bio_cloned, bio_norefs;
	__u32 setup_err, nleft;
	__s32 left[16][4];
	__u64 odd_arr;
	__u32 nuleft, pad2;
	__s32 uleft[16][4];
	struct oc_iterst it0, it1;
	__u8 cls0[OC_MAXAREA][72], cls1[OC_MAXAREA][72];
	struct oc_fol fol[OC_MAXFOL];
	struct oc_pg pg[OC_MAXPG];
};
struct oc_req { struct oc_in in; struct oc_out out; };

struct oc_hold { __u64 addr; __u32 mode, gup_flags, dir, n; __s64 ret; };
/* mode 0 pin_user_pages_fast 1 get_user_pages_fast 2 extract 3 iov_iter_get_pages2 4 pin_user_pages */
struct oc_dma { __u32 off, len; __u32 val; __u32 is_write; };
struct oc_query { __u64 addr; __s32 present, is_held, ref, pin, dma, anon, excl, large, dirty, held_ref, held_pin, held_dma, has_pinned, last_ref, last_pin, last_dma, last_buddy; };
struct oc_rel { __u32 mode; /* 0 put 1 unpin 2 unpin dirty */ };

#define OC_RUN   _IOC(_IOC_READ|_IOC_WRITE, 'O', 1, 8)
#define OC_HOLD  _IOC(_IOC_READ|_IOC_WRITE, 'O', 2, sizeof(struct oc_hold))
#define OC_DMA   _IOC(_IOC_READ|_IOC_WRITE, 'O', 3, sizeof(struct oc_dma))
#define OC_QUERY _IOC(_IOC_READ|_IOC_WRITE, 'O', 4, sizeof(struct oc_query))
#define OC_REL   _IOC(_IOC_READ|_IOC_WRITE, 'O', 5, sizeof(struct oc_rel))
#endif
