import { KernelOops } from './kernels.ts';
import { type Machine, PAGE_SIZE, type Page } from './pages.ts';
import { putPage } from './releases.ts';

/** struct pipe_buffer with a page of the pipe's own; offset and length in bytes. */
interface PipeBuffer {
  readonly page: Page;
  length: number;
}

/** A pipe as an ITER_PIPE iterator (up to 6.4) sees it: buffers that it appends and may take back. */
export class Pipe {
  readonly buffers: PipeBuffer[] = [];
  /** i->head: the buffer the iterator stands in. */
  head = 0;
  /** i->last_offset: bytes used of that buffer; 0: right after the last buffer. */
  lastOffset = 0;

  /** @param capacity buffers the pipe takes (max_usage). */
  constructor(readonly capacity: number) {}
}

/** pipe_npages(): how many pages could still be filled, and where in the first one; lib/iov_iter.c:443 (6.1.192). */
export function pipeRoom(pipe: Pipe): { readonly offset: number; readonly pages: number } {
  const free = Math.max(0, pipe.capacity - pipe.buffers.length);
  const partial = pipe.lastOffset > 0 && pipe.lastOffset < PAGE_SIZE;
  return partial ? { offset: pipe.lastOffset, pages: free + 1 } : { offset: 0, pages: free };
}

/** append_pipe(): room for up to a page of `size` bytes; undefined where the pipe is full; lib/iov_iter.c:273 (6.1.192). */
export function appendPipe(
  machine: Machine,
  pipe: Pipe,
  size: number,
): { readonly page: Page; readonly offset: number; readonly bytes: number } | undefined {
  const last = pipe.buffers.at(-1);
  const offset = pipe.lastOffset;
  if (last && offset > 0 && offset < PAGE_SIZE) {
    const bytes = Math.min(size, PAGE_SIZE - offset);
    last.length += bytes;
    pipe.lastOffset += bytes;
    return { page: last.page, offset, bytes };
  }
  if (pipe.buffers.length >= pipe.capacity) return undefined;
  const bytes = Math.min(size, PAGE_SIZE);
  const page = machine.allocate({ kind: 'kernel', order: 0 }).page(0);
  pipe.buffers.push({ page, length: bytes });
  pipe.head = pipe.buffers.length - 1;
  pipe.lastOffset = bytes;
  return { page, offset: 0, bytes };
}

/**
 * pipe_advance(): keeps `size` bytes from the iterator's place on and releases the buffers behind; lib/iov_iter.c:829
 * (6.1.192).
 * @throws KernelOops where the pipe holds less.
 */
export function advancePipe(machine: Machine, pipe: Pipe, size: number): void {
  if (pipe.lastOffset === 0 && size === 0) {
    discardFrom(machine, pipe, 0);
    return;
  }
  let left = size + pipe.lastOffset;
  for (;;) {
    const buffer = pipe.buffers[pipe.head];
    if (!buffer) throw new KernelOops('a pipe iterator is advanced over what was never appended');
    if (left <= buffer.length) {
      buffer.length = left;
      pipe.lastOffset = left;
      break;
    }
    left -= buffer.length;
    pipe.head++;
  }
  discardFrom(machine, pipe, pipe.head + 1);
}

/** The pipe's part of iov_iter_revert(): takes back the last bytes appended. */
export function revertPipe(machine: Machine, pipe: Pipe, unroll: number): void {
  let left = unroll;
  for (let last = pipe.buffers.at(-1); last; last = pipe.buffers.at(-1)) {
    if (left < last.length) {
      last.length -= left;
      pipe.lastOffset = last.length;
      pipe.head = pipe.buffers.length - 1;
      return;
    }
    left -= last.length;
    discardFrom(machine, pipe, pipe.buffers.length - 1);
  }
  pipe.lastOffset = 0;
  pipe.head = 0;
}

function discardFrom(machine: Machine, pipe: Pipe, first: number): void {
  for (const buffer of pipe.buffers.splice(first)) putPage(machine, buffer.page);
}
