import type { CallInstruction, Expression, FunctionModel, Program } from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS, type Type } from '../program/types.ts';
import { type FunctionRow, RESULT } from '../semantics/effects.ts';
import type { EffectTable } from '../semantics/table.ts';
import type { AcquisitionSite } from './analyse.ts';
import { isBorrowed } from './borrowing.ts';
import { isJudgedAtCallers } from './callers.ts';
import { isGlobal, isMember, isPagesOnly, type Location, variableLocation } from './locations.ts';
import type { PageFlow } from './pageFlow.ts';

/** What the pages at some place can be, by where everything goes over the whole file, whatever the path. */
export interface Provenance {
  /** The acquiring calls that they can come from. */
  readonly sites: readonly AcquisitionSite[];
  /** Nobody of whom nothing is known can have put pages there. */
  readonly isKnown: boolean;
  /** Nothing but those calls can have put pages there. */
  readonly isWhole: boolean;
  /** They were found again by a number or an address. */
  readonly isByNumber: boolean;
  /** Pages of others lie there as well: allocated ones, such as were found by an address, or were given by other files. */
  readonly isMixed: boolean;
  /** The members that they lie in on the way. */
  readonly members: ReadonlySet<Location>;
}

/** What makes a container, an sg table say, has put no pages there yet. */
const MAKES = /alloc|create|init/;

const isPagePointers = (type: Type): boolean => isPointerToStruct(type, PAGE_TAGS, 2);

const isConstant = (value: Expression): boolean =>
  value.kind === 'constant' || (value.kind === 'cast' && isConstant(value.operand));

/** Finds the calls that pages may come from. */
export class Provenances {
  /** Where acquiring calls put pages. */
  private readonly taken = new Map<Location, AcquisitionSite[]>();
  /** Locations into which something of which nothing is known may put pages. */
  private readonly others = new Set<Location>();
  /** Locations into which other calls of the table put pages: these carry another hold, or none. */
  private readonly byTable = new Set<Location>();
  /** Parameters that callers of other files may give anything. */
  private readonly open = new Set<Location>();
  private readonly known = new Map<string, Provenance>();

  constructor(
    private readonly program: Program,
    private readonly table: EffectTable,
    private readonly flow: PageFlow,
    readonly sites: readonly AcquisitionSite[],
  ) {
    for (const site of sites)
      for (const location of flow.acquired(site.function, site.call, site.effect))
        this.taken.set(location, [...(this.taken.get(location) ?? []), site]);
    for (const model of program.functions.values()) this.read(model);
  }

  /** Where the pages at these locations can come from. */
  of(locations: readonly Location[]): Provenance {
    const key = locations.join('|');
    const known = this.known.get(key) ?? this.find(locations);
    this.known.set(key, known);
    return known;
  }

  private find(locations: readonly Location[]): Provenance {
    const seen = new Set(locations);
    const sites = new Set<AcquisitionSite>();
    let isKnown = locations.length > 0;
    let isByNumber = false;
    for (const location of seen) {
      for (const site of this.taken.get(location) ?? []) sites.add(site);
      if (this.flow.byNumber.has(location)) {
        isByNumber = true;
        if (this.isNumberGiven(location)) isKnown = false;
        continue;
      }
      const sources = this.flow.sourcesOf(location);
      // Beside a pointer, a number only says how far behind it.
      const pointers = sources.filter(each => this.flow.typeOf(each)?.kind !== 'integer');
      if (this.isOthers(location, pointers)) isKnown = false;
      for (const source of pointers) seen.add(source);
    }
    const members = new Set([...seen].filter(isMember));
    const isTaken = [...seen].some(each => this.byTable.has(each));
    const isMixed =
      isByNumber || isTaken || [...seen].some(each => this.open.has(each) && this.flow.isPage(each));
    if (isByNumber) for (const site of this.named()) sites.add(site);
    const isWhole = isKnown && !isTaken && (!isByNumber || this.isOneKind());
    return { sites: [...sites], isKnown, isWhole, isByNumber, isMixed, members };
  }

