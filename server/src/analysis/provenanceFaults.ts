import { type CallInstruction, callsOf, type FunctionModel, type Program } from '../program/model.ts';
import type { EffectTable } from '../semantics/table.ts';
import type { AcquisitionSite } from './analyse.ts';
import type { Fault } from './context.ts';
import { isExported, mayBeWritten } from './dirtying.ts';
import { rootFrame } from './frames.ts';
import { takesPages } from './laterWrites.ts';
import type { Location } from './locations.ts';
import { acquisitionAt } from './memberFaults.ts';
import type { PageFlow, ReleaseCall } from './pageFlow.ts';
import type { Provenance, Provenances } from './provenance.ts';
import { calleeOf } from './releasing.ts';

/**
 * What is wrong with releases of pages that another function of the file took, by where pages go over the whole file:
 * into an sg table, a list, or a number, and out of it again. It rests on no path: every fault is a guess, and pages
 * that anybody else may have put there silence it.
 */
export function judgeProvenance(
  program: Program,
  table: EffectTable,
  flow: PageFlow,
  provenances: Provenances,
): Fault[] {
  if (provenances.sites.length === 0) return [];
  const dirtying = new Dirtying(program, table, flow, provenances);
  return flow.releases.flatMap(release => {
    // What the file defines itself is judged by what it does.
    if (program.functions.has(release.call.callee ?? '')) return [];
    const from = provenances.of(release.locations);
    const { name } = release.function;
    if (!from.isKnown || from.sites.length === 0 || from.sites.some(each => each.function.name === name))
      return [];
    return [wrongRelease(program, release, from), dirtying.judge(release, from)].filter(
      fault => fault !== undefined,
    );
  });
}

/** All pages that can be meant carry the other hold. */
function wrongRelease(
  program: Program,
  release: ReleaseCall,
  { sites, isWhole }: Provenance,
): Fault | undefined {
  const { hold } = release.effect;
  const held = sites[0]!.effect.hold;
  const isWrong = (hold === 'pin' && held === 'get') || (hold === 'get' && held === 'pin');
  if (!isWrong || !isWhole || sites.some(({ effect }) => effect.hold !== held)) return;
  return faultOf(program, 'wrong-release', release, sites[0]!, { hold: held, released: hold, mode: held });
}

/** What of the file marks pages dirty. */
class Dirtying {
  private readonly members = new Set<Location>();
  /** Pages are marked that were found again by their number. */
  private isByNumber = false;
  /** Some pages are marked of which it is not known where they come from: they may be any. */
  private isUnknown = false;

  constructor(
    private readonly program: Program,
    private readonly table: EffectTable,
    flow: PageFlow,
    provenances: Provenances,
  ) {
    for (const model of program.functions.values())
      for (const call of callsOf(model))
        for (const argument of marksDirty(program, table, call)) {
          const marked = flow.argument(model, call, argument);
          const { sites, isKnown, isByNumber, members } = provenances.of(marked);
          if (sites.length === 0 && !isKnown) this.isUnknown = true;
          if (isByNumber) this.isByNumber = true;
          for (const member of members) this.members.add(member);
        }
  }

  /** The pages may have been written, and nobody marks them dirty where they lie. */
  judge(release: ReleaseCall, { sites, members, isByNumber }: Provenance): Fault | undefined {
    const { program } = this;
    const { function: model, call, effect } = release;
    if (this.isUnknown || effect.hold !== 'pin' || marksDirty(program, this.table, call).length > 0) return;
    if ([...members].some(each => this.members.has(each)) || (isByNumber && this.isByNumber)) return;
    // Where pages lie in no member, whoever took them is asked.
    if (members.size === 0 && !isByNumber) return;
    if (!sites.every(site => site.effect.hold === 'pin' && mayBeWritten(site, program))) return;
    // Other modules get at the pages of an exported function; who is asked and says no knows that they need no mark.
    if (sites.some(site => isExported(site, program)) && effect.dirties === undefined) return;
    // What fails on the way has not used its pages.
    if (takesPages(program, this.table, model) || sites.some(site => calls(model, site.function))) return;
    return faultOf(program, 'not-dirtied', release, sites[0]!, { callee: call.callee });
  }
}

/** Whether a function gets the pages from another one that takes them. */
const calls = (model: FunctionModel, taker: FunctionModel): boolean =>
  callsOf(model).some(({ callee }) => callee === taker.name);

/** The arguments whose pages a call marks dirty, or may. */
function marksDirty(
  { functions }: Program,
  table: EffectTable,
  { callee, arguments: given }: CallInstruction,
): number[] {
  const row = callee === undefined || functions.has(callee) ? undefined : table.row(callee);
  return (row?.effects ?? []).flatMap(effect => {
    if (effect.kind === 'dirty') return [effect.argument];
    if (effect.kind !== 'release' || effect.dirties === undefined) return [];
    const asked = effect.dirties === true ? undefined : given[effect.dirties - 1];
    return asked?.kind === 'constant' && asked.value === 0 ? [] : [effect.pages.argument];
  });
}

function faultOf(
  { text }: Program,
  kind: Fault['kind'],
  { call, effect, function: model }: ReleaseCall,
  site: AcquisitionSite,
  details: Fault['details'],
): Fault {
  const acquisition = acquisitionAt(site);
  const released = call.arguments[effect.pages.argument - 1]?.span;
  const placeText = released ? text.slice(released.start, released.end) : '';
  return {
    kind,
    span: call.calleeSpan,
    frame: rootFrame(model),
    origin: { span: site.call.span, callee: site.callee, placeText },
    acquisition,
    // A warning as it is: nothing of the path is asked for.
    confidence: kind === 'not-dirtied' ? 'certain' : 'guess',
    trace: undefined,
    details,
    callee: calleeOf(call),
  };
}
