/**
 * A Map that is copied only when either of two that share it is written: of the states that part at a branch most leave
 * most of what they hold as it is. Entries keep the order in which they were first set. Who goes through it while it is
 * written may be shown it as it was at the beginning.
 */
export class ForkMap<K, V> implements Iterable<[K, V]> {
  private isShared = false;

  /** @param entriesOf belongs to the new map from here on. */
  constructor(private entriesOf: Map<K, V> = new Map()) {}

  /** A copy that goes its own way from here on. */
  fork(): ForkMap<K, V> {
    const copy = new ForkMap(this.entriesOf);
    copy.isShared = true;
    this.isShared = true;
    return copy;
  }

  get size(): number {
    return this.entriesOf.size;
  }

  get(key: K): V | undefined {
    return this.entriesOf.get(key);
  }

  has(key: K): boolean {
    return this.entriesOf.has(key);
  }

  set(key: K, value: V): this {
    this.own();
    this.entriesOf.set(key, value);
    return this;
  }

  delete(key: K): boolean {
    if (!this.entriesOf.has(key)) return false;
    this.own();
    return this.entriesOf.delete(key);
  }

  clear(): void {
    this.entriesOf = new Map();
    this.isShared = false;
  }

  keys(): MapIterator<K> {
    return this.entriesOf.keys();
  }

  values(): MapIterator<V> {
    return this.entriesOf.values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entriesOf[Symbol.iterator]();
  }

  private own(): void {
    if (!this.isShared) return;
    this.entriesOf = new Map(this.entriesOf);
    this.isShared = false;
  }
}
