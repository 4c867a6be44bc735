import { isKnownFunction } from '../semantics/table.ts';
import { indexSource, type SourceFunction, tagsIn } from '../syntax/sources.ts';
import type { Source, Sources } from './sources.ts';

/** A function of another file that is read behind a file's own text. */
export interface Slice {
  readonly source: Source;
  readonly function: SourceFunction;
  readonly text: string;
  /** It is looked at for itself, as it has to do with the same members; else only where it is called. */
  readonly isEvidence: boolean;
}

/** A member of a struct, by tag and name. */
export interface TaggedMember {
  readonly tag: string;
  readonly member: string;
}

/** Calls from file to file that are followed. */
const MAX_STEPS = 3;
/** UTF-16 units of other files' functions that are read behind a file. */
const MAX_LENGTH = 60_000;
/** Functions with more text are left to themselves. */
const MAX_FUNCTION = 12_000;

/**
 * The functions of other files that a file has to do with: those it calls that take or give back pages, and those that
 * deal with pages in the same members of the same structs.
 * @param path absolute path of the file.
 * @param pageMembers asked for the members that hold pages in the structs of its headers.
 */
export function slicesFor(
  path: string,
  text: string,
  sources: Sources,
  pageMembers: () => readonly TaggedMember[],
): Slice[] {
  const siblings = sources.beside(path);
  const own = indexSource(text);
  const collector = new Collector(path, byName(own.functions), sources, siblings);
  collector.addCallees(own.functions.flatMap(({ calls }) => calls));
  if (siblings.length === 0) return collector.slices();
  const members = new Set(own.functions.flatMap(each => each.members));
  const tags = new Set(tagsIn(text));
  const shared = pageMembers().filter(({ tag, member }) => tags.has(tag) && members.has(member));
  if (shared.length > 0) collector.addEvidence(shared);
  return collector.slices();
}

/** Names stand for one function each: what would call another one of the same name is left to itself. */
class Collector {
  private readonly found = new Map<string, Slice>();
  private readonly texts = new Map<Source, string>();
  private length = 0;

  constructor(
    private readonly path: string,
    private readonly own: ReadonlyMap<string, SourceFunction>,
    private readonly sources: Sources,
    private readonly siblings: readonly Source[],
  ) {}

  slices(): Slice[] {
    return [...this.found.values()];
  }

  /** Functions with these names, and what they call in turn. */
  addCallees(names: readonly string[], step = 0): void {
    if (step === MAX_STEPS) return;
    for (const name of names) {
      if (this.own.has(name) || this.found.has(name) || isKnownFunction(name)) continue;
      const source = this.definingSource(name);
      const callee = source?.moving.get(name);
      if (source && callee) this.add(source, callee, false, step);
    }
  }

  addEvidence(shared: readonly TaggedMember[]): void {
    for (const source of this.siblings) {
      const names = new Set(shared.filter(({ tag }) => source.tags.has(tag)).map(({ member }) => member));
      if (names.size === 0) continue;
      for (const each of source.functions)
        if (each.members.some(member => names.has(member)) && !this.own.has(each.name))
          this.add(source, each, true, 0);
    }
  }

  /** The one file that defines a function for others: a sibling, else one somewhere in the tree. */
  private definingSource(name: string): Source | undefined {
    const siblings = this.siblings.filter(source => source.moving.get(name)?.isStatic === false);
    const [only, ...others] = siblings.length > 0 ? siblings : this.sources.defining(name, this.path);
    return others.length === 0 && only?.moving.get(name)?.hasPointers ? only : undefined;
  }

  private add(source: Source, model: SourceFunction, isEvidence: boolean, step: number): void {
    const length = model.end - model.start;
    const known = this.found.get(model.name);
    if (known) {
      if (isEvidence && known.source === source) this.found.set(model.name, { ...known, isEvidence });
      return;
    }
    if (length > MAX_FUNCTION || this.length + length > MAX_LENGTH || this.clashes(source, model)) return;
    this.length += length;
    const text = this.textOf(source).slice(model.start, model.end);
    this.found.set(model.name, { source, function: model, text, isEvidence });
    for (const name of model.calls) {
      const callee = source.moving.get(name);
      if (callee) this.add(source, callee, false, step);
    }
    this.addCallees(model.calls, step + 1);
  }

  private textOf(source: Source): string {
    const text = this.texts.get(source) ?? this.sources.text(source);
    this.texts.set(source, text);
    return text;
  }

  /** Whether a call in a function, or one to it, would lead to another function than it does in its file. */
  private clashes(source: Source, model: SourceFunction): boolean {
    const own = byName(source.functions);
    const isAnother = (name: string): boolean => {
      const found = this.found.get(name);
      const namesake = this.own.get(name) ?? (found?.source === source ? undefined : found?.function);
      return namesake !== undefined && (namesake.isStatic || own.has(name));
    };
    const isCalledElsewhere = (): boolean =>
      [...this.found.values()].some(
        each => each.source !== source && each.function.calls.includes(model.name),
      );
    return model.calls.some(isAnother) || (model.isStatic && isCalledElsewhere());
  }
}

const byName = (functions: readonly SourceFunction[]): ReadonlyMap<string, SourceFunction> =>
  new Map(functions.map(each => [each.name, each]));
