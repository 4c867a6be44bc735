/**
 * What becomes of each field that the recorder writes under `out`: compared with the replay, or not, and why. A field
 * that is not listed is compared too; `pages_cut` and `odd_array`, which no recorded case needed, are such.
 */
export type FieldUse = 'compared' | { readonly ignored: string };

const PHYSICAL: FieldUse = {
  ignored: 'frame numbers are the allocator’s; the replay takes the distances between them from here',
};

const COUNTS = ['ref', 'pin', 'dma', 'dirty'] as const;
const POSITION = ['count', 'iov_offset', 'nr_segs', 'seg', 'slot', 'fq'] as const;

const under = (name: string, fields: readonly string[]) => fields.map(field => `${name}.${field}`);
const compared = (paths: readonly string[]): Record<string, FieldUse> =>
  Object.fromEntries(paths.map(path => [path, 'compared']));

/** Of a recorded call; `[]` stands for each element of an array. */
export const CALL_FIELDS: Readonly<Record<string, FieldUse>> = {
  ...compared([
    'ret',
    'offset0',
    'pages_out',
    'will_pin',
    'nents',
    'bi_vcnt',
    'bi_size',
    'bio_cloned',
    'bio_page_pinned',
    'bio_no_page_ref',
    'npages',
    'mm_has_pinned[]',
    'warn[]',
    ...under('iter_before', POSITION),
    ...under('iter_after', POSITION),
    ...under('pages[]', ['folio', 'sub', 'area', 'idx', 'same_as_before', 'entry', 'off', 'len']),
    ...under('folios[]', ['order', 'kind', 'entries', 'd_after[]', 'd_released[]', 'held[]']),
    // null: was not mapped before the call.
    'folios[].before',
    ...['before', 'after', 'if_put', 'if_unpin', 'released'].flatMap(phase =>
      under(`folios[].${phase}`, COUNTS),
    ),
    ...under('mapped[]', ['area', 'before', 'after']),
    ...under('left_over[]', ['area', 'idx', 'dref', 'dpin']),
    ...under('user_ref_change[]', ['area', 'idx', 'dref', 'dpin']),
  ]),
  'pages[].pfn_rel': PHYSICAL,
};

/** Of an experiment with fork, and of one with a wrong release. */
export const EXPERIMENT_FIELDS: Readonly<Record<string, FieldUse>> = compared([
  'hold_ret',
  'device_writes',
  'device_read_byte0',
  'sees_dma',
  'released',
  'child',
  'warn[]',
  'mm_has_pinned[]',
  ...under('before_fork', ['ref', 'pin', 'dma', 'exclusive', 'present']),
  ...under('after_fork', ['ref', 'pin', 'dma', 'exclusive', 'is_held_page']),
  ...under('held_end', ['ref', 'pin', 'dma']),
  ...['parent', 'child'].flatMap(who =>
    under(who, ['present', 'is_held_page', 'anon', 'exclusive', 'ref', 'byte0', 'byte64']),
  ),
  ...under('before', ['ref', 'pin', 'dma']),
  ...['held', 'after_release', 'after_unmap'].flatMap(phase =>
    under(phase, ['ref', 'pin', 'dma', 'in_buddy']),
  ),
]);

/** The paths of all values that are neither objects nor arrays. */
export function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(part => pathsOf(part, `${path}[]`));
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, part]) => pathsOf(part, path ? `${path}.${key}` : key));
}

/** A copy of the value without the fields of it that are ignored. */
export function withoutIgnored(
  value: unknown,
  fields: Readonly<Record<string, FieldUse>>,
  path = '',
): unknown {
  if (Array.isArray(value)) return value.map(part => withoutIgnored(part, fields, `${path}[]`));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key, part]) => {
    const use = fields[path ? `${path}.${key}` : key];
    return part !== undefined && (use === undefined || use === 'compared');
  });
  return Object.fromEntries(
    kept.map(([key, part]) => [key, withoutIgnored(part, fields, path ? `${path}.${key}` : key)]),
  );
}
