import type { Span } from '../base/text.ts';
import type { Block, Expression, Instruction, Terminator, Variable } from './model.ts';
import { BOOL, type Type, type TypeTable } from './types.ts';

/** A lexical scope: its names, and the locals whose `__free` function runs at its end. */
interface Scope {
  readonly parent: Scope | undefined;
  readonly names: Map<string, Variable | 'global'>;
  readonly cleanups: { readonly variable: Variable; readonly callee: string }[];
}

interface PendingGoto {
  readonly label: string;
  readonly from: Block;
  readonly scope: Scope;
  readonly span: Span;
}

/** Lets statements and expressions be lowered block by block; owns scopes, labels and jump targets. */
export class FunctionBuilder {
  readonly blocks: Block[] = [];
  current: Block;
  private scope: Scope = { parent: undefined, names: new Map(), cleanups: [] };
  private readonly labels = new Map<string, { block: Block; scope: Scope }>();
  private readonly gotos: PendingGoto[] = [];
  private readonly breakTargets: { block: Block; scope: Scope }[] = [];
  private readonly continueTargets: { block: Block; scope: Scope }[] = [];
  private variableCount = 0;

  constructor(
    readonly text: string,
    readonly types: TypeTable,
  ) {
    this.current = this.newBlock({ start: 0, end: 0 });
  }

  newBlock(span: Span): Block {
    const block: Block = { id: this.blocks.length, instructions: [], terminator: { kind: 'stop', span } };
    this.blocks.push(block);
    return block;
  }

  emit(instruction: Instruction): void {
    this.current.instructions.push(instruction);
  }

  /** Ends the current block and goes on in `next`; without it, in a block that nothing reaches. */
  finish(terminator: Terminator, next?: Block): void {
    this.current.terminator = terminator;
    this.current = next ?? this.newBlock(terminator.span);
  }

  jump(target: Block, span: Span, next: Block = target): void {
    this.finish({ kind: 'jump', target, span }, next);
  }

  variable(name: string, type: Type, kind: Variable['kind'], span: Span): Variable {
    const variable = { id: this.variableCount++, name, type, kind, span };
    if (kind !== 'temporary') this.scope.names.set(name, variable);
    return variable;
  }

  temporary(type: Type, span: Span): Expression & { kind: 'variable' } {
    const variable = this.variable('', type, 'temporary', span);
    return { kind: 'variable', variable, type, span };
  }

  /** A name that hides outer locals but lives as long as the kernel: a static local. */
  declareGlobal(name: string): void {
    this.scope.names.set(name, 'global');
  }

  lookup(name: string): Variable | undefined {
    for (let scope: Scope | undefined = this.scope; scope; scope = scope.parent) {
      const found = scope.names.get(name);
      if (found) return found === 'global' ? undefined : found;
    }
    return;
  }

  /** The locals in scope, innermost first, with the function that cleans each up. */
  addCleanup(variable: Variable, callee: string): void {
    this.scope.cleanups.push({ variable, callee });
  }

  inScope(span: Span, body: () => void): void {
    this.scope = { parent: this.scope, names: new Map(), cleanups: [] };
    body();
    this.runCleanups(this.scope, this.scope.parent, span);
    this.scope = this.scope.parent!;
  }

  inLoop(breakTo: Block, continueTo: Block, body: () => void): void {
    this.continueTargets.push({ block: continueTo, scope: this.scope });
    this.inBreakable(breakTo, body);
    this.continueTargets.pop();
  }

  inBreakable(breakTo: Block, body: () => void): void {
    this.breakTargets.push({ block: breakTo, scope: this.scope });
    body();
    this.breakTargets.pop();
  }

  leave(how: 'break' | 'continue', span: Span): void {
    const target = (how === 'break' ? this.breakTargets : this.continueTargets).at(-1);
    if (!target) {
      this.finish({ kind: 'stop', span });
      return;
    }
    this.runCleanups(this.scope, target.scope, span);
    this.finish({ kind: 'jump', target: target.block, span, reason: how });
  }

  label(name: string, span: Span): void {
    const block = this.newBlock(span);
    this.labels.set(name, { block, scope: this.scope });
    this.jump(block, span);
  }

  goto(label: string, span: Span): void {
    this.gotos.push({ label, from: this.current, scope: this.scope, span });
    this.finish({ kind: 'stop', span });
  }

  returnValue(value: Expression | undefined, span: Span): void {
    let kept = value;
    if (value && this.hasCleanups()) {
      const place = this.temporary(value.type, value.span);
      this.emit({ kind: 'assign', place, value, span: value.span });
      kept = place;
    }
    this.runCleanups(this.scope, undefined, span);
    this.finish({ kind: 'return', value: kept, span });
  }

  /** Binds the gotos once all labels are known. */
  resolveGotos(): void {
    for (const pending of this.gotos) {
      const target = this.labels.get(pending.label);
      if (!target) continue;
      this.current = pending.from;
      this.runCleanups(pending.scope, target.scope, pending.span);
      this.current.terminator = { kind: 'jump', target: target.block, span: pending.span, reason: 'goto' };
    }
  }

  private hasCleanups(): boolean {
    for (let scope: Scope | undefined = this.scope; scope; scope = scope.parent)
      if (scope.cleanups.length > 0) return true;
    return false;
  }

  /** Emits the cleanup calls of all scopes from `from` up to, not including, the scope that also holds `to`. */
  private runCleanups(from: Scope, to: Scope | undefined, span: Span): void {
    const kept = new Set<Scope>();
    for (let scope = to; scope; scope = scope.parent) kept.add(scope);
    for (let scope: Scope | undefined = from; scope && !kept.has(scope); scope = scope.parent) {
      for (const { variable, callee } of [...scope.cleanups].reverse())
        this.emit({
          kind: 'call',
          result: undefined,
          callee,
          target: undefined,
          arguments: [{ kind: 'variable', variable, type: variable.type, span }],
          span,
          calleeSpan: span,
          implicit: true,
        });
    }
  }
}

export const constant = (value: number, span: Span, type: Type = BOOL): Expression => ({
  kind: 'constant',
  value,
  type,
  span,
});
