import type { FunctionRow } from '../effects.ts';
import { borrow, borrowers, touch, wait } from './build.ts';

/** Functions that read or write plain memory, a mapped page among it. */
const copies: FunctionRow[] = borrowers(
  `
arch/s390/include/asm/page.h: 58 copy_page(to, from)
arch/x86/include/asm/page_32.h: 20 clear_page(page)
include/linux/uaccess.h: 90 __copy_from_user_inatomic(to, from, n);
  102 __copy_from_user(to, from, n); 130 __copy_to_user_inatomic(to, from, n);
  140 __copy_to_user(to, from, n); 205 copy_from_user(to, from, n); 217 copy_to_user(to, from, n);
  387 copy_struct_from_user(dst, ksize, src, usize)
lib/decompress_unxz.c: 211 memmove(dest, src, size)
lib/logic_iomem.c: 254 memset_io(addr, value, size); 276 memcpy_fromio(buffer, addr, size);
  300 memcpy_toio(addr, buffer, size)
lib/string.c: 523 memset(s, c, count); 567 memset32(s, v, count); 589 memset64(s, v, count);
  610 memcpy(dest, src, count); 662 memcmp(cs, ct, count); 794 memchr(s, c, n);
  827 memchr_inv(start, c, bytes)
mm/maccess.c: 24 copy_from_kernel_nofault(dst, src, size);
  114 copy_from_user_nofault(dst, src, size); 143 copy_to_user_nofault(dst, src, size)
`,
  touch,
);

/** Functions that let time pass, or wait for something. */
const waits: FunctionRow[] = borrowers(
  `
include/linux/pagemap.h: 66 filemap_write_and_wait(mapping); 1230 folio_wait_locked(folio);
  1243 wait_on_page_locked(page)
mm/filemap.c: 547 filemap_fdatawait_range(mapping, start_byte, end_byte);
  667 filemap_write_and_wait_range(mapping, lstart, lend); 1562 folio_wait_private_2(folio);
  2723 kiocb_write_and_wait(iocb, count)
mm/folio-compat.c: 25 wait_on_page_writeback(page); 31 wait_for_stable_page(page)
mm/page-writeback.c: 3185 folio_wait_writeback(folio); 3232 folio_wait_stable(folio)
`,
  wait,
);

