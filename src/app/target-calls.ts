/** Target calls as the state machines make them: which function, and the self-contained request. */
import type { CompareRequest, LaunchRequest, Place, RelaunchRequest, RetireRequest, RouteRequest } from '../contracts/target.ts';
import type { RepairAction } from '../domain/drift/repair-actions.ts';
import { pipelineParts, type PipelineId, type RevisionId } from '../domain/ids.ts';
import type { RevisionSpec } from '../domain/revision.ts';
import type { Desired } from '../domain/state.ts';

/** One item of a machine's Map over target calls. */
export interface TargetCall {
  readonly function: string;
  readonly request: LaunchRequest | RouteRequest | RelaunchRequest | RetireRequest;
}

/** Roles may invoke only functions with this prefix, so a user's own target is added without a change here. */
export const targetFunction = (target: string): string => `slipway-target-${target}`;

/** Where a target finds the service here: as the given specification says, or else the newest that is asked for, or else the newest plan. */
export function placeOf(desired: Pick<Desired, 'service' | 'environment' | 'revisions' | 'place'>, spec: RevisionSpec | undefined = newestSpec(desired)): Place {
  const { access = null, settings = {} } = spec ?? desired.place ?? {};
  return { service: desired.service, environment: desired.environment, access, settings };
}

/** The specification that was planned last: the settings of a place are those that its latest release came with. */
function newestSpec({ environment, revisions }: Pick<Desired, 'environment' | 'revisions'>): RevisionSpec | undefined {
  let newest: { readonly number: number; readonly spec: RevisionSpec } | undefined;
  for (const { spec } of Object.values(revisions)) {
    const { number } = pipelineParts(spec.revision.slice(0, -environment.length - 1) as PipelineId);
    if (newest === undefined || number > newest.number) newest = { number, spec };
  }
  return newest?.spec;
}

const fenced = (desired: Desired, spec?: RevisionSpec) => ({ ...placeOf(desired, spec), generation: desired.generation });

export const launchCall = (desired: Desired, spec: RevisionSpec, count: number): TargetCall => ({
  function: targetFunction(desired.target), request: { verb: 'launch', ...fenced(desired, spec), spec, count, zonesLost: desired.zonesLost },
});
/** `spec` says where, for a route from which the last revision has gone. */
export const routeCall = (desired: Desired, spec?: RevisionSpec): TargetCall => ({
  function: targetFunction(desired.target), request: { verb: 'route', ...fenced(desired, newestSpec(desired) ?? spec), weights: desired.weights, stickiness: desired.stickiness, ...(desired.mirror === undefined ? {} : { mirror: desired.mirror }) },
});
/** `spec` is the revision's: what goes is no longer desired. */
export const retireCall = (desired: Desired, revision: RevisionId, spec: RevisionSpec | undefined): TargetCall => ({
  function: targetFunction(desired.target), request: { verb: 'retire', ...fenced(desired, spec), revision },
});
/** Asked by the use case itself, and by no machine: its answer is evidence. */
export const compareRequest = (desired: Desired, what: Pick<CompareRequest, 'stable' | 'candidate' | 'rule' | 'requests'>): CompareRequest => ({ verb: 'compare', ...fenced(desired), ...what });
/** At the newest revision's place: what drifted is repaired where the service is now. */
export const repairCall = (desired: Desired, action: RepairAction): TargetCall => ({ function: targetFunction(desired.target), request: { ...placeOf(desired), ...action } });
