import type {
  Acquire,
  Allocate,
  Allocator,
  Argument,
  Borrow,
  Dirty,
  Effect,
  Flag,
  Free,
  FunctionRow,
  HoldRule,
  PagesAt,
  Release,
  Released,
  Returns,
  Store,
  Submit,
  Transfer,
  View,
} from '../effects.ts';

/** The trees in which the facts were read. */
export const LINUX_6_12 = '6.12.117';
export const LINUX_6_1 = '6.1.192';
export const LINUX_7_3 = '7.3.4';

export type RowDetails = Omit<FunctionRow, 'name' | 'effects' | 'source' | 'parameters'>;

/**
 * One row of the effect table.
 * @param prototype name and parameter names: 'put_page(page)'.
 * @param source 'path:line' in 6.12, or with the version behind it: 'lib/iov_iter.c:1495 (6.1.192)'.
 */
export function row(
  prototype: string,
  source: string,
  effects: Effect | readonly Effect[],
  details: RowDetails = {},
): FunctionRow {
  const open = prototype.indexOf('(');
  const parameters = prototype
    .slice(open + 1, -1)
    .split(',')
    .map(parameter => parameter.trim())
    .filter(parameter => parameter !== '');
  return {
    name: prototype.slice(0, open),
    effects: 'kind' in effects ? [effects] : effects,
    source: source.includes('(') ? source : `${source} (${LINUX_6_12})`,
    parameters,
    ...details,
  };
}

/**
 * Rows that share their effects, from one file.
 * @param file path in the tree; ' (6.1.192)' behind it where the facts were read there.
 * @param entries 'line name(parameters)'.
 */
export function rows(
  file: string,
  effects: Effect | readonly Effect[],
  entries: readonly string[],
  details: RowDetails = {},
): FunctionRow[] {
  const [path, version = `(${LINUX_6_12})`] = file.split(' ');
  return entries.map(entry => {
    const space = entry.indexOf(' ');
    return row(entry.slice(space + 1), `${path}:${entry.slice(0, space)} ${version}`, effects, details);
  });
}

type AcquireDetails = Omit<Acquire, 'kind' | 'hold' | 'pages' | 'returns'>;

export function acquire(
  hold: HoldRule,
  pages: PagesAt,
  returns: Returns,
  more: AcquireDetails = {},
): Acquire {
  return { kind: 'acquire', hold, pages, returns, ...more };
}

export const array = (argument: Argument): PagesAt => ({ form: 'array', argument });
export const slot = (argument: Argument): PagesAt => ({ form: 'slot', argument });
export const object = (argument: Argument): PagesAt => ({ form: 'object', argument });
export const given = (argument: Argument): PagesAt => ({ form: 'argument', argument });
export const result: PagesAt = { form: 'result' };
export const resultArray: PagesAt = { form: 'result-array' };

/** Pages go into the object that the argument points to. */
export function into(argument: number, hold: HoldRule, returns: Returns, more: AcquireDetails = {}): Acquire {
  return acquire(hold, { form: 'object', argument }, returns, more);
}

/** All pages of the object that the argument points to. */
export function emptied(argument: number, hold: Release['hold'], dirties?: Release['dirties']): Release {
  return release(hold, 'object', argument, { dirties });
}

/** A number of pages that an argument tells. */
export const count = (argument: Argument) => ({ argument });

export function release(
  hold: Released,
  form: Release['pages']['form'],
  argument: Argument,
  more: Omit<Release, 'kind' | 'hold' | 'pages'> = {},
): Release {
  return { kind: 'release', hold, pages: { form, argument }, ...more };
}

export function allocate(
  allocator: Allocator,
  returns: Allocate['returns'] = 'pointer-or-null',
  zeroed = false,
): Allocate {
  return { kind: 'allocate', allocator, zeroed, returns };
}

export function free(argument: Argument, ...accepts: Allocator[]): Free {
  return { kind: 'free', argument, accepts };
}

/** Keeps nothing of any argument. */
export const borrow: Borrow = { kind: 'borrow' };

/** Waits for something, perhaps for the end of I/O, and keeps nothing. */
export const wait: Borrow = { kind: 'borrow', waits: true };

/** Waits until something is over, or is broken off before, which the result tells. */
export const waitUntil = (until: Borrow['until']): Borrow => ({ ...wait, until });

/** Reads or writes the memory that its arguments lead to, and keeps nothing. */
export const touch: Borrow = { kind: 'borrow', contents: true };

/** Puts new pages into the slots of an array. */
export const fill = (fills: Argument): Borrow => ({ ...borrow, fills });

export const dirty = (argument: Argument): Dirty => ({ kind: 'dirty', argument });

export const pageView = (of: Argument): View => ({ kind: 'view', of, as: 'page' });
export const namedView = (of: Argument): View => ({ kind: 'view', of, as: 'named' });
export const addressView = (of: Argument): View => ({ kind: 'view', of, as: 'address' });
/** An address through which the content of the page is reached. */
export const contentView = (of: Argument): View => ({ kind: 'view', of, as: 'address', contents: true });

export function store(
  page: Argument,
  into: Argument,
  takes: Store['takes'],
  more: Partial<Pick<Store, 'form' | 'when' | 'merged' | 'isPlain' | 'drops'>> = {},
): Store {
  return { kind: 'store', page, into, takes, form: 'page', ...more };
}

export function flag(act: Flag['act'], container: Argument = 1): Flag {
  return { kind: 'flag', container, act, flag: act === 'new' ? undefined : 2 };
}

/** Reads the data out of an iterator: it must be a source. */
export const readsFrom = (iterator: Argument, more: Partial<Transfer> = {}): Transfer => ({
  kind: 'transfer',
  iterator,
  direction: 'source',
  ...more,
});

/** Writes data into an iterator: it must be a destination. */
export const writesTo = (iterator: Argument, more: Partial<Transfer> = {}): Transfer => ({
  ...readsFrom(iterator, more),
  direction: 'dest',
});

export const submit = (argument: Argument): Submit => ({ kind: 'submit', argument });
/** A function of the kernel is put in a queue. */
export const defer = (argument: Argument): Submit => ({ kind: 'submit', argument, work: true });
/** Starts a cipher that answers -EINPROGRESS, or is done. */
export const compute = (argument: Argument): Submit => ({ kind: 'submit', argument, doneOnZero: true });
/** A request that may be queued, which only -EIOCBQUEUED says. */
export const submitOrQueue = (argument: Argument): Submit => ({ kind: 'submit', argument, onlyQueued: true });
export const submitAndWait = (argument: Argument): Submit => ({
  kind: 'submit',
  argument,
  synchronous: true,
});

/**
 * Rows of functions that keep nothing.
 * @param text 'path: line name(parameters); line name(parameters)' again and again; the path may carry a version.
 */
export function borrowers(text: string, effect: Borrow = borrow): FunctionRow[] {
  const files = text.matchAll(/(\S+\.[ch](?: \([\d.]+\))?):([^:]*)(?=\n\S|\s*$)/g);
  return [...files].flatMap(([, file, entries]) =>
    rows(
      file!,
      effect,
      entries!.split(';').map(entry => entry.trim().replace(/\s+/g, ' ')),
    ),
  );
}
