import type { FunctionRow } from '../effects.ts';
import { borrow, list, rows } from './build.ts';

/** Locks, counters, lists, arithmetic and printing: none of them keeps a page, an array or what they are given. */
export const UTILITY_ROWS: readonly FunctionRow[] = [
  ...rows('arch/s390/include/asm/pgtable.h', borrow, list('62 ZERO_PAGE(vaddr)')),
  ...rows(
    'block/blk-core.c',
    borrow,
    list('169 errno_to_blk_status(errno); 182 blk_status_to_errno(status)'),
  ),
  ...rows('drivers/char/random.c', borrow, list('428 get_random_bytes(buf, len)')),
  ...rows('fs/seq_file.c', borrow, list('401 seq_printf(m, f, ...); 663 seq_putc(m, c)')),
  ...rows('fs/sysfs/file.c', borrow, list('748 sysfs_emit(buf, fmt, ...)')),
  ...rows(
    'include/asm-generic/barrier.h',
    borrow,
    list(`
    30 mb(); 34 rmb(); 38 wmb(); 46 dma_rmb(); 50 dma_wmb(); 99 smp_mb(); 103 smp_rmb(); 107 smp_wmb();
    168 smp_mb__after_atomic()
  `),
  ),
  ...rows('include/asm-generic/bitops/builtin-ffs.h', borrow, list('13 ffs(x)')),
  ...rows('include/asm-generic/bitops/builtin-fls.h', borrow, list('12 fls(x)')),
  ...rows('include/asm-generic/bitops/const_hweight.h', borrow, list('28 hweight32(w); 29 hweight64(w)')),
  ...rows(
    'include/asm-generic/bitops/instrumented-atomic.h',
    borrow,
    list(`
    26 set_bit(nr, addr); 39 clear_bit(nr, addr); 55 change_bit(nr, addr); 68 test_and_set_bit(nr, addr);
    82 test_and_clear_bit(nr, addr)
  `),
  ),
  ...rows(
    'include/asm-generic/bug.h',
    borrow,
    list(`
    110 WARN_ON_ONCE(condition); 122 WARN_ON(condition); 131 WARN(condition, format...);
    151 WARN_ONCE(condition, format...)
  `),
  ),
  ...rows('include/asm-generic/delay.h', borrow, list('20 udelay(n)')),
  ...rows('include/asm-generic/getorder.h', borrow, list('29 get_order(size)')),
  ...rows('include/linux/align.h', borrow, list('8 ALIGN(x, a); 9 ALIGN_DOWN(x, a); 13 IS_ALIGNED(x, a)')),
  ...rows('include/linux/array_size.h', borrow, list('11 ARRAY_SIZE(arr)')),
  ...rows(
    'include/linux/atomic/atomic-instrumented.h',
    borrow,
    list(`
    30 atomic_read(v); 65 atomic_set(v, i); 102 atomic_add(i, v); 120 atomic_add_return(i, v);
    194 atomic_fetch_add(i, v); 268 atomic_sub(i, v); 286 atomic_sub_return(i, v); 433 atomic_inc(v);
    450 atomic_inc_return(v); 590 atomic_dec(v); 607 atomic_dec_return(v); 1116 atomic_xchg(v, new);
    1192 atomic_cmpxchg(v, old, new); 1362 atomic_sub_and_test(i, v); 1380 atomic_dec_and_test(v);
    1533 atomic_inc_not_zero(v); 1608 atomic64_read(v); 1643 atomic64_set(v, i); 1680 atomic64_add(i, v);
    1698 atomic64_add_return(i, v); 1846 atomic64_sub(i, v); 1864 atomic64_sub_return(i, v);
    2011 atomic64_inc(v); 2028 atomic64_inc_return(v); 2168 atomic64_dec(v); 3186 atomic_long_read(v);
    3221 atomic_long_set(v, i); 3258 atomic_long_add(i, v); 3276 atomic_long_add_return(i, v);
    3350 atomic_long_fetch_add(i, v); 3424 atomic_long_sub(i, v); 3442 atomic_long_sub_return(i, v);
    3589 atomic_long_inc(v); 3746 atomic_long_dec(v); 4348 atomic_long_cmpxchg(v, old, new);
    4431 atomic_long_try_cmpxchg(v, old, new)
  `),
  ),
  ...rows(
    'include/linux/bitmap.h',
    borrow,
    list(`
    231 bitmap_zero(dst, nbits); 241 bitmap_fill(dst, nbits); 424 bitmap_empty(src, nbits);
    442 bitmap_weight(src, nbits); 468 bitmap_set(map, start, nbits); 484 bitmap_clear(map, start, nbits)
  `),
  ),
  ...rows(
    'include/linux/bitops.h',
    borrow,
    list('53 __set_bit(nr, addr); 54 __clear_bit(nr, addr); 60 test_bit(nr, addr)'),
  ),
  ...rows('include/linux/bottom_half.h', borrow, list('18 local_bh_disable(); 31 local_bh_enable()')),
  ...rows('include/linux/build_bug.h', borrow, list('49 BUILD_BUG_ON(condition)')),
  ...rows(
    'include/linux/byteorder/generic.h',
    borrow,
    list(`
    86 cpu_to_le64(...); 87 le64_to_cpu(...); 88 cpu_to_le32(...); 89 le32_to_cpu(...);
    90 cpu_to_le16(...); 91 le16_to_cpu(...); 92 cpu_to_be64(...); 93 be64_to_cpu(...);
    94 cpu_to_be32(...); 95 be32_to_cpu(...); 96 cpu_to_be16(...); 97 be16_to_cpu(...)
  `),
  ),
  ...rows('include/linux/ceph/libceph.h', borrow, list('180 calc_pages_for(off, len)')),
  ...rows('include/linux/compiler.h', borrow, list('85 barrier()')),
  ...rows('include/linux/completion.h', borrow, list('84 init_completion(x); 97 reinit_completion(x)')),
  ...rows('include/linux/crc32.h', borrow, list('69 crc32(seed, data, length)')),
  ...rows('include/linux/cred.h', borrow, list('304 current_cred(); 403 current_user_ns()')),
  ...rows('include/linux/delay.h', borrow, list('44 mdelay(n); 50 ndelay(x); 66 usleep_range(min, max)')),
  ...rows(
    'include/linux/dma-resv.h',
    borrow,
    list('342 dma_resv_lock(obj, ctx); 369 dma_resv_lock_interruptible(obj, ctx); 461 dma_resv_unlock(obj)'),
  ),
  ...rows(
    'include/linux/err.h',
    borrow,
    list('39 ERR_PTR(error); 55 PTR_ERR(ptr); 94 ERR_CAST(ptr); 117 PTR_ERR_OR_ZERO(ptr)'),
  ),
  ...rows(
    'include/linux/find.h',
    borrow,
    list(`
    56 find_next_bit(addr, size, offset); 175 find_next_zero_bit(addr, size, offset);
    202 find_first_bit(addr, size); 385 find_first_zero_bit(addr, size)
  `),
  ),
  ...rows(
    'include/linux/gfp.h',
    borrow,
    list('41 gfpflags_allow_blocking(gfp_flags); 424 gfp_has_io_fs(gfp)'),
  ),
  ...rows('include/linux/idr.h', borrow, list('149 idr_init(idr); 273 ida_alloc(ida, gfp)')),
  ...rows(
    'include/linux/instrumented.h',
    borrow,
    list('144 instrument_copy_from_user_after(to, from, n, left)'),
  ),
  ...rows(
    'include/linux/irqflags.h',
    borrow,
    list(`
    194 local_irq_enable(); 200 local_irq_disable(); 208 local_irq_save(flags);
    215 local_irq_restore(flags)
  `),
  ),
  ...rows('include/linux/jiffies.h', borrow, list('127 time_after(a, b); 518 msecs_to_jiffies(m)')),
  ...rows('include/linux/kasan.h', borrow, list('114 kasan_poison_pages(page, order, init)')),
  ...rows('include/linux/kconfig.h', borrow, list('73 IS_ENABLED(option)')),
  ...rows('include/linux/kcsan-checks.h', borrow, list('220 kcsan_check_access(...)')),
  ...rows('include/linux/kernel.h', borrow, list('105 might_sleep(); 160 might_fault()')),
  ...rows(
    'include/linux/kref.h',
    borrow,
    list('29 kref_init(kref); 34 kref_read(kref); 43 kref_get(kref); 109 kref_get_unless_zero(kref)'),
  ),
  ...rows(
    'include/linux/list.h',
    borrow,
    list(`
    35 INIT_LIST_HEAD(list); 234 list_del(entry); 292 list_del_init(entry); 378 list_empty(head);
    414 list_empty_careful(head); 456 list_is_singular(head); 949 INIT_HLIST_NODE(h); 1007 hlist_del(n);
    1020 hlist_del_init(n)
  `),
  ),
  ...rows(
    'include/linux/lockdep.h',
    borrow,
    list('284 lockdep_assert_held(l); 549 might_lock(lock); 555 might_lock_read(lock)'),
  ),
  ...rows(
    'include/linux/log2.h',
    borrow,
    list('45 is_power_of_2(n); 156 ilog2(n); 174 roundup_pow_of_two(n); 217 order_base_2(n)'),
  ),
  ...rows(
    'include/linux/math.h',
    borrow,
    list(`
    25 round_up(x, y); 35 round_down(x, y); 49 DIV_ROUND_UP(...); 71 roundup(x, y); 85 rounddown(x, y);
    157 abs(x)
  `),
  ),
  ...rows('include/linux/math64.h', borrow, list('127 div_u64(dividend, divisor)')),
  ...rows(
    'include/linux/minmax.h',
    borrow,
    list(`
    105 min(x, y); 112 max(x, y); 161 min_t(type, x, y); 169 max_t(type, x, y); 176 min_not_zero(x, y);
    206 clamp(val, lo, hi); 218 clamp_t(type, val, lo, hi)
  `),
  ),
  ...rows(
    'include/linux/mm.h',
    borrow,
    list(`
    59 totalram_pages(); 231 PAGE_ALIGN(addr); 237 PAGE_ALIGNED(addr); 2359 offset_in_page(p);
    2361 offset_in_folio(folio, p)
  `),
  ),
  ...rows(
    'include/linux/mmdebug.h',
    borrow,
    list(`
    19 VM_BUG_ON(cond); 20 VM_BUG_ON_PAGE(cond, page); 27 VM_BUG_ON_FOLIO(cond, folio);
    48 VM_WARN_ON_ONCE_PAGE(cond, page); 68 VM_WARN_ON_ONCE_FOLIO(cond, folio); 91 VM_WARN_ON(cond);
    92 VM_WARN_ON_ONCE(cond)
  `),
  ),
  ...rows('include/linux/mutex.h', borrow, list('60 mutex_init(mutex)')),
  ...rows('include/linux/nospec.h', borrow, list('55 array_index_nospec(index, size)')),
  ...rows(
    'include/linux/overflow.h',
    borrow,
    list(`
    67 check_add_overflow(a, b, d); 113 check_sub_overflow(a, b, d); 159 check_mul_overflow(a, b, d);
    236 overflows_type(n, T); 336 size_mul(factor1, factor2); 355 size_add(addend1, addend2);
    397 array_size(a, b); 410 array3_size(a, b, c); 424 flex_array_size(p, member, count);
    440 struct_size(p, member, count)
  `),
  ),
  ...rows(
    'include/linux/pfn.h',
    borrow,
    list('19 PFN_UP(x); 20 PFN_DOWN(x); 21 PFN_PHYS(x); 22 PHYS_PFN(x)'),
  ),
  ...rows('include/linux/preempt.h', borrow, list('213 preempt_disable(); 230 preempt_enable()')),
  ...rows(
    'include/linux/printk.h',
    borrow,
    list(`
    494 printk(fmt, ...);
    770 print_hex_dump_debug(prefix_str, prefix_type, rowsize, groupsize, buf, len, ascii);
    813 print_hex_dump_bytes(prefix_str, prefix_type, buf, len)
  `),
  ),
  ...rows('include/linux/raid/pq.h', borrow, list('175 cpu_relax()')),
  ...rows('include/linux/rbtree.h', borrow, list('35 RB_CLEAR_NODE(node)')),
  ...rows('include/linux/rcupdate.h', borrow, list('845 rcu_read_lock(); 876 rcu_read_unlock()')),
  ...rows(
    'include/linux/refcount.h',
    borrow,
    list(`
    132 refcount_set(r, n); 168 refcount_read(r); 314 refcount_inc_not_zero(r); 362 refcount_inc(r);
    429 refcount_dec_and_test(r); 455 refcount_dec(r)
  `),
  ),
  ...rows(
    'include/linux/rwlock_rt.h',
    borrow,
    list(`
    35 read_lock(rwlock); 40 read_lock_bh(rwlock); 46 read_lock_irq(rwlock); 60 read_unlock(rwlock);
    65 read_unlock_bh(rwlock); 71 read_unlock_irq(rwlock); 82 write_lock(rwlock); 96 write_lock_bh(rwlock);
    102 write_lock_irq(rwlock); 126 write_unlock(rwlock); 131 write_unlock_bh(rwlock);
    137 write_unlock_irq(rwlock)
  `),
  ),
  ...rows('include/linux/rwsem.h', borrow, list('117 init_rwsem(sem)')),
  ...rows('include/linux/sched.h', borrow, list('232 set_current_state(state_value); 2136 need_resched()')),
  ...rows(
    'include/linux/sched/mm.h',
    borrow,
    list(`
    355 memalloc_noio_save(); 368 memalloc_noio_restore(flags); 385 memalloc_nofs_save();
    398 memalloc_nofs_restore(flags); 426 memalloc_noreclaim_save()
  `),
  ),
  ...rows('include/linux/sched/signal.h', borrow, list('404 signal_pending(p); 423 fatal_signal_pending(p)')),
  ...rows('include/linux/semaphore.h', borrow, list('37 sema_init(sem, val)')),
  ...rows('include/linux/seq_file.h', borrow, list('122 seq_puts(m, s)')),
  ...rows(
    'include/linux/smp.h',
    borrow,
    list('198 raw_smp_processor_id(); 270 smp_processor_id(); 275 get_cpu(); 276 put_cpu()'),
  ),
  ...rows(
    'include/linux/spinlock.h',
    borrow,
    list(`
    217 raw_spin_lock(lock); 241 raw_spin_lock_irqsave(lock, flags); 276 raw_spin_unlock(lock);
    279 raw_spin_unlock_irqrestore(lock, flags); 331 spin_lock_init(lock); 349 spin_lock(lock);
    354 spin_lock_bh(lock); 359 spin_trylock(lock); 364 spin_lock_nested(lock, subclass);
    374 spin_lock_irq(lock); 379 spin_lock_irqsave(lock, flags); 389 spin_unlock(lock);
    394 spin_unlock_bh(lock); 399 spin_unlock_irq(lock); 404 spin_unlock_irqrestore(lock, flags)
  `),
  ),
  ...rows('include/linux/srcu.h', borrow, list('244 srcu_read_lock(ssp); 317 srcu_read_unlock(ssp, idx)')),
  ...rows('include/linux/swap.h', borrow, list('373 nr_free_pages()')),
  ...rows('include/linux/timekeeping.h', borrow, list('80 ktime_get_real(); 167 ktime_get_ns()')),
  ...rows(
    'include/linux/topology.h',
    borrow,
    list('87 numa_node_id(); 94 cpu_to_node(cpu); 144 numa_mem_id()'),
  ),
  ...rows('include/linux/uaccess.h', borrow, list('259 pagefault_disable(); 269 pagefault_enable()')),
  ...rows('include/linux/user_namespace.h', borrow, list('173 put_user_ns(ns)')),
  ...rows(
    'include/linux/wait.h',
    borrow,
    list('64 init_waitqueue_head(wq_head); 219 wake_up(x); 221 wake_up_all(x); 226 wake_up_interruptible(x)'),
  ),
  ...rows('include/linux/wordpart.h', borrow, list('14 upper_32_bits(n); 20 lower_32_bits(n)')),
  ...rows(
    'include/linux/xarray.h',
    borrow,
    list('397 xa_init(xa); 409 xa_empty(xa); 1412 xas_lock(xas); 1413 xas_unlock(xas)'),
  ),
  ...rows('include/net/sock.h', borrow, list('1668 lock_sock(sk)')),
  ...rows('kernel/locking/mutex-debug.c', borrow, list('112 mutex_destroy(lock)')),
  ...rows(
    'kernel/locking/mutex.c',
    borrow,
    list(`
    89 mutex_is_locked(lock); 281 mutex_lock(lock); 542 mutex_unlock(lock); 563 ww_mutex_unlock(lock);
    809 mutex_lock_nested(lock, subclass); 878 ww_mutex_lock(lock, ctx);
    990 mutex_lock_interruptible(lock); 1014 mutex_lock_killable(lock); 1094 mutex_trylock(lock)
  `),
  ),
  ...rows('kernel/locking/rtmutex_api.c', borrow, list('69 rt_mutex_lock(lock); 138 rt_mutex_unlock(lock)')),
  ...rows(
    'kernel/locking/rwsem.c',
    borrow,
    list(`
    1521 down_read(sem); 1530 down_read_interruptible(sem); 1544 down_read_killable(sem);
    1561 down_read_trylock(sem); 1574 down_write(sem); 1585 down_write_killable(sem);
    1603 down_write_trylock(sem); 1617 up_read(sem); 1627 up_write(sem); 1637 downgrade_write(sem)
  `),
  ),
  ...rows(
    'kernel/locking/semaphore.c',
    borrow,
    list('55 down(sem); 78 down_interruptible(sem); 184 up(sem)'),
  ),
  ...rows('kernel/panic.c', borrow, list('653 add_taint(flag, lockdep_ok)')),
  ...rows('kernel/printk/printk_safe.c', borrow, list('57 vprintk(fmt, args)')),
  ...rows('kernel/rcu/srcutiny.c', borrow, list('215 synchronize_srcu(ssp)')),
  ...rows('kernel/rcu/tiny.c', borrow, list('150 synchronize_rcu()')),
  ...rows('kernel/sched/completion.c', borrow, list('337 completion_done(x)')),
  ...rows('kernel/sched/core.c', borrow, list('4438 wake_up_process(p); 6832 schedule()')),
  ...rows('kernel/sched/wait_bit.c', borrow, list('191 wake_up_var(var)')),
  ...rows('kernel/time/time.c', borrow, list('377 jiffies_to_msecs(j)')),
  ...rows('kernel/time/timekeeping.c', borrow, list('740 ktime_get()')),
  ...rows('kernel/time/timer.c', borrow, list('2578 schedule_timeout(timeout); 2768 msleep(msecs)')),
  ...rows('lib/dump_stack.c', borrow, list('130 dump_stack()')),
  ...rows(
    'lib/hexdump.c',
    borrow,
    list('261 print_hex_dump(level, prefix_str, prefix_type, rowsize, groupsize, buf, len, ascii)'),
  ),
  ...rows('lib/idr.c', borrow, list('174 idr_find(idr, id); 489 ida_free(ida, id)')),
  ...rows('lib/kobject.c', borrow, list('636 kobject_get(kobj)')),
  ...rows('lib/libcrc32c.c', borrow, list('38 crc32c(crc, address, length)')),
  ...rows('lib/math/div64.c', borrow, list('139 div64_u64(dividend, divisor)')),
  ...rows('lib/radix-tree.c', borrow, list('365 radix_tree_preload(gfp_mask); 1559 idr_destroy(idr)')),
  ...rows('lib/rbtree.c', borrow, list('440 rb_erase(node, root)')),
  ...rows('lib/test_maple_tree.c', borrow, list('56 cond_resched()')),
  ...rows(
    'lib/xarray.c',
    borrow,
    list('1473 xa_load(xa, index); 1530 xa_erase(xa, index); 2243 xa_destroy(xa)'),
  ),
  ...rows('mm/debug.c', borrow, list('165 dump_page(page, reason)')),
  ...rows(
    'mm/kmemleak.c',
    borrow,
    list(`
    1087 kmemleak_alloc(ptr, size, min_count, gfp); 1148 kmemleak_free(ptr); 1234 kmemleak_not_leak(ptr);
    1269 kmemleak_ignore(ptr)
  `),
  ),
  ...rows(
    'mm/kmsan/hooks.c',
    borrow,
    list(`
    339 kmsan_handle_dma(page, offset, size, dir); 396 kmsan_unpoison_memory(address, size);
    419 kmsan_check_memory(addr, size)
  `),
  ),
  ...rows('mm/show_mem.c', borrow, list('75 si_meminfo(val)')),
  ...rows('net/core/sock.c', borrow, list('3692 release_sock(sk)')),
];
