/** What removes a drift: requests to the target, in an order that never makes it worse. */
import type { EnvironmentName, Generation, InstanceId, RevisionId, ServiceName } from '../ids.ts';
import type { RevisionSpec } from '../revision.ts';
import type { Stickiness, Weights } from '../route.ts';
import type { Desired } from '../state.ts';
import type { Drift } from './drift.ts';

interface Fenced {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly generation: Generation;
}
interface RelaunchAction extends Fenced {
  readonly verb: 'relaunch';
  readonly instances: InstanceId[];
  readonly specs: Record<RevisionId, RevisionSpec>;
  readonly zonesLost: string[];
}
/** Of the same shape as the requests of src/contracts/target.ts. */
export type RepairAction =
  | (Fenced & { readonly verb: 'route'; readonly weights: Weights; readonly stickiness: Stickiness })
  | RelaunchAction
  | (Fenced & { readonly verb: 'launch'; readonly spec: RevisionSpec; readonly count: number; readonly zonesLost: string[] })
  | (Fenced & { readonly verb: 'retire'; readonly revision: RevisionId });

/** As many instances as one relaunch request takes. */
const RELAUNCH_MAXIMUM = 10_000;

/**
 * Nothing while a deployment is at work or repair is paused. Otherwise, in this order: traffic back to where it belongs, failed and
 * stranded instances again, missing ones, then down with what is too much. Traffic moves only to revisions with a healthy instance;
 * until there is one, whatever serves now is not retired.
 */
export function repairActions(desired: Desired, drifts: readonly Drift[]): RepairAction[] {
  if (drifts.length === 0 || desired.deployment !== null || desired.paused !== null) return [];
  const actions: RepairAction[] = [];
  route(desired, drifts, actions);
  relaunch(desired, drifts, actions);
  launch(desired, drifts, 'missing-instances', actions);
  endStrays(desired, drifts, actions);
  retire(desired, drifts, actions);
  launch(desired, drifts, 'surplus-instances', actions);
  return actions;
}

// Each request is written out field by field: at 10,000 drifted services, spreading the common ones took most of the time.

function route({ service, environment, generation, weights, stickiness }: Desired, drifts: readonly Drift[], actions: RepairAction[]): void {
  for (const drift of drifts) if (drift.kind === 'weights' && drift.ready) actions.push({ verb: 'route', service, environment, generation, weights, stickiness });
}

function relaunch(desired: Desired, drifts: readonly Drift[], actions: RepairAction[]): void {
  const { service, environment, generation, zonesLost } = desired;
  const left = surplus(drifts);
  let request: RelaunchAction | undefined;
  for (const drift of drifts) {
    const failed = drift.kind === 'failed-instance';
    if (!failed && !(drift.kind === 'zone' && drift.problem === 'lost')) continue;
    const { revision } = drift;
    const spec = desired.revisions[revision]?.spec;
    if (spec === undefined || !hasSomewhere(spec, zonesLost)) continue;
    for (const instance of failed ? [drift.instance] : drift.instances) {
      // Too many already: the failed ones are the ones to lose.
      const spare = left?.get(revision) ?? 0;
      if (spare > 0) {
        left?.set(revision, spare - 1);
        continue;
      }
      if (request === undefined || request.instances.length === RELAUNCH_MAXIMUM) {
        request = { verb: 'relaunch', service, environment, generation, instances: [], specs: {}, zonesLost };
        actions.push(request);
      }
      request.instances.push(instance);
      request.specs[revision] = spec;
    }
  }
}

/** To a target, relaunching what it has no record of means to end it: there is nothing to put in its place. */
function endStrays({ service, environment, generation, zonesLost }: Desired, drifts: readonly Drift[], actions: RepairAction[]): void {
  let request: RelaunchAction | undefined;
  for (const drift of drifts) {
    if (drift.kind !== 'stray-instance' || !drift.unrecorded) continue;
    if (request === undefined || request.instances.length === RELAUNCH_MAXIMUM) {
      request = { verb: 'relaunch', service, environment, generation, instances: [], specs: {}, zonesLost };
      actions.push(request);
    }
    request.instances.push(drift.instance);
  }
}

function surplus(drifts: readonly Drift[]): Map<RevisionId, number> | undefined {
  let left: Map<RevisionId, number> | undefined;
  for (const drift of drifts) if (drift.kind === 'surplus-instances') (left ??= new Map()).set(drift.revision, drift.have - drift.want);
  return left;
}

/** A revision all of whose zones are lost can only wait for one of them. */
function hasSomewhere(spec: RevisionSpec, zonesLost: readonly string[]): boolean {
  return zonesLost.length === 0 || spec.zones.some((zone) => !zonesLost.includes(zone));
}

function launch(desired: Desired, drifts: readonly Drift[], kind: 'missing-instances' | 'surplus-instances', actions: RepairAction[]): void {
  const { service, environment, generation, zonesLost } = desired;
  for (const drift of drifts) {
    if (drift.kind !== kind) continue;
    const spec = desired.revisions[drift.revision]?.spec;
    if (spec === undefined || (kind === 'missing-instances' && !hasSomewhere(spec, zonesLost))) continue;
    actions.push({ verb: 'launch', service, environment, generation, spec, count: drift.want, zonesLost });
  }
}

function retire({ service, environment, generation }: Desired, drifts: readonly Drift[], actions: RepairAction[]): void {
  let stuck = false;
  for (const drift of drifts) if (drift.kind === 'weights' && !drift.ready) stuck = true;
  for (const drift of drifts) if (drift.kind === 'unknown-revision' && !(stuck && drift.weight > 0)) actions.push({ verb: 'retire', service, environment, generation, revision: drift.revision });
}
