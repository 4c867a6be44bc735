import type { MaskNote } from '../syntax/mask.ts';

/** What masking took out of the text, found again by offset. */
export class MacroNotes {
  private readonly iterations = new Map<number, string>();
  private readonly cleanups: { start: number; callee: string }[] = [];
  private readonly caseRanges: number[] = [];

  constructor(notes: readonly MaskNote[]) {
    for (const note of notes) {
      if (note.kind === 'iteration') this.iterations.set(note.start, note.name);
      else if (note.kind === 'cleanup') this.cleanups.push({ start: note.start, callee: note.function });
      else if (note.kind === 'caseRange') this.caseRanges.push(note.start);
    }
  }

  /** The iteration macro whose `while` stands at this offset. */
  iterationAt(offset: number): string | undefined {
    return this.iterations.get(offset);
  }

  /** The function named by `__free(…)` within a declarator. */
  cleanupBetween(start: number, end: number): string | undefined {
    return this.cleanups.find(note => note.start >= start && note.start < end)?.callee;
  }

  caseRangeBetween(start: number, end: number): boolean {
    return this.caseRanges.some(at => at >= start && at < end);
  }
}
