/** Which arguments (from 1) an iteration macro sets on each turn; the rest it only reads. By the macro's name. */
const CURSORS: readonly (readonly [pattern: RegExp, positions: readonly number[]])[] = [
  [/^for_each_sg$/, [2, 4]],
  [/^for_each_sgtable_(dma_)?sg$/, [2, 3]],
  [/^for_each_(sgtable|sg)_(dma_)?page$/, [2]],
  [/^xa_for_each|^xas_for_each/, [1, 2, 3]],
  [/^(idr|radix_tree)_for_each_entry/, [2, 3]],
  [/^bio_for_each_(segment|bvec|folio|integrity_vec)/, [1, 3]],
  [/^rq_for_each_(segment|bvec)/, [1, 3]],
  [/_safe$|_safe_/, [1, 2]],
];

/** @returns positions (from 1) of the arguments that change on every turn of the loop. */
export function iterationVariables(macro: string): readonly number[] {
  return CURSORS.find(([pattern]) => pattern.test(macro))?.[1] ?? [1];
}

/** An sg list has at least one entry (lib/scatterlist.c refuses none), so that a loop over it runs. */
export function iterationRunsOnce(macro: string): boolean {
  return /^for_each_(sg|sgtable)/.test(macro);
}
