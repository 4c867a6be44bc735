import type { Effect, FunctionRow } from '../effects.ts';
import { allocate, borrow, free, LINUX_7_3, row, rows } from './build.ts';

const SLAB = 'include/linux/slab.h';
const SLAB_7_3 = `${SLAB} (${LINUX_7_3})`;
const DEVICE = 'include/linux/device/devres.h';

const zeroed = true;

const slab: FunctionRow[] = [
  ...rows(SLAB, allocate('kmalloc'), [
    '900 kmalloc(size, flags)',
    '1022 kmalloc_node(size, flags, node)',
    '1040 kmalloc_array(n, size, flags)',
    '1112 kmalloc_array_node(n, size, flags, node)',
    '1096 kmalloc_track_caller(size, flags)',
  ]),
  ...rows(SLAB, allocate('kmalloc', 'pointer-or-null', zeroed), [
    '1131 kzalloc(size, flags)',
    '1132 kzalloc_node(size, flags, node)',
    '1079 kcalloc(n, size, flags)',
    '1114 kcalloc_node(n, size, flags, node)',
  ]),
  ...rows('include/linux/string.h', allocate('kmalloc'), [
    '304 kmemdup(src, len, gfp)',
    '308 kmemdup_array(src, count, element_size, gfp)',
    '307 kmemdup_nul(s, len, gfp)',
    '300 kstrdup(s, gfp)',
    '302 kstrndup(s, max, gfp)',
  ]),
  ...rows('mm/util.c', allocate('kmalloc', 'pointer-or-error'), [
    '222 memdup_user(src, len)',
    '304 memdup_user_nul(src, len)',
    '272 strndup_user(s, n)',
  ]),
  ...rows(
    'include/linux/string.h',
    allocate('kmalloc', 'pointer-or-error'),
    ['31 memdup_array_user(src, n, size)'],
    {
      since: '6.7',
    },
  ),
  ...rows(SLAB, allocate('kmem_cache'), [
    '728 kmem_cache_alloc(cachep, flags)',
    '788 kmem_cache_alloc_node(s, flags, node)',
  ]),
  ...rows(SLAB, allocate('kmem_cache', 'pointer-or-null', zeroed), ['1120 kmem_cache_zalloc(k, flags)']),
];

const virtual: FunctionRow[] = [
  ...rows(SLAB, allocate('kvmalloc'), [
    '1139 kvmalloc(size, flags)',
    '1137 kvmalloc_node(size, flags, node)',
    '1162 kvmalloc_array(n, size, flags)',
  ]),
  ...rows(SLAB, allocate('kvmalloc', 'pointer-or-null', zeroed), [
    '1141 kvzalloc(size, flags)',
    '1143 kvzalloc_node(size, flags, node)',
    '1164 kvcalloc(n, size, flags)',
  ]),
  ...rows('mm/util.c', allocate('kvmalloc'), ['167 kvmemdup(src, len, gfp)'], { since: '6.3' }),
  ...rows('mm/util.c', allocate('kvmalloc', 'pointer-or-error'), ['248 vmemdup_user(src, len)']),
  ...rows(
    'include/linux/string.h',
    allocate('kvmalloc', 'pointer-or-error'),
    ['51 vmemdup_array_user(src, n, size)'],
    {
      since: '6.7',
    },
  ),
  ...rows('include/linux/vmalloc.h', allocate('vmalloc'), [
    '145 vmalloc(size)',
    '154 vmalloc_node(size, node)',
    '160 vmalloc_32(size)',
    '185 vmalloc_array(n, size)',
    '166 __vmalloc(size, gfp_mask)',
    '182 __vmalloc_array(n, size, flags)',
    '179 vmalloc_huge(size, gfp_mask)',
  ]),
  ...rows('include/linux/vmalloc.h', allocate('vmalloc', 'pointer-or-null', zeroed), [
    '148 vzalloc(size)',
    '157 vzalloc_node(size, node)',
    '151 vmalloc_user(size)',
    '163 vmalloc_32_user(size)',
    '191 vcalloc(n, size)',
    '188 __vcalloc(n, size, flags)',
  ]),
];

