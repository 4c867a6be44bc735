import { BINDERS, QUEUED, TAKES_MEMORY } from './completions.ts';
import { type Effect, type FunctionRow, isFollowed } from './effects.ts';
import type { Tree } from './eras.ts';
import { ASYNC_ROWS } from './rows/async.ts';
import { BIO_ROWS } from './rows/bio.ts';
import { BORROWER_FAMILIES, BORROWER_ROWS, BORROWER_SUFFIXES } from './rows/borrowers.ts';
import { CONTAINER_ROWS } from './rows/containers.ts';
import { DRIVER_ROWS } from './rows/drivers.ts';
import { GUP_ROWS } from './rows/gup.ts';
import { IOV_ROWS } from './rows/iov.ts';
import { MEMORY_ROWS } from './rows/memory.ts';
import { PAGE_ROWS } from './rows/pages.ts';
import { RELEASE_ROWS } from './rows/release.ts';
import { TRANSFER_ROWS } from './rows/transfers.ts';
import { UTILITY_ROWS } from './rows/utilities.ts';
import { VIEW_ROWS } from './rows/views.ts';
import { WRAPPER_ROWS } from './rows/wrappers.ts';
import { appliesTo, nominalVersion } from './trees.ts';

/** The rows by the file that holds them, in the order of the documentation. */
export const ROW_GROUPS: Readonly<Record<string, readonly FunctionRow[]>> = {
  iov: IOV_ROWS,
  gup: GUP_ROWS,
  bio: BIO_ROWS,
  release: RELEASE_ROWS,
  pages: PAGE_ROWS,
  wrappers: WRAPPER_ROWS,
  drivers: DRIVER_ROWS,
  containers: CONTAINER_ROWS,
  transfers: TRANSFER_ROWS,
  async: ASYNC_ROWS,
  memory: MEMORY_ROWS,
  views: VIEW_ROWS,
  borrowers: BORROWER_ROWS,
  utilities: UTILITY_ROWS,
};

const ALL_ROWS: readonly FunctionRow[] = Object.values(ROW_GROUPS).flat();

const builtTables = new Map<string, ReadonlyMap<string, FunctionRow>>();

/** Trees with the same facts share one table. */
function builtInRows(tree: Tree): ReadonlyMap<string, FunctionRow> {
  const key = [tree.era, nominalVersion(tree), ...[...tree.features].sort()].join(' ');
  let table = builtTables.get(key);
  if (!table) {
    table = new Map(ALL_ROWS.filter(row => appliesTo(row, tree)).map(row => [row.name, row]));
    builtTables.set(key, table);
  }
  return table;
}

/** What is known of each kernel function in one tree. */
export class EffectTable {
  private readonly builtIn: ReadonlyMap<string, FunctionRow>;
  private readonly own: ReadonlyMap<string, FunctionRow>;

  /** @param userRows rows of the workspace; they win over the built-in row of their name. */
  constructor(
    readonly tree: Tree,
    userRows: readonly FunctionRow[] = [],
  ) {
    this.builtIn = builtInRows(tree);
    this.own = new Map(userRows.filter(row => appliesTo(row, tree)).map(row => [row.name, row]));
  }

  /** The row of a function; for a family of borrowers (trace_*, pr_*) the row of the family. */
  row(name: string): FunctionRow | undefined {
    return (
      this.own.get(name) ??
      this.builtIn.get(name) ??
      BORROWER_FAMILIES.find(family => name.startsWith(family.prefix))?.row ??
      BORROWER_SUFFIXES.find(family => name.endsWith(family.suffix))?.row
    );
  }

  /** The functions with a row of their own that has such an effect. */
  namesWith(test: (effect: Effect) => boolean): ReadonlySet<string> {
    return new Set([...this.names()].filter(name => this.row(name)?.effects.some(test)));
  }

  /** Names with a row of their own, each once; families of borrowers are not listed. */
  names(): Iterable<string> {
    return new Set([...this.builtIn.keys(), ...this.own.keys()]);
  }
}

/** All rows of a name, whatever the tree. */
export function rowsNamed(name: string): readonly FunctionRow[] {
  return ALL_ROWS.filter(row => row.name === name);
}

function namesWhere(test: (row: FunctionRow) => boolean): ReadonlySet<string> {
  return new Set(ALL_ROWS.filter(test).map(row => row.name));
}

/** The extractions of any era: what `audit` lists. */
export const ACQUIRER_NAMES: ReadonlySet<string> = namesWhere(row =>
  row.effects.some(effect => effect.kind === 'acquire' && effect.extraction === true),
);

/** Functions that take pages or give them back. */
export const MOVER_NAMES: ReadonlySet<string> = namesWhere(row =>
  row.effects.some(effect =>
    effect.kind === 'release'
      ? effect.hold !== 'allocation' && effect.pages.form !== 'object'
      : effect.kind === 'acquire' && (effect.extraction === true || effect.hold === 'pin'),
  ),
);

/** Functions that free memory. */
export const FREE_NAMES: ReadonlySet<string> = namesWhere(row =>
  row.effects.some(({ kind }) => kind === 'free'),
);

const KNOWN_NAMES = namesWhere(() => true);

/** Whether any tree's table says what a function does. */
export function isKnownFunction(name: string): boolean {
  return KNOWN_NAMES.has(name);
}

/** Functions of the tree that pin pages for their callers into an array of theirs. */
export const FOLLOWED_NAMES: ReadonlySet<string> = namesWhere(row => row.effects.some(isFollowed));

/**
 * Names of which a text must hold one of each list to be worth parsing: an iterator, and what runs later or in another
 * task than the one whose memory the iterator may be tied to.
 */
export const KEPT_ITERATOR_LITERALS: readonly (readonly string[])[] = [
  ['iov_iter', 'msg_iter'],
  [QUEUED, ...TAKES_MEMORY, ...BINDERS.filter(binder => !binder.sameTask).map(({ name }) => name)],
];

/** Names of which a text must hold at least one to be worth parsing. */
export const NAMES_OF_INTEREST: ReadonlySet<string> = namesWhere(row =>
  row.effects.some(({ kind }) => kind === 'acquire' || kind === 'release' || kind === 'construct'),
);
