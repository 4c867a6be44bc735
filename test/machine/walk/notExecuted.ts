/** Functions of the groups that the walk is about which the machine does not run, by the reason. */
export const NOT_EXECUTED: Readonly<Record<string, string>> = {
  'asks or reads a device, a queue or a field; no page and no position is touched': `
    blk_queue_pci_p2pdma dma_pci_p2pdma_supported iter_iov iter_iov_addr iter_iov_len iov_iter_iovec
    iov_iter_single_seg_count iov_iter_is_aligned iov_iter_alignment iov_iter_gap_alignment bio_has_data`,
  'copies as copy_to_iter() and copy_from_iter() do, and computes something besides that is not modelled': `
    _copy_mc_to_iter csum_and_copy_to_iter csum_and_copy_from_iter_full hash_and_copy_to_iter`,
  'maps a request: limits of its queue decide whether pages are held or copied': `
    bio_map_user_iov bio_integrity_map_user blk_rq_map_user blk_rq_map_user_iov blk_rq_map_user_io
    blk_rq_unmap_user bio_add_pc_page bio_add_hw_page`,
  'a bit or the memory of a bio, not of its pages': `
    bio_set_flag bio_clear_flag bio_flagged bio_alloc bio_alloc_bioset bio_init bio_reset bio_put`,
  'device-exclusive entries and page-table looks without a hold of FOLL_GET or FOLL_PIN': `
    make_device_exclusive_range follow_page`,
  'puts a reference behind something that is not modelled: a list, a mapping, an address, the LRU': `
    put_pages_list folio_release_kmap unmap_and_put_page page_frag_free __page_frag_cache_drain
    folio_putback_lru folio_isolate_lru folio_remove_rmap_pte page_remove_rmap`,
  'a loop of put_page() or __free_page() in another subsystem': `
    ceph_put_page_vector ceph_release_page_vector p9_release_pages nfs_direct_release_pages put_bvecs`,
  'looks up or fills the page cache by mapping and index; reads from a device': `
    filemap_get_folio filemap_lock_folio filemap_grab_folio __filemap_get_folio filemap_get_entry
    filemap_get_folios filemap_get_folios_contig find_get_entries find_lock_entries filemap_get_folios_tag
    find_get_pages_range_tag pagevec_lookup_range_tag find_get_page find_get_page_flags find_lock_page
    find_or_create_page grab_cache_page grab_cache_page_nowait grab_cache_page_write_begin
    pagecache_get_page read_mapping_page read_mapping_folio read_cache_page read_cache_folio
    read_cache_page_gfp mapping_read_folio_gfp shmem_read_mapping_page shmem_read_mapping_page_gfp
    shmem_read_folio shmem_read_folio_gfp shmem_get_folio filemap_add_folio add_to_page_cache_lru`,
  'the allocators': `
    alloc_page alloc_pages alloc_pages_node alloc_page_vma __alloc_pages alloc_pages_exact folio_alloc
    __folio_alloc __folio_alloc_node vma_alloc_folio __get_free_page __get_free_pages __get_dma_pages
    get_zeroed_page filemap_alloc_folio __page_cache_alloc page_cache_alloc dev_alloc_page dev_alloc_pages
    __dev_alloc_page __dev_alloc_pages alloc_pages_bulk_array alloc_pages_bulk_array_node
    alloc_pages_bulk_array_mempolicy alloc_pages_bulk_list __alloc_pages_bulk alloc_pages_bulk
    alloc_pages_bulk_node alloc_pages_bulk_mempolicy ceph_alloc_page_vector
    page_pool_dev_alloc_pages page_pool_alloc_pages page_pool_get_dma_addr __free_page __free_pages free_page
    free_pages free_pages_exact page_pool_put_full_page page_pool_put_page page_pool_recycle_direct`,
  'puts kernel pages into page tables': `
    vm_insert_page vmf_insert_page vm_insert_pages vm_map_pages vm_map_pages_zero`,
  'guests, device memory and graphics: pages by frame number or by object': `
    gfn_to_pfn gfn_to_pfn_memslot gfn_to_pfn_memslot_atomic gfn_to_pfn_prot __gfn_to_pfn_memslot gfn_to_page
    kvm_gmem_get_pfn kvm_vcpu_map kvm_vcpu_unmap kvm_release_pfn_clean kvm_release_page_clean
    kvm_release_pfn_dirty kvm_release_page_dirty kvm_release_pfn kvm_set_pfn_dirty is_error_page is_error_pfn
    is_error_noslot_pfn migrate_vma_setup migrate_vma_finalize hmm_range_fault hmm_pfn_to_page
    drm_gem_get_pages drm_gem_put_pages`,
  'takes a poisoned page out of use, and with it the reference of its caller':
    'memory_failure soft_offline_page',
  'tests of a returned pointer': 'IS_ERR IS_ERR_OR_NULL',
  'time: what is submitted ends later, or something is waited for': `
    submit_bio submit_bio_noacct submit_bio_wait blk_execute_rq blk_execute_rq_nowait virtqueue_add_sgs
    virtqueue_add_inbuf virtqueue_add_outbuf virtqueue_add_inbuf_ctx virtqueue_kick virtqueue_notify
    virtqueue_kick_prepare virtqueue_get_buf target_submit fuse_simple_background fuse_simple_request
    ceph_osdc_start_request ceph_osdc_wait_request nfs_pageio_add_request usb_submit_urb usb_sg_wait
    dmaengine_submit dma_async_issue_pending dma_sync_wait skcipher_request_set_crypt aead_request_set_crypt
    akcipher_request_set_crypt ahash_request_set_crypt crypto_skcipher_encrypt crypto_skcipher_decrypt
    crypto_aead_encrypt crypto_aead_decrypt crypto_ahash_digest crypto_ahash_finup crypto_akcipher_encrypt
    crypto_wait_req queue_work queue_delayed_work schedule_work schedule_delayed_work queue_work_on
    mod_delayed_work queue_rcu_work call_rcu_hurry call_srcu mod_timer add_timer hrtimer_start tasklet_schedule
    tasklet_hi_schedule kthread_queue_work kthread_queue_delayed_work irq_work_queue
    flush_work cancel_work_sync call_rcu wait_for_completion wait_for_completion_io
    wait_for_completion_timeout wait_for_completion_interruptible
    wait_for_completion_interruptible_timeout wait_for_completion_killable
    wait_for_completion_killable_timeout complete complete_all wait_event wait_event_interruptible
    wait_event_killable wait_event_timeout wait_event_interruptible_timeout kthread_run kthread_create
    usb_ep_queue
    kernel_sendmsg kernel_recvmsg`,
};

/** The names under one reason. */
export function namesUnder(reason: string): string[] {
  return (NOT_EXECUTED[reason] ?? '').split(/\s+/).filter(Boolean);
}
