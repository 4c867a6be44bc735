import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { KernelVersion } from '../../server/src/semantics/machine/kernels.ts';

/** What vectors/README.md describes: one recorded call, or one fork or wrong-release experiment. */
export interface Area {
  mem: 'user' | 'kmalloc' | 'vmalloc' | 'compound' | 'split' | 'static' | 'zeropage' | 'hole';
  vma?: string;
  pages: number;
  state?: string;
  order?: number;
  index?: number;
}

export interface Counts {
  ref: number;
  pin?: number;
  dma: number;
  dirty: number;
}

export interface RecordedFolio {
  order: number;
  kind: string;
  entries: number;
  before: Counts | null;
  after: Counts;
  if_put: Counts;
  if_unpin: Counts;
  released: Counts;
  d_after?: [number, number];
  d_released?: [number, number];
  held: [number, number];
}

export interface RecordedPage {
  folio: number;
  sub: number;
  area: number;
  idx: number;
  same_as_before?: boolean;
  entry?: number;
  off?: number;
  len?: number;
  pfn_rel?: number;
}

export interface Position {
  count: number;
  iov_offset: number;
  nr_segs?: number;
  seg?: number;
  slot?: number;
  fq?: number;
}

export interface CallIn {
  fn: string;
  iter?: 'ubuf' | 'iovec' | 'kvec' | 'bvec' | 'xarray' | 'folioq' | 'discard';
  dir?: 'source' | 'dest';
  nofault?: boolean;
  count: number;
  advance: number;
  maxsize: number;
  maxpages: number;
  extraction_flags: number;
  pages_in?: 'null' | 'given';
  bio_max_vecs: number;
  bdev_block?: number;
  xa_start: number;
  fq_slot: number;
  fq_off: number;
  fq_fill: number;
  addr_off: number;
  nr_pages: number;
  gup_flag_names: string;
  release: 'each' | 'dirty_lock' | 'array_clean';
  clear_dirty: boolean;
  forked: boolean;
  areas: Area[];
  segs: { area: number; off: number; len: number; off_in_bv_offset?: boolean }[];
}

export interface CallOut {
  ret: number;
  offset0?: number | null;
  pages_out?: string;
  will_pin?: boolean;
  nents?: number;
  bi_vcnt?: number;
  bi_size?: number;
  bio_cloned?: number;
  bio_page_pinned?: number;
  bio_no_page_ref?: number;
  npages: number;
  mm_has_pinned: [number, number];
  iter_before?: Position;
  iter_after?: Position;
  pages: RecordedPage[];
  pages_cut?: boolean;
  folios: RecordedFolio[];
  left_over?: { area: number; idx: number; dref: number; dpin: number }[];
  user_ref_change?: { area: number; idx: number; dref: number; dpin: number }[];
  mapped: { area: number; before: string; after: string }[];
  warn: string[];
}

export interface CallVector {
  id: number;
  group: string;
  note?: string;
  in: CallIn;
  out: CallOut;
}

/** Experiments of the groups `fork` and `harm`. */
export interface HoldIn {
  vma: string;
  state: string;
  hold: string;
  times: number;
  dir?: 'source' | 'dest';
  gup_flag_names?: string;
  hold_when?: 'before_fork' | 'after_fork';
  hold_by?: 'parent' | 'child';
  earlier_pin_in_mm?: boolean;
  dontfork?: boolean;
  actions?: string;
  released_with?: 'put_page' | 'unpin_user_page';
}

export interface HoldVector {
  id: number;
  group: 'fork' | 'harm';
  note?: string;
  in: HoldIn;
  out: Record<string, unknown>;
}

export type Vector = CallVector | HoldVector;

export function isCall(vector: Vector): vector is CallVector {
  return vector.group !== 'fork' && vector.group !== 'harm';
}

/** All recorded cases of one kernel. */
export function readVectors(version: KernelVersion): Vector[] {
  return parseVectors(readFileSync(new URL(`./vectors/vectors-${version}.jsonl.gz`, import.meta.url)));
}

/**
 * The cases of a recording, a line each; the last line of a recording is none.
 * @param data JSON lines, gzipped or plain.
 * @throws Error at a line that is no JSON.
 */
export function parseVectors(data: Buffer): Vector[] {
  const text = (data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data).toString('utf8');
  return text
    .split('\n')
    .map((line, at) => parsed(line, at + 1))
    .filter(value => value !== undefined);
}

function parsed(line: string, number: number): Vector | undefined {
  if (line.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`line ${number} is no JSON`);
  }
  return typeof value === 'object' && value !== null && 'group' in value ? (value as Vector) : undefined;
}
