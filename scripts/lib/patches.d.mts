/** A row of the corpus; the functions here know what stands in it. */
export interface Fix {
  readonly id: string;
  readonly class: string;
  readonly function: string;
}

export const SIX: readonly string[];
export function missing(): string | undefined;
export function fixes(ids?: readonly string[]): Fix[];
export function replyTo(row: Fix): { status: number | null; reply: string; stderr: string };
export function namesBug(row: Fix, reply: string): boolean;
