import type { FunctionModel, Program } from '../program/model.ts';
import type { AcquisitionSite } from './analyse.ts';
import type { Fate } from './fates.ts';
import {
  isGlobal,
  isMember,
  isPagesOnly,
  type Location,
  resultLocation,
  structOf,
  variableLocation,
} from './locations.ts';
import type { PageFlow, ReleaseCall } from './pageFlow.ts';

/** Who drops the hold of an acquiring call after success, the first that applies. */
export type Dropper = 'same-function' | 'callee' | 'caller' | 'completion' | 'other-function' | 'unknown';

/** Who drops the hold, and every release in the file that the pages may get to. */
export interface Owners {
  readonly dropper: Dropper;
  readonly releases: readonly ReleaseCall[];
}

/** Whatever else has them, the pages of these go when the I/O is done. */
const COMPLETED = new Set(['struct bio', 'struct request']);

/** From a release up to the callback that leads to it: end_io → helper → release. */
const CALLBACK_STEPS = 2;

/**
 * Finds who drops the hold of a call: first by what the analysis saw on the paths that succeed, then by where the pages
 * go over the whole file.
 */
export function ownersOf(site: AcquisitionSite, program: Program, flow: PageFlow): Owners {
  const reached = flow.reachedBy(site.function, site.call, site.effect);
  const releases = flow.releases.filter(each => each.locations.some(location => reached.has(location)));
  // Giving an allocation back drops no user page's hold.
  const dropping = releases.filter(each => each.effect.hold !== 'allocation');
  const dropper =
    dropperOnPaths(site, program, flow, reached) ?? dropperInFile(site, program, flow, reached, dropping);
  return { dropper, releases };
}

/** Where the paths that succeed show it. */
function dropperOnPaths(
  site: AcquisitionSite,
  program: Program,
  flow: PageFlow,
  reached: ReadonlySet<Location>,
): Dropper | undefined {
  const { alone, called } = site.fates;
  const isInView = isOnlyCalledHere(site.function, program);
  const fates: ReadonlySet<Fate> = isInView && called.size > 0 ? called : alone;
  if (!fates.has('kept'))
    return (['same-function', 'callee', 'caller'] as const).find(fate => fates.has(fate));
  return isCallers(site, program, flow, reached) ? 'caller' : undefined;
}

const isOnlyCalledHere = (model: FunctionModel, program: Program): boolean =>
  model.isStatic && (program.callers.get(model.name) ?? []).length > 0;

/** Outlives the functions that know it. */
const isLasting = (location: Location): boolean => isMember(location) || isGlobal(location);

/** Whether pages leave a function by its result or by storage of its caller that holds only pages. */
function isCallers(
  site: AcquisitionSite,
  program: Program,
  flow: PageFlow,
  reached: ReadonlySet<Location>,
): boolean {
  const { function: model, call, effect } = site;
  if (isPagesOnly(model.returnType) && reached.has(resultLocation(model.name))) return true;
  const isInView = isOnlyCalledHere(model, program);
  // The iterator that the pages were taken from is not where they were put.
  const iterator = effect.iterator === undefined ? [] : flow.argument(model, call, effect.iterator);
  return model.parameters.some(parameter => {
    const location = variableLocation(model, parameter.id);
    if (!isPagesOnly(parameter.type) || !reached.has(location) || iterator.includes(location)) return false;
    // Where the callers are in view and give a member of an object of theirs, it is the object that keeps the pages.
    return !isInView || !flow.sourcesOf(location).some(isLasting);
  });
}

function dropperInFile(
  site: AcquisitionSite,
  program: Program,
  flow: PageFlow,
  reached: ReadonlySet<Location>,
  releases: readonly ReleaseCall[],
): Dropper {
  const elsewhere = releases.filter(each => each.function !== site.function);
  if (elsewhere.some(each => isRunAtCompletion(each.function.name, program, flow))) return 'completion';
  if ([...reached].some(location => flow.bound.has(location))) return 'completion';
  const isObject = site.effect.pages.form === 'object';
  if (isObject && releases.length > elsewhere.length) return 'same-function';
  const locations = [...reached];
  if (locations.some(location => COMPLETED.has(structTag(flow, location) ?? ''))) return 'completion';
  if (elsewhere.length > 0 || locations.some(isLasting)) return 'other-function';
  if (isCallers(site, program, flow, reached)) return 'caller';
  return site.fates.alone.has('kept') || site.fates.called.has('kept') ? 'other-function' : 'unknown';
}

function structTag(flow: PageFlow, location: Location): string | undefined {
  const type = flow.typeOf(location);
  return type && structOf(type);
}

/**
 * The end of an I/O, a work item and the like lead to the function; or the drop of a last reference does, and nothing
 * else: what is also called at will is no completion because of the tidying up at the end.
 */
function isRunAtCompletion(name: string, program: Program, flow: PageFlow): boolean {
  const { completions, lastReferences } = flow;
  let edge: readonly string[] = [name];
  let isOnlyAtLast = true;
  for (let step = 0; step <= CALLBACK_STEPS; step++) {
    if (edge.some(each => completions.has(each) && !lastReferences.has(each))) return true;
    edge = edge.filter(each => !lastReferences.has(each));
    if (edge.length === 0) return isOnlyAtLast;
    const above = edge.map(each => program.callers.get(each) ?? []);
    isOnlyAtLast &&= above.every(callers => callers.length > 0);
    edge = [...new Set(above.flat())];
  }
  return false;
}