/** Functions between taking and dropping that look at pages, map, copy, flush or count them and keep nothing. */
export const BORROWER_ROWS: readonly FunctionRow[] = copies.concat(
  waits,

  borrowers(`
arch/s390/include/asm/page.h: 268 virt_addr_valid(kaddr)
arch/s390/include/asm/tlbflush.h: 117 flush_tlb_range(vma, start, end)
arch/x86/include/asm/page.h: 25 clear_user_page(page, vaddr, pg); 31 copy_user_page(to, from, vaddr, topage)
arch/x86/include/asm/smp.h: 157 wbinvd_on_all_cpus()
arch/x86/include/asm/tlbflush.h: 253 flush_tlb_page(vma, a)
arch/x86/kvm/svm/sev.c: 701 sev_clflush_pages(pages, npages)
arch/x86/lib/cache-smp.c: 11 wbinvd_on_cpu(cpu)
arch/x86/lib/usercopy_64.c: 40 arch_wb_cache_pmem(addr, size)
arch/x86/mm/pat/set_memory.c: 336 clflush_cache_range(vaddr, size); 1988 set_memory_uc(addr, numpages);
  2029 set_memory_wc(addr, numpages); 2059 set_memory_wb(addr, numpages);
  2289 set_memory_encrypted(addr, numpages); 2295 set_memory_decrypted(addr, numpages);
  2301 set_pages_uc(page, numpages); 2355 set_pages_array_uc(pages, numpages);
  2361 set_pages_array_wc(pages, numpages); 2367 set_pages_wb(page, numpages);
  2375 set_pages_array_wb(pages, numpages)
block/bio.c: 213 bio_uninit(bio); 911 bio_full(bio, len); 1543 bio_copy_data(dst, src);
  1788 bio_trim(bio, offset, size)
block/blk-core.c: 1162 blk_start_plug(plug); 1238 blk_finish_plug(plug)
drivers/base/core.c: 3868 get_device(dev); 3878 put_device(dev)
drivers/gpu/drm/drm_cache.c: 87 drm_clflush_pages(pages, num_pages); 128 drm_clflush_sg(st);
  159 drm_clflush_virt_range(addr, length)
drivers/gpu/drm/drm_drv.c: 446 drm_dev_enter(dev, idx); 466 drm_dev_exit(idx)
drivers/infiniband/core/umem.c: 79 ib_umem_find_best_pgsz(umem, pgsz_bitmap, virt);
  311 ib_umem_copy_from(dst, umem, offset, length)
drivers/iommu/iommu.c: 2379 iommu_iova_to_phys(domain, iova);
  2510 iommu_map(domain, iova, paddr, size, prot, gfp); 2594 iommu_unmap(domain, iova, size);
  2608 iommu_unmap_fast(domain, iova, size, iotlb_gather);
  2616 iommu_map_sg(domain, iova, sg, nents, prot, gfp)
drivers/pci/access.c: 580 pci_read_config_dword(dev, where, val);
  607 pci_write_config_dword(dev, where, val)
drivers/vfio/vfio_iommu_type1.c: 425 vfio_lock_acct(dma, npage, async)
drivers/virtio/virtio_ring.c: 2454 virtqueue_disable_cb(vq); 2522 virtqueue_enable_cb(vq);
  2571 virtqueue_detach_unused_buf(vq); 3009 virtqueue_get_vring_size(vq); 3042 virtqueue_is_broken(vq)
fs/buffer.c: 724 block_dirty_folio(mapping, folio)
fs/file_table.c: 517 fput(file)
fs/inode.c: 2263 file_update_time(file)
include/asm-generic/access_ok.h: 45 access_ok(addr, size)
include/asm-generic/cacheflush.h: 17 flush_cache_all(); 35 flush_cache_range(vma, start, end);
  43 flush_cache_page(vma, vmaddr, pfn); 51 flush_dcache_page(page); 71 flush_icache_range(start, end);
  107 copy_to_user_page(vma, page, vaddr, dst, src, len);
  117 copy_from_user_page(vma, page, vaddr, dst, src, len)
include/asm-generic/io.h: 190 readb(addr); 207 readw(addr); 224 readl(addr); 242 readq(addr);
  260 writeb(value, addr); 274 writew(value, addr); 288 writel(value, addr); 303 writeq(value, addr);
  353 readl_relaxed(addr); 407 writel_relaxed(value, addr)
include/asm-generic/uaccess.h: 104 __put_user(x, ptr); 124 put_user(x, ptr); 212 __clear_user(to, n);
  220 clear_user(to, n)
include/linux/bio-integrity.h: 42 bio_integrity(bio)
include/linux/bio.h: 43 bio_sectors(bio); 49 bio_data_dir(bio); 137 bio_advance(bio, nbytes);
  400 bio_iov_vecs_to_alloc(iter, max_segs); 443 zero_fill_bio(bio); 476 bio_set_dev(bio, bdev)
include/linux/blk-mq.h: 227 rq_data_dir(rq); 974 blk_mq_rq_from_pdu(pdu); 988 blk_mq_rq_to_pdu(rq);
  1086 blk_rq_bytes(rq); 1171 blk_rq_nr_phys_segments(rq); 1189 blk_rq_map_sg(q, rq, sglist)
include/linux/blk_types.h: 431 bio_op(bio); 436 op_is_write(op)
include/linux/blkdev.h: 943 bdev_get_queue(bdev); 1235 queue_max_hw_sectors(q);
  1292 queue_logical_block_size(q); 1297 bdev_logical_block_size(bdev); 1449 queue_dma_alignment(q);
  1483 bdev_iter_is_aligned(bdev, iter)
include/linux/device.h: 867 dev_name(dev); 925 dev_get_drvdata(dev)
include/linux/dma-direct.h: 95 phys_to_dma(dev, paddr); 100 dma_to_phys(dev, dma_addr)
include/linux/dma-map-ops.h: 351 arch_sync_dma_for_device(paddr, size, dir)
include/linux/dma-mapping.h: 92 dma_mapping_error(dev, dma_addr);
  298 dma_sync_single_for_cpu(dev, addr, size, dir); 305 dma_sync_single_for_device(dev, addr, size, dir);
  312 dma_sync_sg_for_cpu(dev, sg, nelems, dir); 319 dma_sync_sg_for_device(dev, sg, nelems, dir);
  326 dma_need_sync(dev, dma_addr); 389 dma_unmap_single_attrs(dev, addr, size, dir, attrs);
  395 dma_sync_single_range_for_cpu(dev, addr, offset, size, dir);
  402 dma_sync_single_range_for_device(dev, addr, offset, size, dir);
  420 dma_unmap_sgtable(dev, sgt, dir, attrs); 438 dma_sync_sgtable_for_cpu(dev, sgt, dir);
  455 dma_sync_sgtable_for_device(dev, sgt, dir); 462 dma_unmap_single(d, a, s, r);
  463 dma_map_sg(d, s, n, r); 464 dma_unmap_sg(d, s, n, r); 466 dma_unmap_page(d, a, s, r);
  467 dma_get_sgtable(d, t, v, h, s); 468 dma_mmap_coherent(d, v, c, h, s);
  472 dma_alloc_coherent(dev, size, dma_handle, gfp);
  479 dma_free_coherent(dev, size, cpu_addr, dma_handle); 486 dma_get_mask(dev);
  499 dma_set_mask_and_coherent(dev, mask); 517 dma_get_max_seg_size(dev); 580 dma_get_cache_alignment()
include/linux/dmapool.h: 52 dma_pool_zalloc(pool, mem_flags, handle)
include/linux/fs.h: 425 is_sync_kiocb(kiocb); 848 inode_lock(inode); 858 inode_unlock(inode);
  863 inode_lock_shared(inode); 873 inode_unlock_shared(inode); 949 i_size_read(inode);
  978 i_size_write(inode, i_size); 1166 file_inode(f); 2393 init_sync_kiocb(kiocb, filp);
  2578 file_accessed(file); 3389 inode_dio_begin(inode); 3401 inode_dio_end(inode); 3573 vma_is_dax(vma);
  3578 vma_is_fsdax(vma)
include/linux/highmem-internal.h: 28 kmap_flush_tlb(addr); 53 kunmap(page); 66 kmap_flush_unused();
  147 is_kmap_addr(x); 263 kunmap_atomic(addr); 279 kunmap_local(addr)
include/linux/highmem.h: 186 flush_anon_page(vma, page, vmaddr); 192 flush_kernel_vmap_range(vaddr, size);
  195 invalidate_kernel_vmap_range(vaddr, size); 202 clear_user_highpage(page, vaddr);
  237 clear_highpage(page); 254 tag_clear_highpage(page); 289 zero_user_segment(page, start, end);
  295 zero_user(page, start, size); 303 copy_user_highpage(to, from, vaddr, vma);
  320 copy_highpage(to, from); 341 copy_mc_user_highpage(to, from, vaddr, vma);
  361 copy_mc_highpage(to, from); 394 memcpy_page(dst_page, dst_off, src_page, src_off, len);
  407 memset_page(page, offset, val, len); 417 memcpy_from_page(to, page, offset, len);
  427 memcpy_to_page(page, offset, from, len); 438 memzero_page(page, offset, len);
  455 memcpy_from_folio(to, folio, offset, len); 483 memcpy_to_folio(folio, offset, from, len);
  556 folio_fill_tail(folio, offset, from, len); 594 memcpy_from_file_folio(to, folio, pos, len);
  620 folio_zero_segments(folio, start1, xend1, start2, xend2); 632 folio_zero_segment(folio, start, xend);
  644 folio_zero_range(folio, start, length)
include/linux/hugetlb.h (6.1.192): 875 page_hstate(page)
include/linux/iommu.h: 856 iommu_flush_iotlb_all(domain); 862 iommu_iotlb_sync(domain, iotlb_gather);
  1436 iommu_map_sgtable(domain, iova, sgt, prot)
include/linux/kernel.h: 50 u64_to_user_ptr(x)
include/linux/kstrtox.h: 30 kstrtoul(s, base, res)
include/linux/kvm_host.h: 144 kvm_is_error_hva(addr); 1249 gfn_to_hva(kvm, gfn);
  1250 gfn_to_hva_prot(kvm, gfn, writable); 1251 gfn_to_hva_memslot(slot, gfn);
  1274 kvm_read_guest(kvm, gpa, data, len); 1282 kvm_write_guest(kvm, gpa, data, len);
  1335 gfn_to_memslot(kvm, gfn); 1339 mark_page_dirty_in_slot(kvm, memslot, gfn);
  1340 mark_page_dirty(kvm, gfn); 1352 kvm_vcpu_read_guest(vcpu, gpa, data, len);
  1356 kvm_vcpu_write_guest(vcpu, gpa, data, len); 1358 kvm_vcpu_mark_page_dirty(vcpu, gfn);
  1718 kvm_is_zone_device_page(page); 1854 gfn_to_gpa(gfn); 1859 gpa_to_gfn(gpa);
  2056 mmu_invalidate_retry(kvm, mmu_seq)
include/linux/memcontrol.h: 451 folio_memcg(folio); 697 mem_cgroup_charge(folio, mm, gfp)
include/linux/memcontrol.h (6.1.192): 440 page_memcg(page)
include/linux/memremap.h: 160 is_device_private_page(page); 172 is_pci_p2pdma_page(page);
  179 is_device_coherent_page(page)
include/linux/mm.h: 692 vma_start_read(vma); 725 vma_end_read(vma); 884 vm_flags_set(vma, flags);
  891 vm_flags_clear(vma, flags); 924 vma_is_anonymous(vma); 1095 compound_order(page);
  1113 folio_order(folio); 1239 folio_mapcount(folio); 1258 folio_mapped(folio); 1268 page_mapped(page);
  1298 page_size(page); 1304 page_shift(page); 1313 thp_order(page); 1325 thp_size(page);
  1641 folio_nid(folio); 1856 page_zone(page); 1866 folio_zone(folio); 1935 folio_maybe_dma_pinned(folio);
  1975 is_zero_page(page); 1986 is_zero_folio(folio); 2048 folio_nr_pages(folio); 2071 compound_nr(page);
  2088 thp_nr_pages(page); 2124 folio_shift(folio); 2137 folio_size(folio); 2315 page_is_pfmemalloc(page);
  2659 add_mm_counter(mm, member, value); 2666 inc_mm_counter(mm, member); 2673 dec_mm_counter(mm, member);
  3083 pte_unmap_unlock(pte, ptl); 3500 vma_lookup(mm, addr); 3540 vma_pages(vma);
  3567 vm_get_page_prot(vm_flags); 3621 io_remap_pfn_range(vma, addr, pfn, size, prot)
include/linux/mm.h (6.1.192): 882 page_mapcount(page); 1602 page_maybe_dma_pinned(page);
  1913 page_index(page)
include/linux/mm_inline.h: 28 folio_is_file_lru(folio)
include/linux/mm_types.h: 578 page_private(page); 585 folio_get_private(folio);
  1186 vma_iter_init(vmi, mm, addr)
include/linux/mmap_lock.h: 63 mmap_assert_locked(mm); 68 mmap_assert_write_locked(mm);
  102 mmap_write_lock(mm); 118 mmap_write_lock_killable(mm); 144 mmap_write_unlock(mm);
  151 mmap_write_downgrade(mm); 158 mmap_read_lock(mm); 165 mmap_read_lock_killable(mm);
  175 mmap_read_trylock(mm); 185 mmap_read_unlock(mm); 191 mmap_read_unlock_non_owner(mm)
include/linux/mmap_lock.h (6.1.192): 92 mmap_write_trylock(mm)
include/linux/mmu_notifier.h: 324 mmu_interval_set_seq(interval_sub, cur_seq);
  345 mmu_interval_read_retry(interval_sub, seq); 432 mmu_notifier_invalidate_range_start(range);
  466 mmu_notifier_invalidate_range_end(range);
  494 mmu_notifier_range_init(range, event, flags, mm, start, end)
include/linux/mmzone.h: 1122 page_zonenum(page); 1128 folio_zonenum(folio); 1134 is_zone_device_page(page);
  1567 is_highmem(zone); 2026 pfn_valid(pfn)
include/linux/net.h: 343 sendpage_ok(page)
include/linux/page-flags.h: 796 folio_mark_uptodate(folio); 822 folio_start_writeback(folio);
  1111 is_page_hwpoison(page); 1209 folio_has_private(folio)
include/linux/page-flags.h (6.1.192): 1089 page_has_private(page)
include/linux/page_ref.h: 65 page_ref_count(page); 87 folio_ref_count(folio); 92 page_count(page)
include/linux/pagemap.h: 238 mapping_set_error(mapping, error);
  257 mapping_set_unevictable(mapping); 262 mapping_clear_unevictable(mapping);
  338 mapping_gfp_mask(mapping); 344 mapping_gfp_constraint(mapping, gfp_mask);
  354 mapping_set_gfp_mask(m, mask); 578 page_file_mapping(page); 923 folio_index(folio);
  966 folio_contains(folio, index); 1045 page_offset(page); 1054 folio_pos(folio);
  1119 folio_trylock(folio); 1127 trylock_page(page); 1154 folio_lock(folio); 1172 lock_page(page);
  1192 folio_lock_killable(folio); 1259 folio_cancel_dirty(folio)
include/linux/pagemap.h (6.1.192): 1051 lock_page_killable(page)
include/linux/pci.h: 2175 pci_get_drvdata(pdev)
include/linux/pgtable.h: 1358 pgprot_noncached(prot); 1362 pgprot_writecombine(...); 1579 is_zero_pfn(pfn)
include/linux/pid.h: 230 task_pid_nr(tsk)
include/linux/pm_runtime.h: 425 pm_runtime_get_sync(dev); 458 pm_runtime_put(dev)
include/linux/rmap.h: 159 anon_vma_prepare(vma)
include/linux/scatterlist.h: 31 sg_dma_address(sg); 34 sg_dma_len(sg); 87 sg_is_chain(sg);
  92 sg_is_last(sg); 295 sg_dma_is_bus_address(sg); 413 sg_init_marker(sgl, nents)
include/linux/sched/mm.h: 35 mmgrab(mm); 47 mmdrop(mm); 131 mmget(mm); 136 mmget_not_zero(mm)
include/linux/sched/signal.h: 782 task_rlimit(task, limit); 794 rlimit(limit)
include/linux/sched/user.h: 52 get_uid(u)
include/linux/secretmem.h (6.1.192): 9 page_is_secretmem(page)
include/linux/skbuff.h: 371 skb_frag_size(frag); 381 skb_frag_size_set(frag, size);
  391 skb_frag_size_add(frag, delta); 401 skb_frag_size_sub(frag, delta);
  575 mm_account_pinned_pages(mmp, size); 576 mm_unaccount_pinned_pages(mmp); 1757 skb_shinfo(SKB);
  1764 skb_zcopy(skb); 1847 skb_frags_readable(skb); 2488 skb_headlen(skb); 2545 skb_len_add(skb, delta);
  2653 skb_coalesce_rx_frag(skb, i, size, truesize); 2705 skb_put(skb, len);
  2746 skb_put_data(skb, data, len); 2761 skb_push(skb, len); 2771 skb_pull(skb, len);
  2847 skb_tailroom(skb); 3581 skb_frag_off(frag); 3591 skb_frag_off_add(frag, delta);
  3601 skb_frag_off_set(frag, offset); 3611 skb_frag_off_copy(fragto, fragfrom);
  3901 skb_can_coalesce(skb, i, page, off)
include/linux/skmsg.h: 192 sk_msg_init(msg); 219 sk_msg_full(msg); 224 sk_msg_elem_used(msg);
  229 sk_msg_elem(msg, which)
include/linux/socket.h: 171 msg_data_left(msg)
include/linux/string.h: 112 strscpy(dst, src, ...); 372 memzero_explicit(s, count)
include/linux/swap.h: 37 current_is_kswapd()
include/linux/task_io_accounting_ops.h: 11 task_io_account_read(bytes); 25 task_io_account_write(bytes)
include/linux/uaccess.h: 26 untagged_addr(addr); 30 untagged_addr_remote(mm, addr)
include/linux/vmstat.h: 73 count_vm_event(item); 83 count_vm_events(item, delta);
  560 mod_lruvec_page_state(page, idx, val)
include/net/sock.h: 1536 sk_wmem_schedule(sk, size); 1596 sk_mem_charge(sk, size);
  1603 sk_mem_uncharge(sk, size)
include/rdma/ib_umem.h: 51 ib_umem_offset(umem); 63 ib_umem_num_dma_blocks(umem, pgsz);
  71 ib_umem_num_pages(umem)
include/rdma/ib_verbs.h: 4056 ib_dma_mapping_error(dev, dma_addr);
  4070 ib_dma_map_single(dev, cpu_addr, size, direction);
  4086 ib_dma_unmap_single(dev, addr, size, direction);
  4102 ib_dma_map_page(dev, page, offset, size, direction);
  4120 ib_dma_unmap_page(dev, addr, size, direction);
  4129 ib_dma_map_sg_attrs(dev, sg, nents, direction, dma_attrs);
  4140 ib_dma_unmap_sg_attrs(dev, sg, nents, direction, dma_attrs);
  4157 ib_dma_map_sgtable_attrs(dev, sgt, direction, dma_attrs);
  4174 ib_dma_unmap_sgtable_attrs(dev, sgt, direction, dma_attrs);
  4190 ib_dma_map_sg(dev, sg, nents, direction); 4204 ib_dma_unmap_sg(dev, sg, nents, direction);
  4217 ib_dma_max_seg_size(dev); 4231 ib_dma_sync_single_for_cpu(dev, addr, size, dir);
  4247 ib_dma_sync_single_for_device(dev, addr, size, dir); 4374 ib_access_writable(access_flags)
io_uring/rsrc.c: 44 __io_account_mem(user, nr_pages); 73 io_account_mem(ctx, nr_pages)
kernel/capability.c: 381 ns_capable(ns, cap); 434 capable(cap)
kernel/dma/mapping.c: 183 dma_unmap_page_attrs(dev, addr, size, dir, attrs);
  250 dma_map_sg_attrs(dev, sg, nents, dir, attrs); 289 dma_map_sgtable(dev, sgt, dir, attrs);
  302 dma_unmap_sg_attrs(dev, sg, nents, dir, attrs);
  321 dma_map_resource(dev, phys_addr, size, dir, attrs);
  345 dma_unmap_resource(dev, addr, size, dir, attrs);
  549 dma_mmap_attrs(dev, vma, cpu_addr, dma_addr, size, attrs);
  592 dma_alloc_attrs(dev, size, dma_handle, flag, attrs);
  636 dma_free_attrs(dev, size, cpu_addr, dma_handle, attrs); 878 dma_set_mask(dev, mask);
  944 dma_max_mapping_size(dev); 960 dma_opt_mapping_size(dev)
kernel/fork.c: 1394 mmput(mm); 1412 mmput_async(mm); 1566 get_task_mm(task); 1582 mm_access(task, mode)
kernel/kthread.c: 1439 kthread_use_mm(mm); 1485 kthread_unuse_mm(mm)
kernel/resource.c: 539 page_is_ram(pfn)
kernel/user.c: 191 free_uid(up)
lib/iomap.c: 79 ioread8(addr); 97 ioread32(addr); 203 iowrite8(val, addr); 221 iowrite32(val, addr)
lib/kstrtox.c: 228 kstrtouint(s, base, res); 259 kstrtoint(s, base, res); 348 kstrtobool(s, res)
lib/string.c: 80 strcpy(dest, src); 92 strncpy(dest, src, count); 207 strcat(dest, src);
  267 strcmp(cs, ct); 291 strncmp(cs, ct, count); 405 strlen(s); 417 strnlen(s, count)
lib/string.c (6.1.192): 136 strlcpy(dest, src, size)
lib/strncpy_from_user.c: 113 strncpy_from_user(dst, src, count)
lib/strnlen_user.c: 92 strnlen_user(str, count)
lib/usercopy.c: 45 check_zeroed_user(from, size)
lib/vsprintf.c: 111 simple_strtoul(cp, endp, base); 2733 vsnprintf(buf, size, fmt, args);
  2932 snprintf(buf, size, fmt, ...); 2956 scnprintf(buf, size, fmt, ...); 3001 sprintf(buf, fmt, ...);
  3694 sscanf(buf, fmt, ...)
mm/dmapool.c: 404 dma_pool_alloc(pool, mem_flags, handle); 450 dma_pool_free(pool, vaddr, dma)
mm/filemap.c: 1495 folio_unlock(folio); 1520 folio_end_read(folio, success);
  1602 folio_end_writeback(folio); 2764 kiocb_invalidate_pages(iocb, count)
mm/folio-compat.c: 13 unlock_page(page); 19 end_page_writeback(page); 37 mark_page_accessed(page);
  43 set_page_writeback(page); 55 clear_page_dirty_for_io(page);
  61 redirty_page_for_writepage(wbc, page)
mm/folio-compat.c (6.1.192): 12 page_mapping(page)
mm/gup.c: 1635 fixup_user_fault(mm, address, fault_flags, unlocked)
mm/highmem.c: 404 zero_user_segments(page, start1, end1, start2, end2)
mm/hmm.c: 121 hmm_range_need_fault(hmm_vma_walk, hmm_pfns, npages, cpu_flags)
mm/hugetlb.c: 1021 vma_kernel_pagesize(vma)
mm/internal.h: 672 folio_set_order(folio, order)
mm/memory.c: 1915 zap_page_range_single(vma, address, size, details); 1951 zap_vma_ptes(vma, address, size);
  2450 vmf_insert_pfn(vma, addr, pfn); 2521 vmf_insert_mixed(vma, addr, pfn);
  2723 remap_pfn_range(vma, addr, pfn, size, prot);
  3859 unmap_mapping_range(mapping, holebegin, holelen, even_cows);
  6071 handle_mm_fault(vma, address, flags, regs); 6435 follow_pfnmap_start(args);
  6530 follow_pfnmap_end(args); 6694 access_remote_vm(mm, addr, buf, len, gup_flags);
  6705 access_process_vm(tsk, addr, buf, len, gup_flags); 6848 folio_zero_user(folio, addr_hint)
mm/memory.c (6.1.192): 5526 follow_pte(mm, address, ptepp, ptlp); 5578 follow_pfn(vma, address, pfn);
  5930 clear_huge_page(page, addr_hint, pages_per_huge_page)
mm/mlock.c: 40 can_do_mlock(); 793 user_shm_lock(size, ucounts); 821 user_shm_unlock(size, ucounts)
mm/mmap.c: 81 vma_set_page_prot(vma); 955 find_vma_intersection(mm, start_addr, end_addr);
  974 find_vma(mm, addr); 1263 find_extend_vma_locked(mm, addr); 1328 expand_stack(mm, addr)
mm/mmu_notifier.c: 188 mmu_interval_read_begin(interval_sub); 797 mmu_notifier_unregister(subscription, mm);
  1038 mmu_interval_notifier_remove(interval_sub)
mm/page-writeback.c: 2144 balance_dirty_pages_ratelimited(mapping);
  2716 noop_dirty_folio(mapping, folio); 2763 folio_account_cleaned(folio, wb);
  2823 filemap_dirty_folio(mapping, folio); 2854 folio_redirty_for_writepage(wbc, folio);
  2987 folio_clear_dirty_for_io(folio)
mm/secretmem.c: 215 vma_is_secretmem(vma)
mm/shmem.c: 283 vma_is_shmem(vma)
mm/sparse.c: 46 page_to_nid(page)
mm/swap.c: 355 folio_activate(folio); 460 folio_mark_accessed(folio); 503 folio_add_lru(folio);
  729 lru_add_drain(); 883 lru_add_drain_all()
mm/swapfile.c: 2334 unuse_mm(mm, type)
mm/truncate.c: 446 truncate_inode_pages(mapping, lstart);
  623 invalidate_inode_pages2_range(mapping, start, end); 716 invalidate_inode_pages2(mapping);
  737 truncate_pagecache(inode, newsize)
mm/util.c: 516 __account_locked_vm(mm, pages, inc, task, bypass_rlim);
  559 account_locked_vm(mm, pages, inc); 844 folio_mapping(folio); 1229 flush_dcache_folio(folio)
mm/vmalloc.c: 79 is_vmalloc_addr(x); 774 is_vmalloc_or_module_addr(x); 2995 vm_unmap_ram(mem, count);
  3038 vm_map_ram(pages, count, node); 3462 vunmap(addr); 3496 vmap(pages, count, flags, prot);
  3570 vmap_pfn(pfns, count, prot)
mm/vmstat.c: 596 mod_zone_page_state(zone, item, delta); 665 mod_node_page_state(pgdat, item, delta);
  677 inc_node_page_state(page, item); 683 dec_node_page_state(page, item);
  1029 node_page_state(pgdat, item)
`),
);

