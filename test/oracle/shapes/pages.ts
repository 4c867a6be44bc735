import {
  address,
  assign,
  binary,
  call,
  type Expression,
  element,
  evaluate,
  forUp,
  member,
  nothing,
  number,
  type Statement,
  type Variable,
  when,
  whileDown,
  whileTrue,
} from '../ast.ts';
import { type Author, EFAULT, PAGE_SIZE, releaseAll, releasePage, type Taking, take } from '../author.ts';

/** Most pages of one batch. */
const BATCH = number(2);

/** One call for all pages, in the ways its answer is looked at. */
export function acquireArray(author: Author): void {
  const taking = author.taking();
  const count = author.count();
  const { array, place } = author.array(count, true);
  const got = author.local('int', 'got');
  author.emit(assign(got, take(taking, author.userAddress(), count, array)));
  const test = author.choose('test', ['!= n', '!= n', '< 0 then < n', '< 0 then != n', '< 0', '<= 0']);
  if (test === '!= n') {
    const partial = when(binary(got, '>', number(0)), author.releaseMany(taking, array, got));
    author.emit(when(binary(got, '!=', count), [partial, ...author.fail(EFAULT)]));
  } else {
    const isAnyFault = test === '<= 0';
    author.emit(
      when(binary(got, isAnyFault ? '<=' : '<', number(0)), author.fail(isAnyFault ? EFAULT : got)),
    );
    if (test.includes('then')) {
      const short = binary(got, test.endsWith('!= n') ? '!=' : '<', count);
      author.emit(when(short, [...author.releaseMany(taking, array, got), ...author.fail(EFAULT)]));
    }
  }
  const isFull = test === '!= n' || test.includes('then');
  const held = isFull && author.random.chance(0.5) ? count : got;
  author.feature(held === got ? 'released:obtained' : 'released:asked');
  author.hold({
    release: () => author.releaseMany(taking, array, held),
    ...author.handOver(place, array, held),
  });
  if (author.random.chance(0.3)) useEach(author, array, held);
  const isOwn = place.endsWith('_array');
  if ((isOwn || place === 'stack') && !author.unwindsByGoto && author.random.chance(0.5))
    author.queue(array, held, isOwn ? 2 : 1);
}

/** Looks at each page; some are passed over. */
function useEach(author: Author, array: Expression, count: Expression): void {
  const i = author.index();
  const use = evaluate('flush_dcache_page', element(array, i));
  const form = author.choose('use', ['each', 'all but one', 'until one fails']);
  const error = form === 'until one fails' ? author.local('int', 'err') : undefined;
  const body: Statement[] = [use];
  if (form === 'all but one') body.unshift(when(binary(i, '==', number(1)), [{ kind: 'continue' }]));
  if (error) {
    author.emit(assign(error, number(0)));
    body.push(assign(error, call('prepare_device')), when(error, [{ kind: 'break' }]));
  }
  author.emit(forUp(i.name, number(0), binary(i, '<', count), body));
  if (error) author.emit(when(error, author.fail(error)));
}

/** One page into a variable. */
export function acquireSingle(author: Author): void {
  const taking = author.taking();
  const page = author.local('struct page *', 'page');
  author.emit(...takeOne(author, taking, page));
  const handOver = (): Statement[] => {
    author.parameter('struct request *', 'req');
    return [assign(member('req', 'page'), page)];
  };
  author.hold({ release: () => author.releaseOne(taking, page), handOver });
  if (author.random.chance(0.3)) {
    author.feature('call:borrows');
    author.emit(evaluate('flush_dcache_page', page));
  }
}

function takeOne(author: Author, taking: Taking, page: Variable): Statement[] {
  const taken = take(taking, author.userAddress(), number(1), address(page));
  const test = author.choose('test', ['one != 1', 'one < 1', 'one <= 0', 'one direct']);
  if (test === 'one direct') return [when(binary(taken, '!=', number(1)), author.fail(EFAULT))];
  const got = author.local('int', 'got');
  const [, operator, limit] = test.split(' ') as ['one', '!=' | '<' | '<=', string];
  return [assign(got, taken), when(binary(got, operator, number(Number(limit))), author.fail(EFAULT))];
}