/** Macros that are told a type, or a variable of it, and how many of these there shall be room for. */
const typed: FunctionRow[] = [
  ...rows(SLAB_7_3, allocate('kmalloc'), [
    '1124 kmalloc_obj(type, gfp)',
    '1136 kmalloc_objs(type, count, gfp)',
    '1151 kmalloc_flex(type, member, count, gfp)',
  ]),
  ...rows(SLAB_7_3, allocate('kmalloc', 'pointer-or-null', zeroed), [
    '1155 kzalloc_obj(type, gfp)',
    '1157 kzalloc_objs(type, count, gfp)',
    '1159 kzalloc_flex(type, member, count, gfp)',
  ]),
  ...rows(SLAB_7_3, allocate('kvmalloc'), [
    '1163 kvmalloc_obj(type, gfp)',
    '1165 kvmalloc_objs(type, count, gfp)',
    '1167 kvmalloc_flex(type, member, count, gfp)',
  ]),
  ...rows(SLAB_7_3, allocate('kvmalloc', 'pointer-or-null', zeroed), [
    '1171 kvzalloc_obj(type, gfp)',
    '1173 kvzalloc_objs(type, count, gfp)',
    '1175 kvzalloc_flex(type, member, count, gfp)',
  ]),
];

const managed: FunctionRow[] = [
  ...rows(DEVICE, allocate('devm'), [
    '47 devm_kmalloc(dev, size, gfp)',
    '54 devm_kmalloc_array(dev, n, size, flags)',
    '81 devm_kmemdup(dev, src, len, gfp)',
    '96 devm_get_free_pages(dev, gfp_mask, order)',
  ]),
  ...rows(DEVICE, allocate('devm', 'pointer-or-null', zeroed), [
    '50 devm_kzalloc(dev, size, gfp)',
    '63 devm_kcalloc(dev, n, size, flags)',
  ]),
];

/** The old memory is gone only where the call returned the new. */
function reallocate(old: number, ...effects: Effect[]): Effect[] {
  return [{ ...free(old, 'kmalloc', 'kvmalloc', 'devm'), when: 'result-nonzero' }, ...effects];
}

const reallocation: FunctionRow[] = [
  ...rows(SLAB, reallocate(1, allocate('kmalloc')), [
    '454 krealloc(objp, new_size, flags)',
    '1071 krealloc_array(p, new_n, new_size, flags)',
  ]),
  ...rows(SLAB, reallocate(1, allocate('kvmalloc')), ['1168 kvrealloc(p, size, flags)'], { since: '6.12' }),
  ...rows(
    `${SLAB} (6.1.192)`,
    reallocate(1, allocate('kvmalloc')),
    ['742 kvrealloc(p, oldsize, newsize, flags)'],
    {
      until: '6.11',
    },
  ),
  ...rows(DEVICE, reallocate(2, allocate('devm')), ['49 devm_krealloc(dev, ptr, size, gfp)']),
];

const frees: FunctionRow[] = [
  ...rows(SLAB, free(1, 'kmalloc', 'kmem_cache'), ['456 kfree(objp)', '457 kfree_sensitive(objp)']),
  ...rows('mm/util.c', free(1, 'kmalloc', 'kvmalloc', 'vmalloc'), ['696 kvfree(addr)']),
  ...rows('mm/util.c', free(1, 'kmalloc', 'kvmalloc', 'vmalloc'), ['714 kvfree_sensitive(addr, len)']),
  ...rows('mm/util.c', free(1, 'kmalloc'), ['40 kfree_const(x)']),
  ...rows('mm/vmalloc.c', free(1, 'vmalloc'), ['3407 vfree(addr)', '3373 vfree_atomic(addr)']),
  ...rows(SLAB, free(2, 'kmem_cache'), ['763 kmem_cache_free(s, objp)']),
  ...rows(DEVICE, free(2, 'devm'), ['78 devm_kfree(dev, p)']),
  ...rows('include/linux/rcupdate.h', free(1, 'kmalloc', 'kmem_cache'), [
    '1076 kfree_rcu(ptr, rhf)',
    '1096 kfree_rcu_mightsleep(ptr)',
  ]),
  ...rows('include/linux/rcupdate.h', free(1, 'kmalloc', 'kvmalloc', 'vmalloc'), [
    '1077 kvfree_rcu(ptr, rhf)',
    '1097 kvfree_rcu_mightsleep(ptr)',
  ]),
];

const sizes: FunctionRow[] = rows(SLAB, borrow, ['474 ksize(objp)']);

/** Memory for page arrays, vectors and requests, and its freeing. */
export const MEMORY_ROWS: readonly FunctionRow[] = [
  ...slab,
  ...virtual,
  ...typed,
  ...managed,
  ...reallocation,
  ...frees,
  ...sizes,
  row('mempool_alloc(pool, gfp_mask)', 'include/linux/mempool.h:67', allocate('kmem_cache')),
  row('mempool_free(element, pool)', 'mm/mempool.c:518', free(1, 'kmem_cache')),
];
