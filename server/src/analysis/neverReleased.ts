import {
  type CallInstruction,
  callsOf,
  type Expression,
  type FunctionModel,
  type Program,
} from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS } from '../program/types.ts';
import { ENDS_TABLE } from '../semantics/completions.ts';
import { RESULT } from '../semantics/effects.ts';
import type { EffectTable } from '../semantics/table.ts';
import type { AcquisitionSite } from './analyse.ts';
import { isJudgedAtCallers } from './callers.ts';
import type { Fault } from './context.ts';
import { fatesOf } from './dirtying.ts';
import { rootFrame } from './frames.ts';
import { closureOf, isDefinedBefore, takesPages } from './laterWrites.ts';
import {
  isGlobal,
  isMember,
  isPagesOnly,
  type Location,
  resultLocation,
  variableLocation,
} from './locations.ts';
import { acquisitionAt } from './memberFaults.ts';
import { structOfMember } from './memberKeys.ts';
import type { Members } from './members.ts';
import { isOnlyBehind } from './order.ts';
import type { PageFlow, ReleaseCall } from './pageFlow.ts';
import type { Provenances } from './provenance.ts';
import { calleeOf } from './releasing.ts';
import { isGivenAway } from './soleOwner.ts';

/**
 * Pages that stay in an object of the file's own after success, where the file takes that object apart and nothing in it
 * releases such pages, but for what undoes the taking. It rests on no path: every fault is a guess.
 */
export function judgeNeverReleased(
  program: Program,
  table: EffectTable,
  flow: PageFlow,
  members: Members,
  provenances: Provenances,
): Fault[] {
  const file = new Releasing(program, table, flow, members, provenances);
  return provenances.sites.flatMap(site => {
    const end = file.endOf(site);
    return end ? [faultOf(program, site, end)] : [];
  });
}

/** A call that frees what leads to pages. */
interface End {
  readonly function: FunctionModel;
  readonly call: CallInstruction;
  readonly member: Location;
  /** It is the array of the pages, or their table, that is freed; else the object that leads to it. */
  readonly isArray: boolean;
}

class Releasing {
  constructor(
    private readonly program: Program,
    private readonly table: EffectTable,
    private readonly flow: PageFlow,
    private readonly members: Members,
    private readonly provenances: Provenances,
  ) {}

  /** Where the pages of a call go with their object, if nobody in view can have released them. */
  endOf(site: AcquisitionSite): End | undefined {
    const { effect, call, function: model } = site;
    if (!/^(pin|get)$/.test(effect.hold) || effect.pages.form === 'object') return;
    if (!fatesOf(site).has('kept')) return;
    const reached = this.flow.reachedBy(model, call, effect);
    if (!this.isOwnMatter(reached)) return;
    const releases = this.flow.releases.filter(each => this.mayRelease(each, reached, site));
    const ends = this.endsOf(reached, model);
    if (releases.length === 0) return ends[0];
    return this.exception(
      ends.filter(({ isArray }) => isArray),
      releases,
    );
  }

  /** The one that frees and does not release, where all others do both, and nobody releases without freeing. */
  private exception(ends: readonly End[], releases: readonly ReleaseCall[]): End | undefined {
    const around = new Map(ends.map(each => [each, this.around(each.function)]));
    const isIn = ({ function: { name } }: ReleaseCall, end: End): boolean => around.get(end)!.has(name);
    if (!releases.every(release => ends.some(end => isIn(release, end)))) return;
    return ends.find(end => !releases.some(release => isIn(release, end)));
  }

  /** What a function calls, and what those that call it do. */
  private around(model: FunctionModel, seen: Set<string> = new Set()): ReadonlySet<string> {
    if (seen.has(model.name)) return seen;
    for (const name of closureOf(this.program, model)) seen.add(name);
    for (const name of this.program.callers.get(model.name) ?? []) {
      const caller = this.program.functions.get(name);
      if (caller) this.around(caller, seen);
    }
    return seen;
  }

  /** The pages lie in members only, and get to nobody who is not in view. */
  private isOwnMatter(reached: ReadonlySet<Location>): boolean {
    const locations = [...reached];
    const isReached = (expression: Expression, within: FunctionModel): boolean =>
      // What the table says of a function goes before its text.
      !this.table.row(within.name) && this.flow.locate(within, expression).some(each => reached.has(each));
    return (
      locations.some(isMember) &&
      !locations.some(isGlobal) &&
      !this.isOpen(reached) &&
      !isGivenAway(this.program, this.table, isReached, isGift)
    );
  }

  /** Functions that other files may call return the pages, or put them into something of the caller's. */
  private isOpen(reached: ReadonlySet<Location>): boolean {
    return [...this.program.functions.values()].some(
      model =>
        !isJudgedAtCallers(this.program, model) &&
        (reached.has(resultLocation(model.name)) ||
          model.parameters.some(
            ({ id, type }) => isPagesOnly(type) && reached.has(variableLocation(model, id)),
          )),
    );
  }

