/** A C type, as far as the file and the usual typedefs show it. */
export type Type =
  | { readonly kind: 'integer'; readonly bits: number; readonly signed: boolean; readonly name: string }
  | { readonly kind: 'pointer'; readonly to: Type }
  | { readonly kind: 'array'; readonly of: Type; readonly length: number | undefined }
  /** A struct or union by tag (`struct page`); members are looked up in the file's TypeTable. */
  | { readonly kind: 'struct'; readonly tag: string }
  | { readonly kind: 'void' }
  | { readonly kind: 'function'; readonly returns: Type }
  | { readonly kind: 'unknown'; readonly name: string };

export const UNKNOWN: Type = { kind: 'unknown', name: '' };
export const VOID: Type = { kind: 'void' };

const integer = (bits: number, signed: boolean, name: string): Type => ({
  kind: 'integer',
  bits,
  signed,
  name,
});

export const INT = integer(32, true, 'int');
export const LONG = integer(64, true, 'long');
export const UNSIGNED_LONG = integer(64, false, 'unsigned long');
export const BOOL = integer(1, false, 'bool');

export const pointerTo = (to: Type): Type => ({ kind: 'pointer', to });

/** Typedefs every kernel file may use (include/linux/types.h, 64-bit; the same in 6.1 and 6.12). */
const USUAL_TYPEDEFS: Readonly<Record<string, readonly [bits: number, signed: boolean]>> = {
  u8: [8, false],
  __u8: [8, false],
  uint8_t: [8, false],
  s8: [8, true],
  __s8: [8, true],
  int8_t: [8, true],
  u16: [16, false],
  __u16: [16, false],
  uint16_t: [16, false],
  __le16: [16, false],
  __be16: [16, false],
  s16: [16, true],
  __s16: [16, true],
  int16_t: [16, true],
  u32: [32, false],
  __u32: [32, false],
  uint32_t: [32, false],
  __le32: [32, false],
  __be32: [32, false],
  s32: [32, true],
  __s32: [32, true],
  int32_t: [32, true],
  u64: [64, false],
  __u64: [64, false],
  uint64_t: [64, false],
  __le64: [64, false],
  __be64: [64, false],
  s64: [64, true],
  __s64: [64, true],
  int64_t: [64, true],
  uint: [32, false],
  ulong: [64, false],
  ushort: [16, false],
  uchar: [8, false],
  size_t: [64, false],
  __kernel_size_t: [64, false],
  ssize_t: [64, true],
  loff_t: [64, true],
  off_t: [64, true],
  ptrdiff_t: [64, true],
  sector_t: [64, false],
  blkcnt_t: [64, false],
  pgoff_t: [64, false],
  dma_addr_t: [64, false],
  phys_addr_t: [64, false],
  resource_size_t: [64, false],
  uintptr_t: [64, false],
  gfn_t: [64, false],
  gpa_t: [64, false],
  gva_t: [64, false],
  hva_t: [64, false],
  hpa_t: [64, false],
  hfn_t: [64, false],
  kvm_pfn_t: [64, false],
  gfp_t: [32, false],
  fmode_t: [32, false],
  umode_t: [16, false],
  dev_t: [32, false],
  pid_t: [32, true],
  vm_fault_t: [32, false],
  blk_status_t: [8, false],
  blk_opf_t: [32, false],
  iov_iter_extraction_t: [32, false],
  bool: [1, false],
  _Bool: [1, false],
};

/** The type that a typedef name of everyday kernel code stands for, or undefined. */
export function usualTypedef(name: string): Type | undefined {
  const found = Object.hasOwn(USUAL_TYPEDEFS, name) ? USUAL_TYPEDEFS[name] : undefined;
  return found && integer(found[0], found[1], name);
}

