/** Calls of a target that state only what matters to a test. */
import type { Place, RelaunchResult, RetireResult, RouteResult } from '../../../src/contracts/target.ts';
import type { Drift } from '../../../src/domain/drift/drift.ts';
import { findDrift } from '../../../src/domain/drift/find-drift.ts';
import { repairActions, type RepairAction } from '../../../src/domain/drift/repair-actions.ts';
import { Generation, type InstanceId } from '../../../src/domain/ids.ts';
import type { RevisionSpec } from '../../../src/domain/revision.ts';
import type { Weights } from '../../../src/domain/route.ts';
import { Desired, type Observed, type ObservedInstance } from '../../../src/domain/state.ts';
import type { Target } from '../../../src/ports/target.ts';

const PATIENCE_MS = 40_000;

export function verbsOf(target: Target) {
  const placeOf = ({ service, environment, access, settings }: RevisionSpec): Place => ({ service, environment, access, settings });
  const at = (spec: RevisionSpec, generation: number) => ({ ...placeOf(spec), generation: Generation.parse(generation) });
  const see = async (spec: RevisionSpec): Promise<Observed> => {
    const [seen] = (await target.observe({ verb: 'observe', refs: [placeOf(spec)] })).services;
    if (seen === undefined) throw new Error('observe left out the service that it was asked for');
    return seen;
  };
  const until = async (what: string, spec: RevisionSpec, holds: (seen: Observed) => boolean): Promise<Observed> => {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const seen = await see(spec);
      if (holds(seen)) return seen;
      if (performance.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}; last seen ${JSON.stringify(seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const mine = (seen: Observed, spec: RevisionSpec): ObservedInstance[] => seen.instances.filter(({ revision }) => revision === spec.revision);
  return {
    placeOf, see, until, mine,
    launch: (spec: RevisionSpec, count: number, generation = 1, zonesLost: string[] = []) => target.launch({ verb: 'launch', ...at(spec, generation), spec, count, zonesLost }),
    route: (spec: RevisionSpec, weights: Weights, generation = 1): Promise<RouteResult> => target.route({ verb: 'route', ...at(spec, generation), weights, stickiness: spec.stickiness }),
    relaunch: (spec: RevisionSpec, instances: InstanceId[], generation = 1): Promise<RelaunchResult> => target.relaunch({ verb: 'relaunch', ...at(spec, generation), instances, specs: { [spec.revision]: spec }, zonesLost: [] }),
    retire: (spec: RevisionSpec, generation = 1): Promise<RetireResult> => target.retire({ verb: 'retire', ...at(spec, generation), revision: spec.revision }),
    /** As the passes do: look, compare, act, until nothing differs and what is to go has gone from the platform. Answers the kinds of drift it met. */
    repaired: async (spec: RevisionSpec, count: number, gone: () => Promise<boolean>): Promise<Drift['kind'][]> => {
      const wanted = desiredOf(spec, count);
      const met = new Set<Drift['kind']>();
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const seen = await see(spec);
        const drifts = findDrift(wanted, seen, Date.now());
        // What still drains is no drift; it leaves something behind, which a later look finds.
        if (drifts.length === 0 && seen.instances.every(({ health }) => health === 'healthy') && (await gone())) return [...met];
        for (const { kind } of drifts) met.add(kind);
        for (const action of repairActions(wanted, drifts)) await said(() => perform(target, { ...placeOf(spec), ...action }));
        if (performance.now() > deadline) throw new Error(`not repaired: ${JSON.stringify({ drifts, seen })}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    healthy: (spec: RevisionSpec, count: number) => until(`${count} healthy instances of ${spec.revision}`, spec, (seen) => mine(seen, spec).length === count && mine(seen, spec).every(({ health }) => health === 'healthy')),
  };
}

/** As the state machine does: the same call again, while it may succeed later. */
export async function said<T>(again: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await again();
    } catch (error) {
      if (attempt >= 5 || !(error instanceof Error) || !['ProviderUnavailable', 'Conflict'].includes(error.name)) throw error;
    }
  }
}

const desiredOf = (spec: RevisionSpec, count: number): Desired => Desired.parse({
  service: spec.service, environment: spec.environment, generation: 1, target: 'this one', stable: spec.revision, previousRelease: null, revisions: { [spec.revision]: { spec, count } }, weights: { [spec.revision]: 100 },
  stickiness: spec.stickiness, deployment: null, paused: null, zonesLost: [], changedBy: 'test', changedAt: 0,
});

function perform(target: Target, request: Place & RepairAction): Promise<unknown> {
  switch (request.verb) {
    case 'launch': return target.launch(request);
    case 'route': return target.route(request);
    case 'relaunch': return target.relaunch(request);
    case 'retire': return target.retire(request);
  }
}
