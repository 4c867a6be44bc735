import { type Defect, defectsOf } from './defects.ts';
import type { Acquire, Effect, Flag, FunctionRow, Release } from './effects.ts';
import type { Tree } from './eras.ts';
import { type Direction, type Hold, ITERATOR_KINDS, type IteratorKind, USER_BACKED_KINDS } from './holds.ts';
import { EffectTable } from './table.ts';

/** What is known where the question is asked. */
export interface Context {
  readonly iterator?: IteratorKind;
  readonly direction?: Direction;
}

/** What one iterator kind and direction gets; `unsupported`: the call fails with -EFAULT. */
export interface ModeLine {
  readonly kind: IteratorKind;
  readonly source: Hold | 'unsupported';
  readonly dest: Hold | 'unsupported';
}

/** Everything worth saying about one function in one tree, as plain data. */
export interface Explanation {
  readonly name: string;
  readonly prototype: string;
  readonly summary?: string;
  /** What the function does, a sentence an effect. */
  readonly effects: readonly string[];
  /** Only where the hold depends on the iterator. */
  readonly modes: readonly ModeLine[];
  readonly returns?: string;
  /** What happens to the counts of a page. */
  readonly counts: readonly string[];
  readonly release: readonly string[];
  readonly dirty?: string;
  readonly remember: readonly string[];
  /** What the kernels of this tree get wrong in this function. */
  readonly defects: readonly string[];
  readonly source: string;
}

/**
 * The hold that an acquirer leaves on one kind of iterator.
 * @returns undefined where the call does not work on that kind.
 */
export function holdOn(acquire: Acquire, kind: IteratorKind, direction: Direction): Hold | undefined {
  if (acquire.iteratorKinds && !acquire.iteratorKinds.includes(kind)) return undefined;
  if (acquire.noHoldOn?.includes(kind)) return 'none';
  const userBacked = USER_BACKED_KINDS.includes(kind);
  switch (acquire.hold) {
    case 'pin-if-user-backed':
      return userBacked ? 'pin' : 'none';
    case 'get-if-user-backed':
      return userBacked ? 'get' : 'none';
    case 'by-direction':
      return !userBacked ? 'none' : direction === 'dest' ? 'pin' : 'get';
    default:
      return acquire.hold;
  }
}

/** The iterator kinds that exist in a tree. */
export function kindsOf(tree: Tree): IteratorKind[] {
  const feature = { ubuf: 'ubuf', folioq: 'folioq', pipe: 'iter-pipe' } as const;
  return ITERATOR_KINDS.filter(
    kind => !(kind === 'ubuf' || kind === 'folioq' || kind === 'pipe') || tree.features.has(feature[kind]),
  );
}

function modesOf(acquire: Acquire, tree: Tree, context: Context): ModeLine[] {
  if (acquire.iterator === undefined) return [];
  return kindsOf(tree)
    .filter(kind => context.iterator === undefined || context.iterator === kind)
    .map(kind => ({
      kind,
      source: holdOn(acquire, kind, 'source') ?? 'unsupported',
      dest: holdOn(acquire, kind, 'dest') ?? 'unsupported',
    }));
}

/** The holds that can be left, with what is known of kind and direction. */
function possibleHolds(acquire: Acquire, modes: readonly ModeLine[], context: Context): Set<Hold> {
  if (acquire.iterator === undefined)
    return new Set(
      acquire.hold === 'pin' || acquire.hold === 'get' || acquire.hold === 'none'
        ? [acquire.hold]
        : ['pin', 'none'],
    );
  const answers = modes.flatMap(line =>
    context.direction ? [line[context.direction]] : [line.source, line.dest],
  );
  return new Set(answers.filter(answer => answer !== 'unsupported'));
}

const COUNTS: Readonly<Record<Hold, string>> = {
  pin: 'Pin: the refcount of a small folio rises by 1024, that of a large folio by 1 with its pincount; the zero page is not counted. fork() copies a pinned page.',
  get: 'Reference: the refcount rises by 1. fork() shares the page as any other.',
  none: 'None: no count changes; whoever built the iterator keeps the pages alive.',
};

const RULE_WORDS: Readonly<Record<Acquire['hold'], string>> = {
  pin: 'a pin',
  get: 'a reference',
  none: 'no hold',
  'pin-if-user-backed': 'a pin where the iterator is user-backed, else nothing',
  'get-if-user-backed': 'a reference where the iterator is user-backed, else nothing',
  'by-direction': 'a pin on a user-backed destination, a reference on a user-backed source, else nothing',
};

function named(row: FunctionRow, argument: number): string {
  return argument === 0
    ? 'the returned value'
    : `argument ${argument} \`${row.parameters?.[argument - 1] ?? '?'}\``;
}

