import {
  address,
  assign,
  binary,
  call,
  constant,
  declare,
  evaluate,
  type FunctionDefinition,
  give,
  jump,
  label,
  member,
  not,
  nothing,
  number,
  type Statement,
  variable,
  when,
} from '../ast.ts';
import {
  type Author,
  EFAULT,
  ENOMEM,
  GFP_KERNEL,
  POINTER_SIZE,
  type Resource,
  releaseAll,
  type Taking,
  take,
} from '../author.ts';

const BUFFER_SIZE = constant('sizeof(struct buffer)', 96, 'size_t');

/** Where an object keeps its pages. */
type Storage = 'array' | 'slots';

const pagesOf = (buf: string, storage: Storage) => member(buf, storage === 'array' ? 'pages' : 'slots');

/** An object with pages, made and freed here or by helpers, and kept, published or given away. */
export function acquireObject(author: Author): void {
  const storage = author.choose('storage', ['array', 'slots']);
  const taking = author.takingOf(storage);
  const made = author.choose('object', ['inline', 'returned or NULL', 'returned or error']);
  const buf = author.local('struct buffer *', 'buf');
  if (made === 'inline') {
    fillInline(author, taking, storage, buf.name);
    return;
  }
  const free = freeHelper(author, taking, storage);
  const make = makeHelper(author, taking, storage, made === 'returned or error');
  author.emit(assign(buf, call(make, author.userAddress(), author.count())));
  if (made === 'returned or NULL') author.emit(when(not(buf), author.fail(ENOMEM)));
  else author.emit(when(call('IS_ERR', buf), author.fail(call('PTR_ERR', buf))));
  const resource: Resource = {
    release: () => [evaluate(free, buf)],
    handOver: () => {
      author.parameter('struct request *', 'req');
      return [assign(member('req', 'buffer'), buf)];
    },
  };
  author.hold(resource);
  if (!author.unwindsByGoto && author.random.chance(0.5)) submit(author, buf.name, free);
}

/** Somebody else takes the object over, unless that fails; for good, or until a callback frees it. */
function submit(author: Author, buf: string, free: string): void {
  const form = author.choose('submits', ['for good', 'with a callback', 'as work']);
  const object = variable(buf);
  if (form === 'as work') {
    const work = address(member(buf, 'work'));
    const run = workHelper(author, free);
    author.emit(
      evaluate('INIT_WORK', work, { kind: 'function', name: run }),
      evaluate('schedule_work', work),
    );
    author.forget(1);
    return;
  }
  const taken =
    form === 'for good'
      ? call('submit_buffer', object)
      : call('submit_buffer_async', object, { kind: 'function', name: free });
  const error = author.local('int', 'err');
  author.emit(assign(error, taken), when(error, author.fail(error)));
  author.forget(1);
}

/** Frees the object in which a work item lies. */
function workHelper(author: Author, free: string): string {
  const name = `${free}_work`;
  const buffer = call('container_of', variable('work'), constant('struct buffer', 0), constant('work', 0));
  return author.helper(name, () => ({
    name,
    isStatic: true,
    returns: 'void',
    parameters: [{ type: 'struct work_struct *', name: 'work' }],
    body: [declare('struct buffer *', 'buf', buffer), evaluate(free, variable('buf'))],
  }));
}

function fillInline(author: Author, taking: Taking, storage: Storage, buf: string): void {
  const count = author.count();
  author.emit(assign(variable(buf), call('kzalloc', BUFFER_SIZE, GFP_KERNEL)));
  author.emit(when(not(variable(buf)), author.fail(ENOMEM)));
  author.hold({ release: () => [evaluate('kfree', variable(buf))] });
  const pages = pagesOf(buf, storage);
  if (storage === 'array') {
    author.emit(assign(pages, call('kmalloc_array', count, POINTER_SIZE, GFP_KERNEL)));
    author.emit(when(not(pages), author.fail(ENOMEM)));
    author.hold({ release: () => [evaluate('kfree', pages)] });
  }
  const got = author.local('int', 'got');
  author.emit(assign(got, take(taking, author.userAddress(), count, pages)));
  author.emit(when(binary(got, '<=', number(0)), author.fail(EFAULT)));
  const nr = member(buf, 'nr');
  const isKept = author.random.chance(0.6);
  author.feature(isKept ? 'number:in the object' : 'number:local');
  if (isKept) author.emit(assign(nr, got));
  author.hold({ release: () => author.releaseMany(taking, pages, isKept ? nr : got) });
}

const nameOf = (verb: string, { kind, isWritable }: Taking, storage: Storage): string =>
  `${verb}_${kind}${isWritable ? '_writable' : ''}_${storage}`;

function freeHelper(author: Author, taking: Taking, storage: Storage): string {
  const name = nameOf('free', taking, storage);
  return author.helper(name, () => {
    const pages = pagesOf('buf', storage);
    const body: Statement[] = [releaseAll(taking, pages, member('buf', 'nr'))];
    if (storage === 'array') body.push(evaluate('kfree', pages));
    body.push(evaluate('kfree', variable('buf')));
    const parameters = [{ type: 'struct buffer *', name: 'buf' } as const];
    return { name, isStatic: true, returns: 'void', parameters, body };
  });
}

/** Allocates, takes pages, and undoes all of it where something fails. */
function makeHelper(author: Author, taking: Taking, storage: Storage, givesError: boolean): string {
  const name = nameOf(givesError ? 'try' : 'make', taking, storage);
  return author.helper(name, (): FunctionDefinition => {
    const [addr, count, buf, got] = ['addr', 'count', 'buf', 'got'].map(variable);
    const pages = pagesOf('buf', storage);
    const nothingMade = (error: typeof ENOMEM): Statement =>
      give(givesError ? call('ERR_PTR', error) : nothing);
    const body: Statement[] = [
      declare('struct buffer *', 'buf'),
      declare('int', 'got'),
      assign(buf!, call('kzalloc', BUFFER_SIZE, GFP_KERNEL)),
      when(not(buf!), [nothingMade(ENOMEM)]),
    ];
    if (storage === 'array') {
      body.push(assign(pages, call('kmalloc_array', count!, POINTER_SIZE, GFP_KERNEL)));
      body.push(when(not(pages), [jump('free_buffer')]));
    }
    body.push(
      assign(got!, take(taking, addr!, count!, pages)),
      when(binary(got!, '!=', count!), [
        when(binary(got!, '>', number(0)), [releaseAll(taking, pages, got!)]),
        jump('free_pages'),
      ]),
      assign(member('buf', 'nr'), got!),
      give(buf),
      label('free_pages'),
    );
    if (storage === 'array') body.push(evaluate('kfree', pages), label('free_buffer'));
    body.push(evaluate('kfree', buf!), nothingMade(EFAULT));
    const parameters = [
      { type: 'unsigned long', name: 'addr' },
      { type: 'int', name: 'count' },
    ] as const;
    return { name, isStatic: true, returns: 'struct buffer *', parameters, body };
  });
}
