import { type FunctionRow, RESULT } from '../effects.ts';
import {
  acquire,
  array,
  borrow,
  count,
  emptied,
  into,
  release,
  result,
  resultArray,
  row,
  slot,
} from './build.ts';

const OWNED_BY_DEVICE =
  'The pins belong to the device and are dropped by address, never by unpin_user_page().';

const virtualisation: FunctionRow[] = [
  row(
    'sev_pin_memory(kvm, uaddr, ulen, n, flags)',
    'arch/x86/kvm/svm/sev.c:625',
    acquire('pin', resultArray, 'pointer-or-error', { countOut: 4, flags: 5, partial: false }),
  ),
  row(
    'sev_unpin_memory(kvm, pages, npages)',
    'arch/x86/kvm/svm/sev.c:691',
    release('pin', 'array', 2, { count: count(3), freesArray: true }),
  ),
  row(
    'kvmppc_pin_guest_page(kvm, gpa, nb_ret)',
    'arch/powerpc/kvm/book3s_64_mmu_hv.c:1144',
    acquire('get', result, 'pointer-or-null'),
  ),
  row(
    'kvmppc_unpin_guest_page(kvm, va, gpa, dirty)',
    'arch/powerpc/kvm/book3s_64_mmu_hv.c:1175',
    release('get', 'page', 2),
  ),
  row('pin_guest_page(kvm, gpa, hpa)', 'arch/s390/kvm/vsie.c:660', acquire('get', slot(3), 'zero-or-error'), {
    note: 'Kept as a physical address, for unpin_guest_page().',
  }),
  row(
    'unpin_guest_page(kvm, gpa, hpa)',
    'arch/s390/kvm/vsie.c:672',
    release('get', 'page', 3, { dirties: true }),
  ),
  row(
    'get_map_page(kvm, uaddr)',
    'arch/s390/kvm/interrupt.c:2786',
    acquire('get', result, 'pointer-or-null'),
  ),
  row(
    'vaddr_get_pfns(mm, vaddr, npages, prot, pfn, pages)',
    'drivers/vfio/vfio_iommu_type1.c:551',
    acquire('pin', slot(5), 'page-count', { asked: count(3) }),
    {
      note: 'Only the first pfn is returned; put_pfn() drops each page.',
    },
  ),
  row(
    'put_pfn(pfn, prot)',
    'drivers/vfio/vfio_iommu_type1.c:462',
    release('pin', 'page', 1, { dirties: true }),
  ),
  row(
    'vfio_pin_pages(device, iova, npage, prot, pages)',
    'drivers/vfio/vfio_main.c:1597',
    into(1, 'pin', 'page-count', { asked: count(3), partial: false }),
    {
      note: OWNED_BY_DEVICE,
    },
  ),
  row('vfio_unpin_pages(device, iova, npage)', 'drivers/vfio/vfio_main.c:1638', emptied(1, 'pin')),
  row(
    'iommufd_access_pin_pages(access, iova, length, out_pages, flags)',
    'drivers/iommu/iommufd/device.c:1168',
    into(1, 'pin', 'zero-or-error'),
    {
      since: '6.2',
      note: OWNED_BY_DEVICE,
    },
  ),
  row(
    'iommufd_access_unpin_pages(access, iova, length)',
    'drivers/iommu/iommufd/device.c:1094',
    emptied(1, 'pin'),
    { since: '6.2' },
  ),
  row('iova_bitmap_get(bitmap)', 'drivers/iommu/iommufd/iova_bitmap.c:165', into(1, 'pin', 'zero-or-error')),
  row('iova_bitmap_put(bitmap)', 'drivers/iommu/iommufd/iova_bitmap.c:219', emptied(1, 'pin')),
  row(
    'vhost_scsi_map_to_sgl(cmd, iter, sgl, is_prot)',
    'drivers/vhost/scsi.c:672',
    into(3, 'get', 'other-count', { iterator: 2, advances: true }),
  ),
  row(
    'vhost_vdpa_pa_map(v, iotlb, iova, size, uaddr, perm)',
    'drivers/vhost/vdpa.c:1145',
    into(2, 'pin', 'zero-or-error'),
  ),
  row(
    'vhost_vdpa_pa_unmap(v, iotlb, start, last, asid)',
    'drivers/vhost/vdpa.c:970',
    emptied(2, 'pin', true),
  ),
  row('gntdev_get_page(batch, virt, gfn)', 'drivers/xen/gntdev.c:815', into(1, 'pin', 'zero-or-error')),
  row('gntdev_put_pages(batch)', 'drivers/xen/gntdev.c:835', emptied(1, 'pin', true)),
  row(
    'qp_host_get_user_memory(produce_uva, consume_uva, produce_q, consume_q)',
    'drivers/misc/vmw_vmci/vmci_queue_pair.c:650',
    [into(3, 'get', 'zero-or-error'), into(4, 'get', 'zero-or-error')],
  ),
  row(
    'qp_release_pages(pages, num_pages, dirty)',
    'drivers/misc/vmw_vmci/vmci_queue_pair.c:631',
    release('get', 'array', 1, { count: count(2), dirties: 3 }),
  ),
];

