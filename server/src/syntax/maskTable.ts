/** Splits a list of names; the tables below are easier to read and to extend as prose. */
const names = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/**
 * Annotations without arguments, blanked wherever they stand: they change neither types nor flow.
 * From include/linux/compiler_attributes.h, compiler_types.h, init.h, cache.h, linkage.h, btf.h (6.1 and 6.12).
 */
export const ANNOTATIONS = names(`
  __user __kernel __iomem __percpu __rcu __force __nocast __safe __private __bitwise __bitwise__ __packed
  __deprecated __designated_init __visible __gnu_inline __malloc __noclone __flatten noinline
  noinline_for_stack __nonstring __no_profile __noreturn __no_stack_protector __overloadable __pure
  __uninitialized __always_unused __maybe_unused __used __always_used __must_check __noipa __weak
  __fix_address __cold __preserve_most __retain notrace __naked __inline_maybe_unused __no_kasan_or_inline
  __no_sanitize_or_inline __data_racy __no_kcsan __no_sanitize_address __no_sanitize_thread
  __no_kmsan_checks __no_sanitize_undefined __no_sanitize_memory __no_sanitize_coverage
  __disable_sanitizer_instrumentation __signed_wrap noinstr __cpuidle __latent_entropy __randomize_layout
  __no_randomize_layout __noscs __nocfi __noendbr __attribute_const__ __aligned_largest
  __no_caller_saved_registers __always_inline __noretpoline __noinitretpoline __cacheline_aligned
  __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp
  ____cacheline_internodealigned_in_smp __page_aligned_data __page_aligned_bss __read_mostly __ro_after_init
  __initdata __initconst __exitdata __initdata_or_module __initconst_or_module __init_or_module __init
  __exit __exit_call __net_init __net_exit __net_initdata __meminit __meminitdata __meminitconst __ref
  __refdata __refconst __nosavedata __exitused __head __init_memblock __initdata_memblock __kprobes __sched
  __lockfunc __irq_entry __softirq_entry __exception_irq_entry __ksym __tracepoint_string __bpf_kfunc
  __bpfcall asmlinkage fastcall VISIBLE_IF_KUNIT nokprobe_inline INDIRECT_CALLABLE_SCOPE
  randomized_struct_fields_start randomized_struct_fields_end __notrace_funcgraph
`);

/** Annotations that take arguments, blanked with them; context annotations of sparse, attributes, section placement. */
export const ANNOTATION_CALLS = names(`
  __must_hold __must_hold_shared __acquires __acquires_shared __releases __releases_shared __cond_acquires
  __cond_releases __context_unsafe __guarded_by __pt_guarded_by __attribute __attribute__ __declspec
  __aligned __alias __alloc_size __alloc_size__ __realloc_size __assume_aligned __cleanup __copy
  __diagnose_as __compiletime_error __compiletime_warning __printf __scanf __mode __pass_dynamic_object_size
  __pass_object_size __section __counted_by __counted_by_le __counted_by_be __counted_by_ptr
  __noinstr_section __cacheline_group_begin __cacheline_group_end BTF_TYPE_TAG
`);

/** Annotations spelled so by one file: written out as the plain word of the same length. */
export const SYNONYMS: ReadonlyMap<string, string> = new Map([['STATIC', 'static']]);

/** Names of macros that stand before a statement and run it for each of something. */
export const ITERATION_NAME = /for_?each|_walk(_|$)|^walk_|_iterate$/i;

/** typeof in all its spellings: type of an expression, so it stands where a type does. */
export const TYPE_OF = names(
  'typeof __typeof__ __typeof typeof_unqual __unqual_scalar_typeof typeof_member TYPEOF_UNQUAL',
);

/** alignof in all its spellings. */
export const ALIGN_OF = names('__alignof__ __alignof _Alignof alignof');

/** Words that begin assembly. */
export const ASSEMBLY = names('asm __asm__ __asm asm_inline asm_volatile_goto');

/** Words that take a parenthesis and are no call. */
export const KEYWORDS_BEFORE_PARENTHESIS = names(`
  if while for switch return sizeof case do else goto break continue default struct union enum typedef
  static extern const volatile register inline unsigned signed int char short long float double void bool
  _Bool __alignof__ __alignof _Alignof alignof _Generic asm __asm__ __asm offsetof __attribute__ auto
`);