/** A family of functions by the start of their name. */
export interface FunctionFamily {
  readonly prefix: string;
  readonly row: FunctionRow;
}

function family(prefix: string, source: string, summary: string): FunctionFamily {
  return { prefix, row: { name: `${prefix}*`, effects: [borrow], source: `${source} (6.12.117)`, summary } };
}

const PRINTS = 'Prints.';
const PAGE_FLAG = 'Tests or changes a flag of the page.';

/** Families that keep nothing. A definition in view tells more than its family: ask for that first. */
export const BORROWER_FAMILIES: readonly FunctionFamily[] = [
  family('trace_', 'include/linux/tracepoint.h:1', 'A trace point.'),
  family('pr_', 'include/linux/printk.h:1', PRINTS),
  ...['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'dbg', 'vdbg', 'printk'].map(level =>
    family(`dev_${level}`, 'include/linux/dev_printk.h:1', PRINTS),
  ),
  family('pci_err', 'include/linux/pci.h:1', PRINTS),
  family('pci_warn', 'include/linux/pci.h:1', PRINTS),
  family('pci_info', 'include/linux/pci.h:1', PRINTS),
  family('pci_dbg', 'include/linux/pci.h:1', PRINTS),
  ...['err', 'warn', 'info', 'dbg', 'notice', 'crit'].flatMap(level => [
    family(`netdev_${level}`, 'include/net/net_debug.h:1', PRINTS),
    family(`netif_${level}`, 'include/net/net_debug.h:1', PRINTS),
    family(`ibdev_${level}`, 'include/rdma/ib_verbs.h:1', PRINTS),
    family(`drm_${level}`, 'include/drm/drm_print.h:1', PRINTS),
  ]),
  family('DRM_', 'include/drm/drm_print.h:1', PRINTS),
  family('KUNIT_', 'include/kunit/test.h:1', 'Checks in a test.'),
  family('SetPage', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('ClearPage', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('__SetPage', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('__ClearPage', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('TestSetPage', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('TestClearPage', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('Page', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('folio_test_', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('folio_set_', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('folio_clear_', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('__folio_set_', 'include/linux/page-flags.h:1', PAGE_FLAG),
  family('__folio_clear_', 'include/linux/page-flags.h:1', PAGE_FLAG),
];

/** Endings of names of borrowers. Whatever is locked is not kept by its lock, and nothing is waited for in it. */
export const BORROWER_SUFFIXES: readonly { readonly suffix: string; readonly row: FunctionRow }[] = [
  ...[
    '_lock',
    '_trylock',
    '_unlock',
    '_lock_interruptible',
    '_lock_killable',
    '_lock_irq',
    '_unlock_irq',
  ].map(suffix => ({
    suffix,
    row: family(suffix, 'include/linux/mutex.h:1', 'Takes or gives back a lock.').row,
  })),
];