function whereAcquired(row: FunctionRow, { pages }: Acquire): string {
  switch (pages.form) {
    case 'array':
      return `in the slots of ${named(row, pages.argument)}`;
    case 'array-pointer':
      return `in the array behind ${named(row, pages.argument)}, ${
        pages.allocates === 'always'
          ? 'which the callee allocates'
          : 'which the callee allocates where it is NULL'
      }`;
    case 'slot':
      return `in ${named(row, pages.argument)}`;
    case 'result':
      return 'on the returned page';
    case 'argument':
      return `on ${named(row, pages.argument)}`;
    case 'result-array':
      return 'in the returned array';
    case 'object':
      return `in ${named(row, pages.argument)}`;
  }
}

function released(row: FunctionRow, effect: Release): string {
  const what = {
    pin: 'pins',
    get: 'references',
    none: 'nothing',
    allocation: "the allocator's reference",
    'by-flag': 'what the flags of the object say',
    'by-mode-argument': 'what the mode says',
  }[effect.hold];
  const dirties =
    effect.dirties === undefined
      ? ''
      : effect.dirties === true
        ? ', marking dirty what was written'
        : `, marking dirty first if ${named(row, effect.dirties)}`;
  return `Drops ${what} of ${named(row, effect.pages.argument)}${dirties}${effect.freesArray ? '; frees the array' : ''}.`;
}

const FLAG_WORDS: Readonly<Record<Flag['act'], string>> = {
  new: 'Makes a container with no flag set.',
  set: 'Sets a flag, which may say how the pages are dropped.',
  clear: 'Clears a flag, which may say how the pages are dropped.',
  ask: 'Asks for a flag, which may say how the pages are dropped.',
};

/** What one effect of a row does, in a sentence. */
export function sentence(row: FunctionRow, effect: Effect): string | undefined {
  switch (effect.kind) {
    case 'acquire':
      return `Takes ${RULE_WORDS[effect.hold]} ${whereAcquired(row, effect)}.`;
    case 'release':
      return released(row, effect);
    case 'allocate':
      return `Allocates ${effect.zeroed ? 'zeroed ' : ''}memory (${effect.allocator}).`;
    case 'free':
      return `Frees memory of ${effect.accepts.join(', ')}.`;
    case 'borrow':
      return 'Keeps nothing of its arguments.';
    case 'view':
      return `Another ${effect.as === 'page' ? 'pointer to' : 'name of'} the page of ${named(row, effect.of)}: no hold is taken or dropped.`;
    case 'store':
      return `Stores ${named(row, effect.page)} in ${named(row, effect.into)}: ${
        {
          keeps: 'the hold stays with the caller',
          consumes: 'the hold moves along',
          'own-hold': 'with a reference of its own',
        }[effect.takes]
      }.`;
    case 'flag':
      return FLAG_WORDS[effect.act];
    case 'construct':
      return `Builds an iterator (${effect.iteratorKinds.join(' or ')}) in ${named(row, effect.iterator)}.`;
    case 'query':
      return effect.iteratorKinds ? `True exactly for ${effect.iteratorKinds.join(', ')}.` : undefined;
    case 'position':
      return `Moves the iterator ${named(row, effect.iterator)} (${effect.by}); takes and drops no hold.`;
    case 'transfer': {
      const iterator = named(row, effect.iterator) + (effect.member ? `->${effect.member}` : '');
      return effect.direction === 'source'
        ? `Reads from the iterator ${iterator}: it must be an ITER_SOURCE.`
        : `Writes to the iterator ${iterator}: it must be an ITER_DEST.`;
    }
    case 'duplicate':
      return `Makes ${named(row, effect.iterator)} a copy of ${named(row, effect.of)} with a vector of its own; the memory behind it stays tied to its process.`;
    case 'dirty':
      return `Marks ${named(row, effect.argument)} dirty.`;
    case 'submit':
      return effect.synchronous
        ? 'Waits until the I/O is done.'
        : `Starts work on ${named(row, effect.argument)}: its pages are needed until completion.`;
  }
}

const RETURNS: Readonly<Record<Acquire['returns'], string>> = {
  'page-count': 'So many pages are held, perhaps fewer than asked for; 0 or a negative errno: none.',
  'byte-count': 'So many bytes are covered, perhaps fewer than asked for; 0 or a negative errno: none.',
  'zero-or-error': '0: acquired. Negative errno: nothing is held.',
  'other-count': 'A count, not of pages. Negative errno: nothing is held.',
  'pointer-or-null': 'NULL: nothing is held.',
  'pointer-or-error': 'IS_ERR(): nothing is held.',
  'pointer-or-null-or-error': 'IS_ERR_OR_NULL(): nothing is held.',
  bool: 'False: nothing is held.',
  always: 'Always acquires.',
};