/** The type of a sequence of C type keywords such as `unsigned long int`. */
export function integerFromKeywords(text: string): Type | undefined {
  const words = text.split(/\s+/).filter(word => word !== '' && word !== 'const' && word !== 'volatile');
  if (words.length === 0 || !words.every(word => /^(unsigned|signed|long|short|int|char)$/.test(word)))
    return;
  const signed = !words.includes('unsigned');
  const bits = words.includes('char') ? 8 : words.includes('short') ? 16 : words.includes('long') ? 64 : 32;
  return integer(bits, signed, words.join(' '));
}

/** C's integer promotion and usual arithmetic conversions; undefined where either side is no known integer. */
export function commonType(left: Type, right: Type): Type | undefined {
  if (left.kind !== 'integer' || right.kind !== 'integer') return;
  const promote = (type: typeof left): typeof left => (type.bits < 32 ? (INT as typeof left) : type);
  const a = promote(left);
  const b = promote(right);
  if (a.bits !== b.bits) return a.bits > b.bits ? a : b;
  return a.signed ? b : a;
}

/** Struct members and typedefs that the file (and headers given with it) defines. */
export class TypeTable {
  private readonly typedefs = new Map<string, Type>();
  private readonly members = new Map<string, Map<string, Type>>();
  /** The member that a pointer of an unnamed union shares its storage with, by struct and name. */
  private readonly shared = new Map<string, string>();
  private readonly returns = new Map<string, Type>();
  private readonly globals = new Map<string, Type>();

  defineTypedef(name: string, type: Type): void {
    this.typedefs.set(name, type);
  }

  defineMember(tag: string, member: string, type: Type): void {
    const members = this.members.get(tag) ?? new Map<string, Type>();
    members.set(member, type);
    this.members.set(tag, members);
  }

  /** Pointers that an unnamed union of the struct overlays: one place under several names, that of the pages if any. */
  defineOverlay(tag: string, overlaid: readonly string[]): void {
    const isOfPages = (name: string): boolean => {
      const type = this.members.get(tag)?.get(name);
      return type !== undefined && isPointerToStruct(type, PAGE_TAGS, 2);
    };
    const name = overlaid.find(isOfPages) ?? overlaid[0];
    if (name !== undefined) for (const each of overlaid) this.shared.set(`${tag}::${each}`, name);
  }

  /** The name under which a member's place is known. */
  placeName(object: Type, member: string): string {
    return (object.kind === 'struct' && this.shared.get(`${object.tag}::${member}`)) || member;
  }

  defineFunction(name: string, returns: Type): void {
    this.returns.set(name, returns);
  }

  defineGlobal(name: string, type: Type): void {
    this.globals.set(name, type);
  }

  named(name: string): Type {
    return this.typedefs.get(name) ?? usualTypedef(name) ?? { kind: 'unknown', name };
  }

  member(object: Type, member: string): Type {
    return (object.kind === 'struct' && this.members.get(object.tag)?.get(member)) || UNKNOWN;
  }

  returnType(name: string): Type {
    return this.returns.get(name) ?? UNKNOWN;
  }

  global(name: string): Type {
    return this.globals.get(name) ?? UNKNOWN;
  }
}

/** What a pointer or array of this type leads to. */
export function pointee(type: Type): Type {
  if (type.kind === 'pointer') return type.to;
  if (type.kind === 'array') return type.of;
  return UNKNOWN;
}

/** The structs that stand for a page. */
export const PAGE_TAGS: ReadonlySet<string> = new Set(['struct page', 'struct folio']);

export const ITERATOR_TAGS: ReadonlySet<string> = new Set(['struct iov_iter']);

/** `struct page **` and the like: depth counts stars. */
export function isPointerToStruct(type: Type, tags: ReadonlySet<string>, depth: number): boolean {
  let at = type;
  for (let level = 0; level < depth; level++) {
    if (at.kind !== 'pointer' && at.kind !== 'array') return false;
    at = pointee(at);
  }
  return at.kind === 'struct' && tags.has(at.tag);
}