const BY_NOTIFIER = 'No FOLL_LONGTERM: an interval notifier drops the pins when the mapping changes.';

const rdma: FunctionRow[] = [
  row(
    'ib_umem_get(device, addr, size, access)',
    'drivers/infiniband/core/umem.c:164',
    into(RESULT, 'pin', 'pointer-or-error'),
    {
      summary: 'Pins a user range for a long time; ib_umem_release() drops it.',
    },
  ),
  row(
    'ib_umem_release(umem)',
    'drivers/infiniband/core/umem.c:284',
    release('pin', 'object', 1, { dirties: true, nullAllowed: true }),
  ),
  row(
    'siw_umem_get(base_dev, start, len, rights)',
    'drivers/infiniband/sw/siw/siw_mem.c:357',
    into(RESULT, 'pin', 'pointer-or-error'),
  ),
  row('siw_umem_release(umem)', 'drivers/infiniband/sw/siw/siw_mem.c:66', emptied(1, 'pin', true)),
  row('siw_get_upage(umem, addr)', 'drivers/infiniband/sw/siw/siw_mem.h:59', borrow, {
    note: 'The page carries no hold of its own.',
  }),
  row(
    'qib_get_user_pages(start_page, num_pages, p)',
    'drivers/infiniband/hw/qib/qib_user_pages.c:94',
    acquire('pin', array(3), 'zero-or-error', { asked: count(2), partial: false }),
  ),
  row(
    'qib_release_user_pages(p, num_pages)',
    'drivers/infiniband/hw/qib/qib_user_pages.c:130',
    release('pin', 'array', 1, { count: count(2), dirties: true }),
  ),
  row(
    'hfi1_acquire_user_pages(mm, vaddr, npages, writable, pages)',
    'drivers/infiniband/hw/hfi1/user_pages.c:80',
    acquire('pin', array(5), 'page-count', { asked: count(3) }),
  ),
  row(
    'hfi1_release_user_pages(mm, p, npages, dirty)',
    'drivers/infiniband/hw/hfi1/user_pages.c:95',
    release('pin', 'array', 2, { count: count(3), dirties: 4 }),
  ),
  row(
    'usnic_uiom_reg_get(pd, addr, size, writable, dmasync)',
    'drivers/infiniband/hw/usnic/usnic_uiom.c:329',
    into(RESULT, 'pin', 'pointer-or-error'),
  ),
  row(
    'usnic_uiom_reg_release(uiomr)',
    'drivers/infiniband/hw/usnic/usnic_uiom.c:429',
    emptied(1, 'pin', true),
  ),
  row(
    'mthca_map_user_db(dev, uar, db_tab, index, uaddr)',
    'drivers/infiniband/hw/mthca/mthca_memfree.c:446',
    into(3, 'pin', 'zero-or-error'),
  ),
  row(
    'mthca_unmap_user_db(dev, uar, db_tab, index)',
    'drivers/infiniband/hw/mthca/mthca_memfree.c:507',
    borrow,
    {
      note: 'Only counts down: mthca_cleanup_user_db_tab() drops the pin.',
    },
  ),
  row(
    'mthca_cleanup_user_db_tab(dev, uar, db_tab)',
    'drivers/infiniband/hw/mthca/mthca_memfree.c:549',
    emptied(3, 'pin'),
  ),
];

const graphics: FunctionRow[] = [
  row(
    'i915_gem_object_userptr_submit_init(obj)',
    'drivers/gpu/drm/i915/gem/i915_gem_userptr.c:233',
    into(1, 'pin', 'zero-or-error'),
    { note: BY_NOTIFIER },
  ),
  row(
    'i915_gem_object_userptr_drop_ref(obj)',
    'drivers/gpu/drm/i915/gem/i915_gem_userptr.c:79',
    emptied(1, 'pin'),
  ),
  row(
    'amdgpu_hmm_range_get_pages(notifier, start, npages, readonly, owner, pages, phmm_range)',
    'drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c:166',
    borrow,
    {
      note: 'The pages carry no hold.',
    },
  ),
  row('amdgpu_hmm_range_get_pages_done(hmm_range)', 'drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c:240', borrow),
  row(
    'radeon_ttm_tt_pin_userptr(bdev, ttm)',
    'drivers/gpu/drm/radeon/radeon_ttm.c:324',
    into(2, 'get', 'zero-or-error'),
  ),
  row(
    'radeon_ttm_tt_unpin_userptr(bdev, ttm)',
    'drivers/gpu/drm/radeon/radeon_ttm.c:385',
    emptied(2, 'get', true),
  ),
  row(
    'etnaviv_gem_userptr_get_pages(etnaviv_obj)',
    'drivers/gpu/drm/etnaviv/etnaviv_gem.c:653',
    into(1, 'pin', 'zero-or-error'),
  ),
  row(
    'etnaviv_gem_userptr_release(etnaviv_obj)',
    'drivers/gpu/drm/etnaviv/etnaviv_gem.c:693',
    emptied(1, 'pin'),
  ),
  row(
    'vb2_create_framevec(start, length, write)',
    'drivers/media/common/videobuf2/videobuf2-memops.c:37',
    into(RESULT, 'pin', 'pointer-or-error'),
  ),
  row(
    'vb2_destroy_framevec(vec)',
    'drivers/media/common/videobuf2/videobuf2-memops.c:76',
    emptied(1, 'pin'),
    {
      note: 'Callers dirty the pages before.',
    },
  ),
  row(
    'get_vaddr_frames(start, nr_frames, write, vec)',
    'drivers/media/common/videobuf2/frame_vector.c:40',
    into(4, 'pin', 'page-count', { asked: count(2) }),
  ),
  row('put_vaddr_frames(vec)', 'drivers/media/common/videobuf2/frame_vector.c:80', emptied(1, 'pin')),
  row('frame_vector_pages(vec)', 'include/media/frame_vector.h:29', borrow, {
    note: 'The pages stay with the vector.',
  }),
  row('frame_vector_to_pages(vec)', 'drivers/media/common/videobuf2/frame_vector.c:110', borrow),
  row(
    'udmabuf_pin_folios(ubuf, memfd, start, size)',
    'drivers/dma-buf/udmabuf.c:288',
    into(1, 'pin', 'zero-or-error'),
    { since: '6.12' },
  ),
  row('unpin_all_folios(unpin_list)', 'drivers/dma-buf/udmabuf.c:163', emptied(1, 'pin'), { since: '6.12' }),
];

