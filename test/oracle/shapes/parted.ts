import { assign, binary, call, element, evaluate, forUp, number, when } from '../ast.ts';
import { type Author, EFAULT, GFP_KERNEL, POINTER_SIZE, releaseAll, releasePage, take } from '../author.ts';

/** All pages in one call, of which the first may be done with before the others: a flag says so. */
export function acquireHeadFirst(author: Author): void {
  const taking = author.taking();
  const count = author.count();
  const { array } = author.array(count, false);
  const got = author.local('int', 'got');
  const first = author.local('int', 'first', number(0));
  const flag = author.parameter('bool', author.fresh('flag'));
  author.emit(assign(got, take(taking, author.userAddress(), count, array)));
  author.emit(when(binary(got, '<=', number(0)), author.fail(EFAULT)));
  author.emit(when(flag, [...releasePage(taking, element(array, number(0))), assign(first, number(1))]));
  const rest = author.choose('rest', ['loop', 'all']);
  author.hold({
    release: () => {
      if (rest === 'all') return [releaseAll(taking, binary(array, '+', first), binary(got, '-', first))];
      const i = author.index();
      return [forUp(i.name, first, binary(i, '<', got), releasePage(taking, element(array, i)))];
    },
  });
}

/** A second array where there is memory for one; without it the function goes on. */
export function trySpare(author: Author): void {
  const spare = author.local('struct page **', 'spare');
  const error = author.local('int', 'err', number(0));
  author.emit(assign(spare, call('kmalloc_array', author.count(), POINTER_SIZE, GFP_KERNEL)));
  author.emit(when(spare, [assign(error, call('prepare_device')), evaluate('kfree', spare)]));
  author.emit(when(error, author.fail(error)));
}
