import { fork } from '../../../server/src/semantics/machine/fork.ts';
import type { Kernel } from '../../../server/src/semantics/machine/kernels.ts';
import { AddressSpace } from '../../../server/src/semantics/machine/memory.ts';
import { type Folio, Machine } from '../../../server/src/semantics/machine/pages.ts';
import { UserMemory } from '../userMemory.ts';

/** What counts and dirty bits were at one moment, by folio. */
export type Moment = ReadonlyMap<
  Folio,
  { readonly refs: number; readonly pins: number; readonly dirty: boolean }
>;

/** References and pins, added. */
export type Change = readonly [refs: number, pins: number];

/** References of the zero page at the start: the kernel itself has many. */
const ZERO_REFERENCES = 100_000;

/** A machine that remembers every folio it gave out, and a process on it. */
export class Scene {
  readonly machine: Machine;
  readonly mm: AddressSpace;
  readonly memory: UserMemory;
  private readonly folios: Folio[] = [];

  constructor(kernel: Kernel) {
    this.machine = new Machine(kernel);
    this.folios.push(this.machine.zero);
    const allocate = this.machine.allocate.bind(this.machine);
    this.machine.allocate = wanted => {
      const folio = allocate(wanted);
      this.folios.push(folio);
      return folio;
    };
    this.machine.zero.refs = ZERO_REFERENCES;
    this.mm = new AddressSpace(this.machine);
    this.memory = new UserMemory(this.machine, this.mm);
  }

  /** Maps user memory; `forked`: a child shares it from then on. @returns its first address. */
  place(kind: string, state: string, forked = false): number {
    const start = this.memory.reserve(kind, state.length);
    this.memory.place(kind, start, state.length, state);
    if (forked) fork(this.mm);
    return start;
  }

  now(): Moment {
    return new Map(
      this.folios.map(folio => [folio, { refs: folio.refs, pins: folio.pins, dirty: folio.dirty }]),
    );
  }

  /** What has changed since. A folio that is new has the one reference of whoever wanted it, unless that is gone too. */
  changes(since: Moment): Map<Folio, Change> {
    const changed = new Map<Folio, Change>();
    for (const folio of this.folios) {
      const { refs, pins } = since.get(folio) ?? { refs: folio.freed ? 0 : 1, pins: 0 };
      if (folio.refs !== refs || folio.pins !== pins)
        changed.set(folio, [folio.refs - refs, folio.pins - pins]);
    }
    return changed;
  }

  /** The folios that have become dirty since. */
  dirtied(since: Moment): Folio[] {
    return [...since].filter(([folio, { dirty }]) => folio.dirty && !dirty).map(([folio]) => folio);
  }
}

/** Changes in words, in a stable order. */
export function changeText(changes: ReadonlyMap<Folio, Change>): string {
  const parts = [...changes].map(([{ kind, order }, [refs, pins]]) => `${kind}/${order} ${refs}+${pins}`);
  return parts.length ? parts.sort().join(', ') : 'nothing';
}
