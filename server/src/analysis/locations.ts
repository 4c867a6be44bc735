import type { Expression, FunctionModel } from '../program/model.ts';
import { pointee, type Type } from '../program/types.ts';

/**
 * One name for every place of a kind, whatever object it lies in and whatever path leads there: a variable of a function,
 * a global, a member of a type of struct, what a function returns.
 */
export type Location = string;

/**
 * Structs that are nothing but a way to their pages are not told from what these members lead to; their other members
 * (sizes, flags, links) lead to no page. include/linux/{bvec,scatterlist,bio,uio,folio_queue,pagevec,mm_types}.h, 6.12.
 */
const VESSELS: ReadonlyMap<string, readonly string[]> = new Map([
  ['struct page', ['compound_head']],
  ['struct folio', ['page']],
  ['struct bio_vec', ['bv_page']],
  ['struct scatterlist', ['page_link']],
  ['struct sg_table', ['sgl']],
  ['struct sg_append_table', ['sgt', 'prv']],
  ['struct bio', ['bi_io_vec', 'bi_inline_vecs', 'bi_next']],
  ['struct iov_iter', ['bvec', 'kvec', 'iov', '__iov', 'ubuf', 'xarray', 'folioq']],
  ['struct kvec', ['iov_base']],
  ['struct iovec', ['iov_base']],
  ['struct folio_queue', ['vec', 'next']],
  ['struct folio_batch', ['folios']],
  ['struct pagevec', ['pages']],
]);

/** Storage of a caller that holds pages, sg, bvecs or an iterator and nothing else. */
const PAGES_ONLY = new Set([
  'struct page',
  'struct folio',
  'struct bio_vec',
  'struct scatterlist',
  'struct sg_table',
  'struct iov_iter',
]);

export const variableLocation = (model: FunctionModel, id: number): Location => `${model.name}()${id}`;
export const globalLocation = (name: string): Location => `global ${name}`;
export const resultLocation = (name: string): Location => `${name}() returns`;
export const isMember = (location: Location): boolean => location.includes('::');
export const isGlobal = (location: Location): boolean => location.startsWith('global ');

/** The struct at the end of a type's pointers and arrays. */
export function structOf(type: Type): string | undefined {
  let at = type;
  while (at.kind === 'pointer' || at.kind === 'array') at = pointee(at);
  return at.kind === 'struct' ? at.tag : undefined;
}

const stars = (type: Type): number =>
  type.kind === 'pointer' || type.kind === 'array' ? 1 + stars(pointee(type)) : 0;

export function isSinglePage(type: Type): boolean {
  const tag = type.kind === 'pointer' ? structOf(type) : undefined;
  return (tag === 'struct page' || tag === 'struct folio') && stars(type) === 1;
}

/** A type of which a value leads to memory that others see too: an array of pages, a list of entries, a bio. */
export function isStorage(type: Type): boolean {
  const tag = structOf(type);
  if (tag === 'struct page' || tag === 'struct folio') return stars(type) > 1 || type.kind === 'array';
  return (tag !== undefined && VESSELS.has(tag)) || stars(type) > 1;
}

/** A parameter or returned value through which a caller gets the pages themselves and nothing else. */
export function isPagesOnly(type: Type): boolean {
  const tag = structOf(type);
  return tag !== undefined && PAGES_ONLY.has(tag);
}

/** Whether a page, or a name of it (pfn, address), fits: counts and error codes do not. */
export function mayCarry(type: Type): boolean {
  return type.kind !== 'integer' || type.bits >= 64;
}

/** Where the pages that an expression leads to may lie: `&pages[i]`, `*pages` and `pages + n` are all `pages`. */
export function locationsOf(model: FunctionModel, expression: Expression): Location[] {
  switch (expression.kind) {
    case 'variable':
      return [variableLocation(model, expression.variable.id)];
    case 'global':
      // Constants by the kernel's custom, not variables.
      return /^[A-Z0-9_]+$/.test(expression.name) ? [] : [globalLocation(expression.name)];
    case 'dereference':
      return locationsOf(model, expression.pointer);
    case 'address':
      return locationsOf(model, expression.of);
    case 'index':
      return locationsOf(model, expression.array);
    case 'cast':
      return locationsOf(model, expression.operand);
    case 'opaque':
      return (expression.from ?? []).flatMap(each => locationsOf(model, each));
    case 'member':
      return memberLocations(model, expression);
    case 'binary':
      if (!/^[+\-&|]$|^<<$|^>>$/.test(expression.operator)) return [];
      return [...locationsOf(model, expression.left), ...locationsOf(model, expression.right)];
    default:
      return [];
  }
}

/** `req->vec.pages` is `struct request::vec.pages`: the nearest struct with a known tag names it. */
function memberLocations(model: FunctionModel, expression: Expression & { kind: 'member' }): Location[] {
  const path: string[] = [];
  let at: Expression = expression;
  while (at.kind === 'member' || at.kind === 'index' || at.kind === 'dereference') {
    if (at.kind === 'member') {
      path.unshift(at.member);
      const { type } = at.object;
      if (type.kind === 'struct') {
        const leading = VESSELS.get(type.tag);
        if (!leading) return [`${type.tag}::${path.join('.')}`];
        return leading.includes(path[0]!) ? locationsOf(model, at.object) : [];
      }
      at = at.object;
    } else at = at.kind === 'index' ? at.array : at.pointer;
  }
  return locationsOf(model, at).map(base => `${base}.${path.join('.')}`);
}