function returnsOf(row: FunctionRow, acquire: Acquire): string {
  if (acquire.returns !== 'byte-count' || acquire.offset === undefined) return RETURNS[acquire.returns];
  const offset = row.parameters?.[acquire.offset - 1] ?? 'offset';
  return `${RETURNS['byte-count']} Pages: DIV_ROUND_UP(*${offset} + ret, PAGE_SIZE).`;
}

const DROP: Readonly<Record<'one' | 'many', Readonly<Record<Hold, string>>>> = {
  one: { pin: 'unpin_user_page()', get: 'put_page() or folio_put()', none: 'nothing' },
  many: {
    pin: 'unpin_user_pages() or unpin_user_pages_dirty_lock(), once a slot',
    get: 'put_page() on each slot or release_pages()',
    none: 'nothing at all',
  },
};

function releaseOf(acquire: Acquire, holds: ReadonlySet<Hold>, tree: Tree): string[] {
  const { form } = acquire.pages;
  if (form === 'object') return ['The pages belong to the object and go with it.'];
  const number = form === 'array' || form === 'array-pointer' || form === 'result-array' ? 'many' : 'one';
  const lines = [...holds].map(hold => `${hold}: ${DROP[number][hold]}.`);
  if (holds.size > 1)
    lines.push(
      tree.era === 'extract-mode'
        ? 'Ask iov_iter_extract_mode() about this iterator and drop with page_put_unpin(page, mode).'
        : 'Ask iov_iter_extract_will_pin() about this iterator before you drop anything.',
    );
  if (form === 'array-pointer') lines.push('kvfree() the array where the callee allocated it.');
  return lines;
}

function dirtyOf(acquire: Acquire, holds: ReadonlySet<Hold>, context: Context): string | undefined {
  if (!acquire.extraction || context.direction === 'source' || (!holds.has('pin') && !holds.has('get')))
    return undefined;
  return acquire.iterator === undefined
    ? 'Pages that a device wrote to (FOLL_WRITE) are marked dirty before they are dropped.'
    : 'User pages that were a destination are marked dirty before they are dropped; pages of kernel iterators never.';
}

function rememberOf(row: FunctionRow, acquire: Acquire | undefined): string[] {
  const facts = row.note ? [row.note] : [];
  if (acquire?.advances === true && acquire.iterator !== undefined)
    facts.push(
      'The iterator has moved on by what was taken; iov_iter_revert() gives bytes back but drops no hold.',
    );
  if (acquire?.partial === false) facts.push('All or nothing: a short count does not occur.');
  return facts;
}

const defectText = ({ id, happens, caller, source }: Defect): string =>
  `\`${id}\`: ${happens} ${caller} (${source})`;

/**
 * Explains a function as it is in one tree.
 * @param context narrows the iterator kind and the direction where they are known.
 * @returns undefined where the tree has no such function in the table.
 */
export function explainFunction(name: string, tree: Tree, context: Context = {}): Explanation | undefined {
  const row = new EffectTable(tree).row(name);
  if (!row) return undefined;
  const acquire = row.effects.find(effect => effect.kind === 'acquire');
  const modes = acquire ? modesOf(acquire, tree, context) : [];
  const holds = acquire ? possibleHolds(acquire, modes, context) : new Set<Hold>();
  return {
    name,
    prototype: `${row.name}(${row.parameters?.join(', ') ?? ''})`,
    summary: row.summary,
    effects: row.effects.map(effect => sentence(row, effect)).filter(text => text !== undefined),
    modes,
    returns: acquire && returnsOf(row, acquire),
    counts: [...holds].map(hold => COUNTS[hold]),
    release: acquire ? releaseOf(acquire, holds, tree) : [],
    dirty: acquire && dirtyOf(acquire, holds, context),
    remember: rememberOf(row, acquire),
    defects: defectsOf(name, tree).map(defectText),
    source: row.source,
  };
}

function modeTable(modes: readonly ModeLine[]): string[] {
  if (modes.length === 0) return [];
  return [
    '| iterator | source | destination |',
    '|---|---|---|',
    ...modes.map(line => `| ${line.kind} | ${line.source} | ${line.dest} |`),
  ];
}

const bullets = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`**${title}**`, '', ...lines.map(line => `- ${line}`), ''];

/** The explanation as Markdown, for hovers and the terminal. */
export function toMarkdown(explanation: Explanation): string {
  const { prototype, summary, effects, modes, returns, counts, release, dirty, remember, defects, source } =
    explanation;
  const table = modeTable(modes);
  const lines = [
    `\`${prototype}\``,
    '',
    ...(summary ? [summary, ''] : []),
    ...bullets('Does', effects),
    ...(table.length > 0 ? [...table, ''] : []),
    ...bullets('Returns', returns ? [returns] : []),
    ...bullets('Counts', counts),
    ...bullets('Release', dirty ? [...release, dirty] : release),
    ...bullets('Remember', remember),
    ...bullets('Defects of these kernels', defects),
    `Source: ${source}`,
  ];
  return `${lines.join('\n')}\n`;
}