/** Words that name a type by themselves. */
export const PLAIN_TYPES = names('void char short int long float double signed unsigned bool _Bool');

/** Words that stand before the name of a type. */
export const TAG_WORDS = names('struct union enum');

/** Words that qualify a declaration. */
export const QUALIFIERS = names('static extern inline __inline __inline__ const volatile register typedef');

/** Words that begin a statement: as a macro's argument they would break the call. */
export const STATEMENT_WORDS = names('return goto break continue if for while do switch case');

/** Words that begin a statement which ends without a semicolon of its own. */
export const CONTROL_WORDS = names('if for while do switch');

/** Macros with a type among their arguments that also stand outside functions, in constant expressions. */
export const TYPE_ARGUMENT_MACROS = names(`
  container_of container_of_const list_entry list_first_entry list_last_entry list_next_entry hlist_entry
  rb_entry min_t max_t clamp_t sizeof_field offsetofend va_arg __builtin_types_compatible_p
  __builtin_offsetof TYPE_ALIGN ACCESS_PRIVATE field_sizeof FIELD_SIZEOF kzalloc_obj kmalloc_obj typecheck
`);

/**
 * Macros that define a function from its name followed by pairs of type and parameter.
 * include/linux/syscalls.h, include/linux/compat.h, include/linux/filter.h (6.12).
 */
export const FUNCTION_OF_PAIRS =
  /^(?:(?:COMPAT_)?SYSCALL(?:32)?_DEFINE\d?|(?:__)?SYSCALL_DEFINEx|NOTRACE_BPF_CALL_\d|BPF_CALL_\d|KSYSCALL_DEFINE\d)$/;

/** Macros that declare a variable as (type, name): include/linux/percpu-defs.h and its like. */
export const DECLARES_TYPE_AND_NAME = /^(?:DEFINE|DECLARE)_(?:\w+_)?PER_CPU(?:_\w+)?$/;

/** Macros that declare an on-stack structure with a flexible array as (type, name, …): include/linux/overflow.h. */
export const DECLARES_POINTER = names('DEFINE_FLEX DEFINE_RAW_FLEX _DEFINE_FLEX');

/** Macros that group members of a structure: how many arguments precede the members (include/linux/stddef.h). */
export const MEMBER_GROUPS: ReadonlyMap<string, number> = new Map([
  ['struct_group', 1],
  ['struct_group_attr', 2],
  ['struct_group_tagged', 2],
  ['__struct_group', 3],
]);

/** A bitmap declared as (name, number of bits): include/linux/types.h. */
export const BITMAP = 'DECLARE_BITMAP';

/** Members declared as (type, name): a flexible array. */
export const FLEXIBLE_ARRAY_MEMBER = 'DECLARE_FLEX_ARRAY';

/** Scope-bound cleanup of include/linux/cleanup.h (since 6.5). */
export const CLEANUP = '__free';
export const GUARD = 'guard';
export const SCOPED_GUARD = /^scoped_(?:cond_)?guard$|^scoped_with_\w+$/;
export const CLASS = 'CLASS';

/** Macros that a 64-bit little-endian kernel build defines, with their values. */
export const DEFINED_NAMES: ReadonlyMap<string, number> = new Map([
  ['__KERNEL__', 1],
  ['__GNUC__', 12],
  ['__LP64__', 1],
  ['__LITTLE_ENDIAN', 1234],
  ['__LITTLE_ENDIAN_BITFIELD', 1],
  ['BITS_PER_LONG', 64],
  ['__BITS_PER_LONG', 64],
  ['BITS_PER_LONG_LONG', 64],
]);

/** Macros that a kernel build of C does not define. */
export const UNDEFINED_NAMES = names(`
  __ASSEMBLY__ __ASSEMBLER__ __cplusplus __CHECKER__ __GENKSYMS__ __BIG_ENDIAN __BIG_ENDIAN_BITFIELD
  BUILD_VDSO __DISABLE_EXPORTS __CHECK_ENDIAN__ __DOXYGEN__
`);
