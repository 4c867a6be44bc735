/** Slots at the start; a power of two. */
const FIRST_SIZE = 256;

/**
 * A map from two ids, of which the first is not 0. Of the millions of sums that an analysis asks for nearly all are
 * known: a Map would need a number or a text made for each question.
 */
export class PairMap<T> {
  /** Open addressing: the pair of slot i stands at 2i and 2i + 1; a first id of 0 is a free slot. */
  private ids = new Int32Array(2 * FIRST_SIZE);
  private values: (T | undefined)[] = new Array<T | undefined>(FIRST_SIZE);
  private used = 0;

  get(first: number, second: number): T | undefined {
    return this.values[this.slotOf(first, second)];
  }

  set(first: number, second: number, value: T): void {
    let slot = this.slotOf(first, second);
    if (this.ids[2 * slot] === 0) {
      this.used++;
      if (2 * this.used > this.values.length) {
        this.grow();
        slot = this.slotOf(first, second);
      }
      this.ids[2 * slot] = first;
      this.ids[2 * slot + 1] = second;
    }
    this.values[slot] = value;
  }

  /** The slot of a pair, or the free one where it belongs. */
  private slotOf(first: number, second: number): number {
    const { ids } = this;
    const last = this.values.length - 1;
    const mixed = Math.imul(Math.imul(first, 0x9e3779b1) ^ second, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & last;
    while (ids[2 * slot] !== 0 && (ids[2 * slot] !== first || ids[2 * slot + 1] !== second))
      slot = (slot + 1) & last;
    return slot;
  }

  private grow(): void {
    const { ids, values } = this;
    this.ids = new Int32Array(2 * ids.length);
    this.values = new Array<T | undefined>(2 * values.length);
    for (let old = 0; old < values.length; old++) {
      if (ids[2 * old] === 0) continue;
      const slot = this.slotOf(ids[2 * old]!, ids[2 * old + 1]!);
      this.ids[2 * slot] = ids[2 * old]!;
      this.ids[2 * slot + 1] = ids[2 * old + 1]!;
      this.values[slot] = values[old];
    }
  }
}
