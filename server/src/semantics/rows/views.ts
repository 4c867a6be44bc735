import type { FunctionRow } from '../effects.ts';
import { addressView, borrow, contentView, namedView, pageView, rows } from './build.ts';

const MM = 'include/linux/mm.h';

/** Other names of one page: folio, head, neighbour. */
const pages: FunctionRow[] = [
  ...rows('include/linux/page-flags.h', pageView(1), [
    '264 page_folio(p)',
    '277 folio_page(folio, n)',
    '249 compound_head(page)',
  ]),
  ...rows(MM, pageView(1), ['223 nth_page(page, n)', '224 folio_page_idx(folio, p)']),
  ...rows('include/linux/pagemap.h', pageView(1), ['951 folio_file_page(folio, index)']),
];

/** Back from a number or an address to the page. */
const fromAddress: FunctionRow[] = [
  ...rows(MM, pageView(1), [
    '1280 virt_to_folio(x)',
    '1273 virt_to_head_page(x)',
    '1179 vmalloc_to_page(vmalloc_addr)',
  ]),
  ...rows('include/asm-generic/memory_model.h', pageView(1), ['65 pfn_to_page(pfn)']),
  ...rows(MM, pageView(1), ['1903 pfn_folio(pfn)']),
  ...rows('arch/x86/include/asm/page.h', pageView(1), ['68 virt_to_page(kaddr)']),
  ...rows('arch/s390/include/asm/page.h', pageView(1), ['248 phys_to_page(phys)']),
  ...rows('include/linux/highmem-internal.h', pageView(1), ['61 kmap_to_page(addr)']),
];

/** A number or an address that stands for the page; it keeps no hold. */
const toAddress: FunctionRow[] = [
  ...rows('include/asm-generic/memory_model.h', addressView(1), ['64 page_to_pfn(page)']),
  ...rows(MM, contentView(1), [
    '2277 page_address(page)',
    '2294 lowmem_page_address(page)',
    '116 page_to_virt(x)',
    '2305 folio_address(folio)',
  ]),
  ...rows(MM, addressView(1), ['1898 folio_pfn(folio)', '1180 vmalloc_to_pfn(vmalloc_addr)']),
  ...rows('arch/x86/include/asm/page.h', addressView(1), ['58 __va(x)', '41 __pa(x)']),
  ...rows('arch/x86/include/asm/io.h', addressView(1), [
    '157 page_to_phys(page)',
    '129 virt_to_phys(address)',
    '148 phys_to_virt(address)',
  ]),
  ...rows('include/linux/highmem-internal.h', contentView(1), [
    '40 kmap(page)',
    '108 kmap_atomic(page)',
    '71 kmap_local_page(page)',
    '76 kmap_local_folio(folio, offset)',
    '82 kmap_local_page_prot(page, prot)',
    '97 kmap_atomic_prot(page, prot)',
    '87 kmap_local_pfn(pfn)',
  ]),
  ...rows('include/linux/dma-mapping.h', contentView(2), [
    '465 dma_map_page(d, p, o, s, r)',
    '150 dma_map_page_attrs(dev, page, offset, size, dir, attrs)',
    '461 dma_map_single(d, a, s, r)',
    '377 dma_map_single_attrs(dev, ptr, size, dir, attrs)',
  ]),
  ...rows('include/linux/skbuff.h', contentView(2), ['3730 skb_frag_dma_map(dev, frag, offset, size, dir)']),
];

/** The page that a container names: it carries what hold the container carries. */
const fromContainer: FunctionRow[] = [
  ...rows('include/linux/scatterlist.h', namedView(1), ['168 sg_page(sg)']),
  ...rows('include/linux/skbuff.h', namedView(1), ['3645 skb_frag_page(frag)']),
  ...rows('include/linux/scatterlist.h', borrow, [
    '402 sg_virt(sg)',
    '387 sg_phys(sg)',
    '580 sg_page_iter_page(piter)',
    '421 sg_next(sg)',
  ]),
  ...rows('include/linux/bvec.h', borrow, [
    '280 bvec_virt(bvec)',
    '290 bvec_phys(bvec)',
    '236 bvec_kmap_local(bvec)',
  ]),
  ...rows('include/linux/skbuff.h', borrow, ['3676 skb_frag_address(frag)']),
  ...rows('include/linux/bio.h', borrow, ['257 bio_first_folio_all(bio)', '252 bio_first_page_all(bio)']),
];

/** Views of a page: conversions that neither take nor drop a hold. */
export const VIEW_ROWS: readonly FunctionRow[] = [...pages, ...fromAddress, ...toAddress, ...fromContainer];

/** Functions that name the page, or the next entry, of the container that is their first argument. */
export const CONTAINER_VIEWS: ReadonlySet<string> = new Set(fromContainer.map(each => each.name));