/** One call a page, in a loop. */
export function acquireByTurns(author: Author): void {
  const taking = author.taking();
  const count = author.count();
  const { array } = author.array(count, false);
  const start = author.userAddress();
  const i = author.local('int', 'i');
  const got = author.local('int', 'got');
  const at = binary(start, '+', binary(i, '*', PAGE_SIZE));
  const taken = take(taking, at, number(1), address(element(array, i)));
  const unwind = (): Statement => whileDown(i.name, releasePage(taking, element(array, i)));
  const isShort = binary(got, '!=', number(1));
  if (author.choose('turns', ['unwind inside', 'break']) === 'break') {
    const body = [assign(got, taken), when(isShort, [{ kind: 'break' }])];
    author.emit(forUp(i.name, number(0), binary(i, '<', count), body));
    author.emit(when(binary(i, '<', count), [unwind(), ...author.fail(EFAULT)]));
  } else {
    const body = [assign(got, taken), when(isShort, [unwind(), ...author.fail(EFAULT)])];
    author.emit(forUp(i.name, number(0), binary(i, '<', count), body));
  }
  author.hold({ release: () => author.releaseMany(taking, array, count) });
}

/** An array that is filled part by part, with a running total. */
export function acquireInBatches(author: Author): void {
  const taking = author.taking();
  const count = author.count();
  const { array, place } = author.array(count, true);
  const start = author.userAddress();
  const done = author.local('int', 'done');
  const got = author.local('int', 'got');
  const rest = binary(count, '-', done);
  const asked = author.choose('batch', ['rest', 'at most two']) === 'rest' ? rest : call('min', rest, BATCH);
  const at = binary(start, '+', binary(done, '*', PAGE_SIZE));
  const next =
    author.choose('part', ['pages + n', '&pages[n]']) === 'pages + n'
      ? binary(array, '+', done)
      : address(element(array, done));
  const taken = assign(got, take(taking, at, asked, next));
  const isEnd = binary(got, '<=', number(0));
  const advance = assign(done, binary(done, '+', got));
  const unwind = (): Statement[] => [...author.releaseMany(taking, array, done), ...author.fail(EFAULT)];
  const goesOn = binary(done, '<', count);
  const form = author.choose('batches', ['while', 'for', 'break']);
  if (form === 'for') {
    author.emit(forUp(done.name, number(0), goesOn, [taken, when(isEnd, unwind())], got));
  } else if (form === 'while') {
    author.emit(assign(done, number(0)));
    author.emit(whileTrue(goesOn, taken, when(isEnd, unwind()), advance));
  } else {
    author.emit(assign(done, number(0)));
    author.emit(whileTrue(goesOn, taken, when(isEnd, [{ kind: 'break' }]), advance));
    author.emit(when(goesOn, unwind()));
  }
  author.hold({
    release: () => author.releaseMany(taking, array, done),
    ...author.handOver(place, array, done),
  });
}

/** Pages that are taken, used and released, batch by batch. */
export function serveInBatches(author: Author): void {
  const taking = author.taking();
  const count = author.count();
  const array = author.local('struct page *[]', 'batch', undefined, 8);
  const start = author.userAddress();
  const done = author.local('int', 'done', number(0));
  const got = author.local('int', 'got');
  const at = binary(start, '+', binary(done, '*', PAGE_SIZE));
  const taken = assign(got, take(taking, at, call('min', binary(count, '-', done), BATCH), array));
  const body: Statement[] = [taken];
  const ends = author.choose('served', ['break', 'fail']);
  body.push(when(binary(got, '<=', number(0)), ends === 'break' ? [{ kind: 'break' }] : author.fail(EFAULT)));
  if (author.random.chance(0.4)) {
    const error = author.local('int', 'err');
    const unwind = [releaseAll(taking, array, got), ...author.fail(error)];
    body.push(assign(error, call('prepare_device')), when(error, unwind));
  }
  body.push(...author.releaseMany(taking, array, got), assign(done, binary(done, '+', got)));
  author.emit(whileTrue(binary(done, '<', count), ...body));
}

/** A page that is only taken where a flag says so. */
export function acquireByFlag(author: Author): void {
  const taking = author.taking();
  const flag = author.parameter('bool', author.fresh('flag'));
  const asks = author.choose('flag', ['flag', 'pointer']);
  const page = author.local('struct page *', 'page', asks === 'pointer' ? nothing : undefined);
  author.emit(when(flag, takeOne(author, taking, page)));
  const condition = asks === 'pointer' ? page : flag;
  author.hold({ release: () => [when(condition, author.releaseOne(taking, page))] });
}
