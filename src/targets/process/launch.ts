/** launch: brings a revision to a number of instances. */
import type { LaunchRequest, LaunchResult } from '../../contracts/target.ts';
import { LimitExceeded } from '../../domain/errors.ts';
import type { InstanceId } from '../../domain/ids.ts';
import { CLEAN_SLOT } from './backoff.ts';
import { fenced } from './fenced.ts';
import { type Instance, isStaying } from './fleet.ts';
import { storeFault } from './record-fault.ts';
import type { Runtime } from './runtime.ts';
import { intend, start } from './start.ts';
import { drainAndStop } from './stop.ts';
import { type Placed, type Placement, planPlacement } from './zones.ts';

/** Zones of a specification that are not lost. */
export const zonesLeft = (zones: readonly string[], lost: readonly string[]): readonly string[] => [...new Set(zones)].filter((zone) => !lost.includes(zone));

/** Instances that hold a place: those on their way out do not, nor does one whose successor is already there. */
export function slotHolders(instances: readonly Instance[]): readonly Instance[] {
  const staying = instances.filter(isStaying);
  const succeeded = new Set(staying.map(({ record }) => record.replaces));
  return staying.filter(({ id }) => !succeeded.has(id));
}

function asPlaced({ id, record }: Instance, request: LaunchRequest): Placed {
  const ended = record.state.phase === 'failed';
  return {
    instance: id,
    zone: record.zone,
    createdAt: record.createdAt,
    failed: ended || (record.state.phase === 'running' && record.state.health === 'unhealthy'),
    outdated: (ended || record.slot.quarantined !== null) && record.generation < request.generation,
  };
}

function startPlanned(rt: Runtime, request: LaunchRequest, planned: Placement['start']): InstanceId[] {
  const intents: Instance[] = [];
  try {
    for (const { zone, replaces } of planned) intents.push(intend(rt, { spec: request.spec, generation: request.generation, zone, slot: CLEAN_SLOT, replaces }));
  } catch (error) {
    for (const intent of intents) rt.background(drainAndStop(rt, intent));
    throw storeFault(error, `record ${planned.length} new instances of ${request.spec.revision}`);
  }
  for (const intent of intents) rt.background(start(rt, intent));
  return intents.map(({ id }) => id);
}

/**
 * An instance that failed under this generation keeps its place: replacing it is relaunch's work, with its backoff. One that failed under
 * an older generation, quarantined or not, gives way to a fresh one. A quarantined instance that still has a process is
 * stopped then.
 * @throws StaleGeneration; LimitExceeded when all zones are lost, StorageFull when the disk is full: nothing is started then
 */
export function launch(rt: Runtime, request: LaunchRequest): Promise<LaunchResult> {
  const { spec, count } = request;
  return fenced(rt, request, async () => {
    const zones = zonesLeft(spec.zones, request.zonesLost);
    if (zones.length === 0 && count > 0) throw new LimitExceeded(`All zones of ${spec.service} in ${spec.environment} (${spec.zones.join(', ')}) are marked lost, so nothing was launched. Bring one back.`, { zones: spec.zones });
    const slots = slotHolders(rt.fleet.ofRevision(request, spec.revision)).map((instance) => asPlaced(instance, request));
    const placement = planPlacement(zones, slots, count);
    const started = startPlanned(rt, request, placement.start);
    for (const id of placement.stop) {
      const instance = rt.fleet.get(id);
      if (instance !== undefined) rt.background(drainAndStop(rt, instance));
    }
    return { verb: 'launch', started, stopping: [...placement.stop] };
  });
}
