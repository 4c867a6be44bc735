import { type Kernel, type KernelVersion, kernelOf } from '../../server/src/semantics/machine/kernels.ts';
import { AddressSpace } from '../../server/src/semantics/machine/memory.ts';
import { Machine, type Page } from '../../server/src/semantics/machine/pages.ts';
import { UserMemory } from './userMemory.ts';

/** A process on a machine of its own. */
export function process(kernel: Kernel | KernelVersion): AddressSpace {
  return new AddressSpace(new Machine(typeof kernel === 'string' ? kernelOf(kernel) : kernel));
}

/** Maps an area as the recorder would: its first address. */
export function mapped(mm: AddressSpace, kind: string, state: string): number {
  const memory = new UserMemory(mm.machine, mm);
  const start = memory.reserve(kind, state.length);
  memory.place(kind, start, state.length, state);
  return start;
}

/** Written anonymous memory: its first address. */
export function anonymous(mm: AddressSpace, pages = 4): number {
  return mapped(mm, 'anon', 'T'.repeat(pages));
}

/** The pages of a fresh folio of the kernel. */
export function kernelPages(mm: AddressSpace, order: number): Page[] {
  const folio = mm.machine.allocate({ kind: 'kernel', order });
  return Array.from({ length: folio.length }, (_, k) => folio.page(k));
}