const devices: FunctionRow[] = [
  row(
    'register_shm_helper(ctx, iter, flags, id)',
    'drivers/tee/tee_shm.c:277',
    into(RESULT, 'pin-if-user-backed', 'pointer-or-error', { iterator: 2 }),
    {
      since: '6.8',
      note: 'Pages of a KVEC get a reference each.',
    },
  ),
  row(
    'register_shm_helper(ctx, addr, length, flags, id)',
    'drivers/tee/tee_shm.c:234 (6.1.192)',
    into(RESULT, 'pin', 'pointer-or-error'),
    { until: '6.7' },
  ),
  row('release_registered_pages(shm)', 'drivers/tee/tee_shm.c:34', emptied(1, 'by-flag')),
  row(
    'shm_get_kernel_pages(pages, page_count)',
    'drivers/tee/tee_shm.c:26',
    acquire('get', array(1), 'always', { asked: count(2), partial: false }),
    { since: '6.8' },
  ),
  row(
    'shm_get_kernel_pages(start, page_count, pages)',
    'drivers/tee/tee_shm.c:24 (6.1.192)',
    acquire('get', array(3), 'page-count', { asked: count(2), partial: false }),
    { until: '6.7' },
  ),
  row(
    'shm_put_kernel_pages(pages, page_count)',
    'drivers/tee/tee_shm.c:18',
    release('get', 'array', 1, { count: count(2) }),
  ),
  row(
    'hl_pin_host_memory(hdev, addr, size, userptr)',
    'drivers/accel/habanalabs/common/memory.c:2368',
    into(4, 'pin', 'zero-or-error'),
  ),
  row(
    'hl_unpin_host_memory(hdev, userptr)',
    'drivers/accel/habanalabs/common/memory.c:2434',
    emptied(2, 'pin', true),
  ),
  row(
    'genwqe_user_vmap(cd, m, uaddr, size)',
    'drivers/misc/genwqe/card_utils.c:545',
    into(2, 'pin', 'zero-or-error'),
  ),
  row('genwqe_user_vunmap(cd, m)', 'drivers/misc/genwqe/card_utils.c:620', emptied(2, 'pin', true)),
  row(
    'afu_dma_pin_pages(pdata, region)',
    'drivers/fpga/dfl-afu-dma-region.c:34',
    into(2, 'pin', 'zero-or-error'),
  ),
  row('afu_dma_unpin_pages(pdata, region)', 'drivers/fpga/dfl-afu-dma-region.c:82', emptied(2, 'pin')),
  row('bcm_vk_dma_free(dev, dma)', 'drivers/misc/bcm-vk/bcm_vk_sg.c:226', emptied(2, 'get')),
  row(
    'create_pagelist(instance, buf, ubuf, count, type)',
    'drivers/staging/vc04_services/interface/vchiq_arm/vchiq_arm.c:237',
    into(RESULT, 'pin', 'pointer-or-null'),
  ),
  row(
    'free_pagelist(instance, pagelistinfo, actual)',
    'drivers/staging/vc04_services/interface/vchiq_arm/vchiq_arm.c:424',
    emptied(2, 'pin', true),
  ),
  row('ublk_copy_user_pages(req, offset, uiter, dir)', 'drivers/block/ublk_drv.c:856', borrow, {
    note: 'Takes and drops a reference on each page of the iterator.',
  }),
];

/** Helpers of drivers and virtual machines that take and drop holds for their callers. */
export const DRIVER_ROWS: readonly FunctionRow[] = [...virtualisation, ...rdma, ...graphics, ...devices];