  /** Whether a call may release the pages other than to undo that they were taken. */
  private mayRelease(release: ReleaseCall, reached: ReadonlySet<Location>, site: AcquisitionSite): boolean {
    const { call, effect, locations, function: model } = release;
    const given = call.arguments[effect.pages.argument - 1];
    // What the file defines itself is judged by what it does; free_page() is for the memory of the array.
    if (this.program.functions.has(call.callee ?? '')) return false;
    if (effect.hold === 'allocation' && given?.type.kind === 'integer') return false;
    const isThere = locations.some(each => reached.has(each));
    if (!isThere && this.isOfOthers(release, site)) return false;
    return (
      !takesPages(this.program, this.table, model) || (this.isOfMember(call) && !this.isBehind(site, release))
    );
  }

  /** It is known whose pages it releases. */
  private isOfOthers({ locations }: ReleaseCall, site: AcquisitionSite): boolean {
    const { sites, isKnown, members } = this.provenances.of(locations);
    return !sites.includes(site) && (isKnown || sites.length > 0 || members.size > 0);
  }

  /** Pages that were found in a member, and not taken on the way there. */
  private isOfMember({ calleeSpan }: CallInstruction): boolean {
    return [...this.members.releases].some(
      ([key, releases]) => key !== '' && releases.some(({ span }) => span.start === calleeSpan.start),
    );
  }

  /** In the function that takes the pages it is reached only once they were taken. */
  private isBehind({ function: model, call }: AcquisitionSite, release: ReleaseCall): boolean {
    return model === release.function && isOnlyBehind(model, call.span, release.call.span);
  }

  /** The calls by which what leads to the pages is freed: their array or table first, else the object around it. */
  private endsOf(reached: ReadonlySet<Location>, taker: FunctionModel): End[] {
    const members = [...reached].filter(isMember);
    const ends: End[] = [];
    for (const model of this.program.functions.values()) {
      if (takesPages(this.program, this.table, model)) continue;
      for (const call of callsOf(model)) {
        const freed = this.freed(call);
        if (!freed) continue;
        const member = this.vesselIn(model, freed, members);
        if (member && !this.allocates(model, member))
          ends.push({ function: model, call, member, isArray: true });
        const around = members.find(each =>
          isPointerToStruct(freed.type, new Set([structOfMember(each)]), 1),
        );
        if (around && isDefinedBefore(this.program, structOfMember(around), taker.span.start))
          ends.push({ function: model, call, member: around, isArray: false });
      }
    }
    return ends.sort((a, b) => Number(b.isArray) - Number(a.isArray));
  }

  /** The member that an array of pages, or an sg table, was found in that is freed. */
  private vesselIn(
    model: FunctionModel,
    freed: Expression,
    members: readonly Location[],
  ): Location | undefined {
    if (!isPointerToStruct(freed.type, PAGE_TAGS, 2) && !isPointerToStruct(freed.type, TABLES, 1)) return;
    const from = this.flow.leadingTo(this.flow.locate(model, freed));
    return members.find(each => from.has(each));
  }

  /** The function puts a new array there: what it frees is that again, or an old one whose pages it has moved. */
  private allocates(model: FunctionModel, member: Location): boolean {
    return callsOf(model).some(call => {
      const row = call.callee === undefined ? undefined : this.table.row(call.callee);
      return (
        row?.effects.some(({ kind }) => kind === 'allocate') === true &&
        this.flow.reachedFrom(this.flow.argument(model, call, RESULT)).has(member)
      );
    });
  }

  private freed({ callee, arguments: given }: CallInstruction): Expression | undefined {
    if (callee !== undefined && ENDS_TABLE.has(callee)) return given[0];
    const row = callee === undefined ? undefined : this.table.row(callee);
    const effect = row?.effects.find(each => each.kind === 'free');
    return effect?.kind === 'free' ? given[effect.argument - 1] : undefined;
  }
}

/** Who gets an sg table does something with its pages, and leaves them there, unless its name says otherwise. */
const isGift = ({ type }: Expression, callee: string): boolean =>
  type.kind !== 'integer' && (!isPointerToStruct(type, SCATTERLISTS, 1) || GIVES_UP.test(callee));

const GIVES_UP = /put|release|unpin|free|destroy|clean|drop|unmap/;

const SCATTERLISTS: ReadonlySet<string> = new Set([
  'struct scatterlist',
  'struct sg_table',
  'struct sg_append_table',
]);

const TABLES: ReadonlySet<string> = new Set(['struct sg_table', 'struct sg_append_table']);

function faultOf(program: Program, site: AcquisitionSite, { function: model, call, member }: End): Fault {
  const placeText = member.slice(member.indexOf('::') + '::'.length);
  const acquisition = { ...acquisitionAt(site), placeText };
  const { text } = program;
  const freed = text.slice(call.arguments[0]?.span.start, call.arguments[0]?.span.end);
  return {
    kind: 'completion-leak',
    span: call.calleeSpan,
    frame: rootFrame(model),
    origin: acquisition,
    acquisition,
    confidence: 'guess',
    trace: undefined,
    details: { callback: model.name, how: 'gone' },
    callee: calleeOf(call),
    steps: [
      { span: site.call.span, message: `\`${placeText}\` taken here by ${site.callee}()` },
      {
        span: call.span,
        message: `\`${freed}\` is freed here: no function of the file releases the pages before`,
      },
    ],
  };
}
