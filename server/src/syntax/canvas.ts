const SPACE = 32;
const UNDERSCORE = 95;

const isLineEnd = (code: number): boolean => code === 10 || code === 13;

/** UTF-16 units turned into a string at once: more would overflow the stack of the call. */
const CHUNK = 8192;

/** A text that is overwritten in place: its length and its line ends never change. */
export class Canvas {
  private readonly units: Uint16Array;

  constructor(text: string) {
    this.units = new Uint16Array(text.length);
    for (let at = 0; at < text.length; at++) this.units[at] = text.charCodeAt(at);
  }

  /** Overwrites a stretch with spaces. */
  blank(start: number, end: number): void {
    for (let at = start; at < end; at++) if (!isLineEnd(this.units[at]!)) this.units[at] = SPACE;
  }

  /** Overwrites what stands at `start`; stops at a line end. */
  write(start: number, text: string): void {
    for (let at = 0; at < text.length; at++) {
      if (start + at >= this.units.length || isLineEnd(this.units[start + at]!)) return;
      this.units[start + at] = text.charCodeAt(at);
    }
  }

  /** Makes one identifier of a stretch without line ends: what cannot stand in a name becomes an underscore. */
  join(start: number, end: number): void {
    for (let at = start; at < end; at++)
      if (!/[\w$]/.test(String.fromCharCode(this.units[at]!))) this.units[at] = UNDERSCORE;
  }

  /** True where a stretch stands on one line. */
  isOneLine(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (isLineEnd(this.units[at]!)) return false;
    return true;
  }

  /** Offset of the first space or tab of a stretch, or -1. */
  roomIn(start: number, end: number): number {
    for (let at = start; at < end; at++) if (this.units[at] === SPACE || this.units[at] === 9) return at;
    return -1;
  }

  toString(): string {
    const parts: string[] = [];
    for (let at = 0; at < this.units.length; at += CHUNK)
      parts.push(String.fromCharCode.apply(null, this.units.subarray(at, at + CHUNK) as unknown as number[]));
    return parts.join('');
  }
}
