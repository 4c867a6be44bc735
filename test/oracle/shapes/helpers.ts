import {
  assign,
  binary,
  call,
  declare,
  dereference,
  type Expression,
  type FunctionDefinition,
  give,
  number,
  type Parameter,
  type Statement,
  variable,
  when,
} from '../ast.ts';
import { type Author, EFAULT, releaseAll, type Taking, take } from '../author.ts';

const [addr, count, array, got, error] = ['addr', 'count', 'array', 'got', 'err'].map(variable) as [
  Expression,
  Expression,
  Expression,
  ReturnType<typeof variable>,
  ReturnType<typeof variable>,
];

const PARAMETERS: readonly Parameter[] = [
  { type: 'unsigned long', name: 'addr' },
  { type: 'int', name: 'count' },
  { type: 'struct page **', name: 'array' },
];

const suffix = ({ kind, isWritable }: Taking): string => `${kind}${isWritable ? '_writable' : ''}`;

/** All or nothing. */
function grab(author: Author, taking: Taking): string {
  const name = `grab_${suffix(taking)}`;
  return author.helper(name, () => ({
    name,
    isStatic: true,
    returns: 'int',
    parameters: PARAMETERS,
    body: [
      declare('int', 'got'),
      assign(got, take(taking, addr, count, array)),
      when(binary(got, '<', number(0)), [give(got)]),
      when(binary(got, '<', count), [releaseAll(taking, array, got), give(EFAULT)]),
      give(number(0)),
    ],
  }));
}

/** Calls a helper that gives all pages or none. */
export function acquireByHelper(author: Author): void {
  const taking = author.taking();
  acquireWholly(author, taking, grab(author, taking));
}

function acquireWholly(author: Author, taking: Taking, helper: string): void {
  const wanted = author.count();
  const { array: pages, place } = author.array(wanted, false);
  const failed = author.local('int', 'err');
  author.emit(assign(failed, call(helper, author.userAddress(), wanted, pages)));
  const isFailed = author.random.pick([failed, binary(failed, '<', number(0))]);
  author.emit(when(isFailed, author.fail(failed)));
  author.hold({
    release: () => author.releaseMany(taking, pages, wanted),
    ...author.handOver(place, pages, wanted),
  });
}

/** A helper that calls another, does something that may fail, and then gives the pages back itself. */
export function acquireByLevels(author: Author): void {
  const taking = author.taking();
  const inner = grab(author, taking);
  const name = `map_${suffix(taking)}`;
  author.helper(name, (): FunctionDefinition => {
    const body: Statement[] = [
      declare('int', 'err'),
      assign(error, call(inner, addr, count, array)),
      when(error, [give(error)]),
      assign(error, call('prepare_device')),
      when(error, [releaseAll(taking, array, count), give(error)]),
      give(number(0)),
    ];
    return { name, isStatic: true, returns: 'int', parameters: PARAMETERS, body };
  });
  acquireWholly(author, taking, name);
}

/** A helper whose answer is how many pages it got, or that says so by an out-parameter. */
export function acquireIntoCount(author: Author): void {
  const taking = author.taking();
  const wanted = author.count();
  const { array: pages, place } = author.array(wanted, true);
  const held = author.local('int', 'held');
  const form = author.choose('counts by', ['return', 'out-parameter']);
  const name = `fill_${suffix(taking)}${form === 'return' ? '' : '_out'}`;
  author.helper(name, () => (form === 'return' ? returnsCount(name, taking) : tellsCount(name, taking)));
  const start = author.userAddress();
  if (form === 'return') {
    author.emit(assign(held, call(name, start, wanted, pages)));
    author.emit(when(binary(held, '<=', number(0)), author.fail(EFAULT)));
  } else {
    const failed = author.local('int', 'err');
    author.emit(assign(failed, call(name, start, wanted, pages, { kind: 'address', of: held })));
    author.emit(when(failed, author.fail(failed)));
  }
  author.hold({
    release: () => author.releaseMany(taking, pages, held),
    ...author.handOver(place, pages, held),
  });
}

function returnsCount(name: string, taking: Taking): FunctionDefinition {
  const body = [
    declare('int', 'got'),
    assign(got, take(taking, addr, count, array)),
    when(binary(got, '<=', number(0)), [give(EFAULT)]),
    give(got),
  ];
  return { name, isStatic: true, returns: 'int', parameters: PARAMETERS, body };
}

function tellsCount(name: string, taking: Taking): FunctionDefinition {
  const body = [
    declare('int', 'got'),
    assign(got, take(taking, addr, count, array)),
    when(binary(got, '<=', number(0)), [give(EFAULT)]),
    assign(dereference('out'), got),
    give(number(0)),
  ];
  const parameters = [...PARAMETERS, { type: 'int *', name: 'out' } as const];
  return { name, isStatic: true, returns: 'int', parameters, body };
}
