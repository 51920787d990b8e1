/** Target calls as the state machines make them: which function, and the self-contained request. */
import type { LaunchRequest, RelaunchRequest, RetireRequest, RouteRequest } from '../contracts/target.ts';
import type { InstanceId, RevisionId } from '../domain/ids.ts';
import type { RevisionSpec } from '../domain/revision.ts';
import type { Desired } from '../domain/state.ts';

/** One item of a machine's Map over target calls. */
export interface TargetCall {
  readonly function: string;
  readonly request: LaunchRequest | RouteRequest | RelaunchRequest | RetireRequest;
}

/** Roles may invoke only functions with this prefix, so a user's own target is added without a change here. */
export const targetFunction = (target: string): string => `slipway-target-${target}`;

const place = (desired: Desired) => ({ service: desired.service, environment: desired.environment, generation: desired.generation });

export const launchCall = (desired: Desired, spec: RevisionSpec, count: number): TargetCall => ({
  function: targetFunction(desired.target), request: { verb: 'launch', ...place(desired), spec, count, zonesLost: desired.zonesLost },
});
export const routeCall = (desired: Desired): TargetCall => ({
  function: targetFunction(desired.target), request: { verb: 'route', ...place(desired), weights: desired.weights, stickiness: desired.stickiness },
});
export const retireCall = (desired: Desired, revision: RevisionId): TargetCall => ({ function: targetFunction(desired.target), request: { verb: 'retire', ...place(desired), revision } });
export const relaunchCall = (desired: Desired, instances: readonly InstanceId[]): TargetCall => ({
  function: targetFunction(desired.target),
  request: { verb: 'relaunch', ...place(desired), instances: [...instances], specs: Object.fromEntries(Object.values(desired.revisions).map(({ spec }) => [spec.revision, spec])), zonesLost: desired.zonesLost },
});
