import {
  address,
  assign,
  binary,
  call,
  constant,
  type Expression,
  element,
  evaluate,
  forUp,
  member,
  nothing,
  number,
  type Statement,
  type Variable,
  variable,
  when,
} from '../ast.ts';
import { type Author, EFAULT, type HoldKind, PAGE_SIZE, STACK_SLOTS, type Taking } from '../author.ts';

type Source = 'ubuf' | 'kvec' | 'given';

interface Iterator {
  readonly source: Source;
  readonly at: Expression;
  readonly isSource: boolean;
}

/** Pages out of an iterator, by what the era offers. */
export function extract(author: Author): void {
  // References to the pages of a kvec are refused in this era, and said to be wrong at once.
  const sources = ['ubuf', 'given', 'given', ...(author.era === 'get-pages' ? [] : ['kvec'])] as Source[];
  const iterator = iteratorOf(author, author.choose('iterator', sources));
  const isAllocated = author.random.chance(0.4);
  author.feature(isAllocated ? 'array:by extraction' : 'array:stack');
  const length = author.parameter('size_t', 'len');
  const slots = isAllocated ? undefined : author.local('struct page *[]', 'slots', undefined, STACK_SLOTS);
  const pages = author.local('struct page **', 'pages', slots ?? nothing);
  const offset = author.local('size_t', 'offset');
  const bytes = author.local('ssize_t', 'bytes');
  const npages = author.local(author.random.pick(['int', 'unsigned int']), 'npages');
  const release = releaseBy(author, iterator, pages, npages);
  author.emit(assign(bytes, extraction(author, iterator.at, pages, length, isAllocated, offset)));
  const freeing = isAllocated ? [evaluate('kvfree', pages)] : [];
  author.emit(when(binary(bytes, '<=', number(0)), [...freeing, ...author.fail(EFAULT)]));
  author.emit(assign(npages, call('DIV_ROUND_UP', binary(offset, '+', bytes), PAGE_SIZE)));
  if (isAllocated) author.hold({ release: () => [evaluate('kvfree', pages)] });
  author.hold({ release });
}

function extraction(
  { era }: Author,
  iterator: Expression,
  pages: Variable,
  length: Expression,
  isAllocated: boolean,
  offset: Variable,
): Expression {
  const start = address(offset);
  if (era !== 'get-pages') {
    const slots = number(STACK_SLOTS);
    return call('iov_iter_extract_pages', iterator, address(pages), length, slots, number(0), start);
  }
  return isAllocated
    ? call('iov_iter_get_pages_alloc2', iterator, address(pages), length, start)
    : call('iov_iter_get_pages2', iterator, pages, length, number(STACK_SLOTS), start);
}

/** What gives the pages back; a question that must be asked before the extraction is asked here. */
function releaseBy(
  author: Author,
  { source, at, isSource }: Iterator,
  pages: Variable,
  npages: Variable,
): () => Statement[] {
  const of = (kind: HoldKind): Taking => ({ kind, isWritable: false });
  if (author.era === 'get-pages') return () => author.releaseMany(of('get'), pages, npages);
  const asks = source === 'given' || author.random.chance(0.3);
  if (!asks) {
    author.feature('asks:never');
    if (source === 'kvec') return () => [];
    const kind = author.era === 'extract-mode' && isSource ? 'get' : 'pin';
    return () => author.releaseMany(of(kind), pages, npages);
  }
  if (author.era === 'extract-mode') return releaseByMode(author, at, pages, npages);
  const question = author.choose('question', ['iov_iter_extract_will_pin', 'user_backed_iter']);
  const ask = call(question, at);
  const form = author.choose('asks', ['now', 'before', 'into the object']);
  let condition: Expression = ask;
  if (form === 'before') {
    condition = author.local('bool', 'pinned');
    author.emit(assign(condition as Variable, ask));
  } else if (form === 'into the object') {
    author.parameter('struct request *', 'req');
    const flag = member('req', 'pinned');
    author.emit(assign(flag, ask));
    condition = flag;
  }
  return () => [when(condition, author.releaseMany(of('pin'), pages, npages))];
}

function releaseByMode(author: Author, at: Expression, pages: Variable, npages: Variable): () => Statement[] {
  author.feature('asks:mode');
  const mode = author.local('unsigned int', 'mode');
  author.emit(assign(mode, call('iov_iter_extract_mode', at, number(0))));
  const i = author.index();
  return () => [
    forUp(i.name, number(0), binary(i, '<', npages), [evaluate('page_put_unpin', element(pages, i), mode)]),
  ];
}

function iteratorOf(author: Author, source: Source): Iterator {
  if (source === 'given')
    return { source, at: author.parameter('struct iov_iter *', author.fresh('iter')), isSource: false };
  const length = author.parameter('size_t', 'len');
  const at = address(author.local('struct iov_iter', 'local'));
  const isSource = author.choose('direction', ['dest', 'source']) === 'source';
  const direction = isSource ? constant('ITER_SOURCE', 1) : constant('ITER_DEST', 0);
  if (source === 'ubuf') {
    const user = author.parameter('void __user *', 'ubuf');
    author.emit(evaluate('iov_iter_ubuf', at, direction, user, length));
  } else {
    author.parameter('void *', 'buf');
    const kvec = address(variable(author.local('struct kvec', 'kv').name));
    author.emit(evaluate('iov_iter_kvec', at, direction, kvec, number(1), length));
  }
  return { source, at, isSource };
}
