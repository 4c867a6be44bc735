import type { FunctionRow } from '../effects.ts';
import { borrowers, wait } from './build.ts';

/** Functions that let time pass, or wait for something. */
const waits: FunctionRow[] = borrowers(
  `
include/asm-generic/delay.h: 20 udelay(n)
include/linux/delay.h: 44 mdelay(n); 50 ndelay(x); 66 usleep_range(min, max)
include/linux/raid/pq.h: 175 cpu_relax()
kernel/rcu/srcutiny.c: 215 synchronize_srcu(ssp)
kernel/rcu/tiny.c: 150 synchronize_rcu()
kernel/sched/core.c: 6832 schedule()
kernel/time/timer.c: 2578 schedule_timeout(timeout); 2768 msleep(msecs)
lib/test_maple_tree.c: 56 cond_resched()
`,
  wait,
);

/** Locks, counters, lists, arithmetic and printing: none of them keeps a page, an array or what they are given. */
export const UTILITY_ROWS: readonly FunctionRow[] = waits.concat(
  borrowers(`
arch/s390/include/asm/pgtable.h: 62 ZERO_PAGE(vaddr)
block/blk-core.c: 169 errno_to_blk_status(errno); 182 blk_status_to_errno(status)
drivers/char/random.c: 428 get_random_bytes(buf, len)
fs/seq_file.c: 401 seq_printf(m, f, ...); 663 seq_putc(m, c)
fs/sysfs/file.c: 748 sysfs_emit(buf, fmt, ...)
include/asm-generic/barrier.h: 30 mb(); 34 rmb(); 38 wmb(); 46 dma_rmb(); 50 dma_wmb(); 99 smp_mb();
  103 smp_rmb(); 107 smp_wmb(); 168 smp_mb__after_atomic()
include/asm-generic/bitops/builtin-ffs.h: 13 ffs(x)
include/asm-generic/bitops/builtin-fls.h: 12 fls(x)
include/asm-generic/bitops/const_hweight.h: 28 hweight32(w); 29 hweight64(w)
include/asm-generic/bitops/instrumented-atomic.h: 26 set_bit(nr, addr); 39 clear_bit(nr, addr);
  55 change_bit(nr, addr); 68 test_and_set_bit(nr, addr); 82 test_and_clear_bit(nr, addr)
include/asm-generic/bug.h: 110 WARN_ON_ONCE(condition); 122 WARN_ON(condition);
  131 WARN(condition, format...); 151 WARN_ONCE(condition, format...)
include/asm-generic/getorder.h: 29 get_order(size)
include/linux/align.h: 8 ALIGN(x, a); 9 ALIGN_DOWN(x, a); 13 IS_ALIGNED(x, a)
include/linux/array_size.h: 11 ARRAY_SIZE(arr)
include/linux/atomic/atomic-instrumented.h: 30 atomic_read(v); 65 atomic_set(v, i); 102 atomic_add(i, v);
  120 atomic_add_return(i, v); 194 atomic_fetch_add(i, v); 268 atomic_sub(i, v);
  286 atomic_sub_return(i, v); 433 atomic_inc(v); 450 atomic_inc_return(v); 590 atomic_dec(v);
  607 atomic_dec_return(v); 1116 atomic_xchg(v, new); 1192 atomic_cmpxchg(v, old, new);
  1362 atomic_sub_and_test(i, v); 1380 atomic_dec_and_test(v); 1533 atomic_inc_not_zero(v);
  1608 atomic64_read(v); 1643 atomic64_set(v, i); 1680 atomic64_add(i, v); 1698 atomic64_add_return(i, v);
  1846 atomic64_sub(i, v); 1864 atomic64_sub_return(i, v); 2011 atomic64_inc(v);
  2028 atomic64_inc_return(v); 2168 atomic64_dec(v); 3186 atomic_long_read(v); 3221 atomic_long_set(v, i);
  3258 atomic_long_add(i, v); 3276 atomic_long_add_return(i, v); 3350 atomic_long_fetch_add(i, v);
  3424 atomic_long_sub(i, v); 3442 atomic_long_sub_return(i, v); 3589 atomic_long_inc(v);
  3746 atomic_long_dec(v); 4348 atomic_long_cmpxchg(v, old, new); 4431 atomic_long_try_cmpxchg(v, old, new)
include/linux/bitmap.h: 231 bitmap_zero(dst, nbits); 241 bitmap_fill(dst, nbits);
  424 bitmap_empty(src, nbits); 442 bitmap_weight(src, nbits); 468 bitmap_set(map, start, nbits);
  484 bitmap_clear(map, start, nbits)
include/linux/bitops.h: 53 __set_bit(nr, addr); 54 __clear_bit(nr, addr); 60 test_bit(nr, addr)
include/linux/bottom_half.h: 18 local_bh_disable(); 31 local_bh_enable()
include/linux/build_bug.h: 49 BUILD_BUG_ON(condition)
include/linux/byteorder/generic.h: 86 cpu_to_le64(...); 87 le64_to_cpu(...); 88 cpu_to_le32(...);
  89 le32_to_cpu(...); 90 cpu_to_le16(...); 91 le16_to_cpu(...); 92 cpu_to_be64(...); 93 be64_to_cpu(...);
  94 cpu_to_be32(...); 95 be32_to_cpu(...); 96 cpu_to_be16(...); 97 be16_to_cpu(...)
include/linux/ceph/libceph.h: 180 calc_pages_for(off, len)
include/linux/compiler.h: 85 barrier()
include/linux/completion.h: 84 init_completion(x); 97 reinit_completion(x)
include/linux/crc32.h: 69 crc32(seed, data, length)
include/linux/cred.h: 304 current_cred(); 403 current_user_ns()
include/linux/dma-resv.h: 342 dma_resv_lock(obj, ctx); 369 dma_resv_lock_interruptible(obj, ctx);
  461 dma_resv_unlock(obj)
include/linux/err.h: 39 ERR_PTR(error); 55 PTR_ERR(ptr); 94 ERR_CAST(ptr); 117 PTR_ERR_OR_ZERO(ptr)
include/linux/find.h: 56 find_next_bit(addr, size, offset); 175 find_next_zero_bit(addr, size, offset);
  202 find_first_bit(addr, size); 385 find_first_zero_bit(addr, size)
include/linux/gfp.h: 41 gfpflags_allow_blocking(gfp_flags); 424 gfp_has_io_fs(gfp)
include/linux/idr.h: 149 idr_init(idr); 273 ida_alloc(ida, gfp)
include/linux/instrumented.h: 144 instrument_copy_from_user_after(to, from, n, left)
include/linux/irqflags.h: 194 local_irq_enable(); 200 local_irq_disable(); 208 local_irq_save(flags);
  215 local_irq_restore(flags)
include/linux/jiffies.h: 127 time_after(a, b); 518 msecs_to_jiffies(m)
include/linux/kasan.h: 114 kasan_poison_pages(page, order, init)
include/linux/kconfig.h: 73 IS_ENABLED(option)
include/linux/kcsan-checks.h: 220 kcsan_check_access(...)
include/linux/kernel.h: 105 might_sleep(); 160 might_fault()
include/linux/kref.h: 29 kref_init(kref); 34 kref_read(kref); 43 kref_get(kref);
  109 kref_get_unless_zero(kref)
include/linux/list.h: 35 INIT_LIST_HEAD(list); 234 list_del(entry); 292 list_del_init(entry);
  378 list_empty(head); 414 list_empty_careful(head); 456 list_is_singular(head); 949 INIT_HLIST_NODE(h);
  1007 hlist_del(n); 1020 hlist_del_init(n)
include/linux/lockdep.h: 284 lockdep_assert_held(l); 549 might_lock(lock); 555 might_lock_read(lock)
include/linux/log2.h: 45 is_power_of_2(n); 156 ilog2(n); 174 roundup_pow_of_two(n); 217 order_base_2(n)
include/linux/math.h: 25 round_up(x, y); 35 round_down(x, y); 49 DIV_ROUND_UP(...); 71 roundup(x, y);
  85 rounddown(x, y); 157 abs(x)
include/linux/math64.h: 127 div_u64(dividend, divisor)
include/linux/minmax.h: 105 min(x, y); 112 max(x, y); 161 min_t(type, x, y); 169 max_t(type, x, y);
  176 min_not_zero(x, y); 206 clamp(val, lo, hi); 218 clamp_t(type, val, lo, hi)
include/linux/mm.h: 59 totalram_pages(); 231 PAGE_ALIGN(addr); 237 PAGE_ALIGNED(addr);
  2359 offset_in_page(p); 2361 offset_in_folio(folio, p)
include/linux/mmdebug.h: 19 VM_BUG_ON(cond); 20 VM_BUG_ON_PAGE(cond, page); 27 VM_BUG_ON_FOLIO(cond, folio);
  48 VM_WARN_ON_ONCE_PAGE(cond, page); 68 VM_WARN_ON_ONCE_FOLIO(cond, folio); 91 VM_WARN_ON(cond);
  92 VM_WARN_ON_ONCE(cond)
include/linux/mutex.h: 60 mutex_init(mutex)
include/linux/nospec.h: 55 array_index_nospec(index, size)
include/linux/overflow.h: 67 check_add_overflow(a, b, d); 113 check_sub_overflow(a, b, d);
  159 check_mul_overflow(a, b, d); 236 overflows_type(n, T); 336 size_mul(factor1, factor2);
  355 size_add(addend1, addend2); 397 array_size(a, b); 410 array3_size(a, b, c);
  424 flex_array_size(p, member, count); 440 struct_size(p, member, count)
include/linux/pfn.h: 19 PFN_UP(x); 20 PFN_DOWN(x); 21 PFN_PHYS(x); 22 PHYS_PFN(x)
include/linux/preempt.h: 213 preempt_disable(); 230 preempt_enable()
include/linux/printk.h: 494 printk(fmt, ...);
  770 print_hex_dump_debug(prefix_str, prefix_type, rowsize, groupsize, buf, len, ascii);
  813 print_hex_dump_bytes(prefix_str, prefix_type, buf, len)
include/linux/rbtree.h: 35 RB_CLEAR_NODE(node)
include/linux/rcupdate.h: 845 rcu_read_lock(); 876 rcu_read_unlock()
include/linux/refcount.h: 132 refcount_set(r, n); 168 refcount_read(r); 314 refcount_inc_not_zero(r);
  362 refcount_inc(r); 429 refcount_dec_and_test(r); 455 refcount_dec(r)
include/linux/rwlock_rt.h: 35 read_lock(rwlock); 40 read_lock_bh(rwlock); 46 read_lock_irq(rwlock);
  60 read_unlock(rwlock); 65 read_unlock_bh(rwlock); 71 read_unlock_irq(rwlock); 82 write_lock(rwlock);
  96 write_lock_bh(rwlock); 102 write_lock_irq(rwlock); 126 write_unlock(rwlock);
  131 write_unlock_bh(rwlock); 137 write_unlock_irq(rwlock)
include/linux/rwsem.h: 117 init_rwsem(sem)
include/linux/sched.h: 232 set_current_state(state_value); 2136 need_resched()
include/linux/sched/mm.h: 355 memalloc_noio_save(); 368 memalloc_noio_restore(flags);
  385 memalloc_nofs_save(); 398 memalloc_nofs_restore(flags); 426 memalloc_noreclaim_save()
include/linux/sched/signal.h: 404 signal_pending(p); 423 fatal_signal_pending(p)
include/linux/semaphore.h: 37 sema_init(sem, val)
include/linux/seq_file.h: 122 seq_puts(m, s)
include/linux/smp.h: 198 raw_smp_processor_id(); 270 smp_processor_id(); 275 get_cpu(); 276 put_cpu()
include/linux/spinlock.h: 217 raw_spin_lock(lock); 241 raw_spin_lock_irqsave(lock, flags);
  276 raw_spin_unlock(lock); 279 raw_spin_unlock_irqrestore(lock, flags); 331 spin_lock_init(lock);
  349 spin_lock(lock); 354 spin_lock_bh(lock); 359 spin_trylock(lock); 364 spin_lock_nested(lock, subclass);
  374 spin_lock_irq(lock); 379 spin_lock_irqsave(lock, flags); 389 spin_unlock(lock);
  394 spin_unlock_bh(lock); 399 spin_unlock_irq(lock); 404 spin_unlock_irqrestore(lock, flags)
include/linux/srcu.h: 244 srcu_read_lock(ssp); 317 srcu_read_unlock(ssp, idx)
include/linux/swap.h: 373 nr_free_pages()
include/linux/timekeeping.h: 80 ktime_get_real(); 167 ktime_get_ns()
include/linux/topology.h: 87 numa_node_id(); 94 cpu_to_node(cpu); 144 numa_mem_id()
include/linux/uaccess.h: 259 pagefault_disable(); 269 pagefault_enable()
include/linux/user_namespace.h: 173 put_user_ns(ns)
include/linux/wait.h: 64 init_waitqueue_head(wq_head); 219 wake_up(x); 221 wake_up_all(x);
  226 wake_up_interruptible(x)
include/linux/wordpart.h: 14 upper_32_bits(n); 20 lower_32_bits(n)
include/linux/xarray.h: 397 xa_init(xa); 409 xa_empty(xa); 1412 xas_lock(xas); 1413 xas_unlock(xas)
include/net/sock.h: 1668 lock_sock(sk)
kernel/locking/mutex-debug.c: 112 mutex_destroy(lock)
kernel/locking/mutex.c: 89 mutex_is_locked(lock); 281 mutex_lock(lock); 542 mutex_unlock(lock);
  563 ww_mutex_unlock(lock); 809 mutex_lock_nested(lock, subclass); 878 ww_mutex_lock(lock, ctx);
  990 mutex_lock_interruptible(lock); 1014 mutex_lock_killable(lock); 1094 mutex_trylock(lock)
kernel/locking/rtmutex_api.c: 69 rt_mutex_lock(lock); 138 rt_mutex_unlock(lock)
kernel/locking/rwsem.c: 1521 down_read(sem); 1530 down_read_interruptible(sem);
  1544 down_read_killable(sem); 1561 down_read_trylock(sem); 1574 down_write(sem);
  1585 down_write_killable(sem); 1603 down_write_trylock(sem); 1617 up_read(sem); 1627 up_write(sem);
  1637 downgrade_write(sem)
kernel/locking/semaphore.c: 55 down(sem); 78 down_interruptible(sem); 184 up(sem)
kernel/panic.c: 653 add_taint(flag, lockdep_ok)
kernel/printk/printk_safe.c: 57 vprintk(fmt, args)
kernel/sched/completion.c: 337 completion_done(x)
kernel/sched/core.c: 4438 wake_up_process(p)
kernel/sched/wait_bit.c: 191 wake_up_var(var)
kernel/time/time.c: 377 jiffies_to_msecs(j)
kernel/time/timekeeping.c: 740 ktime_get()
lib/dump_stack.c: 130 dump_stack()
lib/hexdump.c: 261 print_hex_dump(level, prefix_str, prefix_type, rowsize, groupsize, buf, len, ascii)
lib/idr.c: 174 idr_find(idr, id); 489 ida_free(ida, id)
lib/kobject.c: 636 kobject_get(kobj)
lib/libcrc32c.c: 38 crc32c(crc, address, length)
lib/math/div64.c: 139 div64_u64(dividend, divisor)
lib/radix-tree.c: 365 radix_tree_preload(gfp_mask); 1559 idr_destroy(idr)
lib/rbtree.c: 440 rb_erase(node, root)
lib/xarray.c: 1473 xa_load(xa, index); 1530 xa_erase(xa, index); 2243 xa_destroy(xa)
mm/debug.c: 165 dump_page(page, reason)
mm/kmemleak.c: 1087 kmemleak_alloc(ptr, size, min_count, gfp); 1148 kmemleak_free(ptr);
  1234 kmemleak_not_leak(ptr); 1269 kmemleak_ignore(ptr)
mm/kmsan/hooks.c: 339 kmsan_handle_dma(page, offset, size, dir); 396 kmsan_unpoison_memory(address, size);
  419 kmsan_check_memory(addr, size)
mm/show_mem.c: 75 si_meminfo(val)
net/core/sock.c: 3692 release_sock(sk)
`),
);