  /** Whether the number of a page may be one that another file gives: that of any page. */
  private isNumberGiven(location: Location): boolean {
    const seen = new Set([location]);
    for (const each of seen) {
      if (this.open.has(each)) return true;
      for (const source of this.flow.sourcesOf(each)) seen.add(source);
    }
    return false;
  }

  /** The calls whose pages were given a number. */
  private named(): AcquisitionSite[] {
    return this.sites.filter(site => {
      const reached = this.flow.reachedBy(site.function, site.call, site.effect);
      return [...reached].some(each => this.flow.numbered.has(each));
    });
  }

  /** Whether all pages to which the file gives numbers carry the same hold, so that one can only be that of such a page. */
  private isOneKind(): boolean {
    const [first, ...more] = this.sites;
    return (
      first !== undefined &&
      more.every(({ effect }) => effect.hold === first.effect.hold) &&
      ![...this.flow.reachedFrom(this.byTable)].some(
        each => this.flow.numbered.has(each) && this.flow.isPage(each),
      )
    );
  }

  /** Whether somebody who is not followed may have put pages there. */
  private isOthers(location: Location, pointers: readonly Location[]): boolean {
    if (this.others.has(location) || this.open.has(location)) return true;
    if (pointers.length > 0 || this.taken.has(location) || this.byTable.has(location)) return false;
    const type = this.flow.typeOf(location);
    if (isMember(location) || isGlobal(location)) return type === undefined || isPagesOnly(type);
    return false;
  }

  private read(model: FunctionModel): void {
    if (!isJudgedAtCallers(this.program, model))
      for (const { id } of model.parameters) this.open.add(variableLocation(model, id));
    for (const block of model.blocks)
      for (const each of block.instructions)
        if (each.kind === 'call') this.call(model, each);
        else if (each.kind === 'assign') this.assign(model, each.place, each.value);
  }

  /** A page that comes from nowhere in view. */
  private assign(model: FunctionModel, place: Expression, value: Expression): void {
    if (isConstant(value) || !isPagesOnly(place.type)) return;
    if (this.flow.locate(model, value).length === 0) this.add(model, place);
  }

  private call(model: FunctionModel, call: CallInstruction): void {
    const { callee } = call;
    // What the file defines itself is judged by what it does.
    if (callee !== undefined && this.program.functions.has(callee)) return;
    const row = callee === undefined ? undefined : this.table.row(callee);
    if (row) this.byRow(model, call, row);
    else this.unknown(model, call);
  }

  private byRow(model: FunctionModel, call: CallInstruction, row: FunctionRow): void {
    for (const effect of row.effects) {
      const isSite = this.sites.some(site => site.call === call);
      if (effect.kind === 'acquire' && !isSite) this.addByTable(this.flow.acquired(model, call, effect));
      if (effect.kind !== 'allocate' || effect.allocator !== 'pages') continue;
      // What gives the address of its pages is asked for memory.
      const pages = this.flow.argument(model, call, RESULT).filter(each => this.flow.isPage(each));
      this.addByTable(pages);
    }
  }

  /** What a function of which nothing is known returns, or may put into an array that it is given. */
  private unknown(model: FunctionModel, call: CallInstruction): void {
    const { callee } = call;
    for (const location of this.flow.argument(model, call, RESULT))
      if (this.flow.isPage(location) || (this.isVessel(location) && !MAKES.test(callee ?? '')))
        this.others.add(location);
    call.arguments.forEach((argument, at) => {
      if (!isPagePointers(argument.type) || isBorrowed(this.program, this.table, callee, at)) return;
      this.add(model, argument);
    });
  }

  /** Whether what the result is put into leads to pages and to nothing else. */
  private isVessel(location: Location): boolean {
    return [location, ...this.flow.targetsOf(location)].some(each => {
      const type = this.flow.typeOf(each);
      return type !== undefined && isPagesOnly(type);
    });
  }

  private addByTable(locations: readonly Location[]): void {
    for (const location of locations) this.byTable.add(location);
  }

  private add(model: FunctionModel, expression: Expression): void {
    for (const location of this.flow.locate(model, expression)) this.others.add(location);
  }
}
