/** relaunch: replaces what has failed or lost its zone. The number of places never rises. */
import type { RelaunchRequest, RelaunchResult } from '../../contracts/target.ts';
import type { InstanceId, RevisionId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import { CLEAN_SLOT, type Slot, waitOf } from './backoff.ts';
import { announce, slotOf } from './failure.ts';
import { fenced } from './fenced.ts';
import { type Instance, isServing, isStaying, processOf } from './fleet.ts';
import { slotHolders, zonesLeft } from './launch.ts';
import { belongsTo } from './observe.ts';
import { storeFault } from './record-fault.ts';
import type { Runtime } from './runtime.ts';
import { intend, start } from './start.ts';
import { drainAndStop, stopNow } from './stop.ts';
import { endProcess, findStrays } from './strays.ts';
import { processEnded } from './watch.ts';
import { spread } from './zones.ts';

type Outcome = { readonly kind: 'started'; readonly instance: InstanceId } | { readonly kind: 'quarantined' | 'waiting' | 'nothing' };

const STARTED_BEFORE: Outcome = { kind: 'nothing' };

/** The slot its successor gets; quarantine ends under a newer generation only. */
function nextSlot(rt: Runtime, instance: Instance, request: RelaunchRequest): Slot {
  const slot = slotOf(rt, instance);
  const { quarantined } = slot;
  const fresh = quarantined !== null && request.generation > quarantined.generation ? { ...CLEAN_SLOT, relaunches: slot.relaunches } : slot;
  return { ...fresh, relaunches: fresh.relaunches + 1 };
}

/** Asks the listener to come again when the backoff is over, or a failure that was met too early would wait for the schedule. */
function remind(rt: Runtime, instance: Instance, waitMs: number): void {
  clearTimeout(instance.reminder);
  instance.reminder = setTimeout(() => {
    if (isStaying(instance)) announce(rt, instance, 'exited', 'The wait before its next start is over.');
  }, waitMs).unref();
}

function succeed(rt: Runtime, instance: Instance, request: RelaunchRequest, spec: RevisionSpec, slot: Slot): Outcome {
  const zones = zonesLeft(spec.zones, request.zonesLost);
  const others = slotHolders(rt.fleet.ofRevision(request, spec.revision)).filter(({ id }) => id !== instance.id);
  // It stays in its zone where that is there: a slow replacement must not unbalance the rest.
  const zone = zones.includes(instance.record.zone) ? instance.record.zone : spread(zones, others.map(({ record }) => record), 1)[0];
  if (zone === undefined) return { kind: 'waiting' };
  const serving = isServing(instance);
  // One that replaced another, which still serves, hands that duty on.
  const replaces = serving ? instance.id : instance.record.replaces;
  let successor: Instance;
  try {
    successor = intend(rt, { spec, generation: request.generation, zone, slot, replaces });
  } catch (error) {
    throw storeFault(error, `record the instance that replaces ${instance.id}`);
  }
  rt.background(start(rt, successor));
  if (!serving) rt.background(processOf(instance) === undefined ? drainAndStop(rt, instance) : stopNow(rt, instance));
  return { kind: 'started', instance: successor.id };
}

async function relaunchOne(rt: Runtime, instance: Instance, request: RelaunchRequest): Promise<Outcome> {
  const process = processOf(instance);
  if (process !== undefined && (await rt.table.identity(process.pid)) !== process.identity) processEnded(rt, instance, { began: true, why: 'Its process has ended. Its log says more.' });
  if (!slotHolders(rt.fleet.ofRevision(request, instance.record.spec.revision)).includes(instance)) return STARTED_BEFORE;
  const { state, zone, spec: recorded } = instance.record;
  const spec = request.specs[recorded.revision];
  const broken = state.phase === 'failed' || (state.phase === 'running' && state.health === 'unhealthy');
  const moved = request.zonesLost.includes(zone) || (spec !== undefined && !spec.zones.includes(zone));
  if (spec === undefined) return await stopUnwanted(rt, instance, request);
  if (!broken && !moved) return STARTED_BEFORE;
  const slot = nextSlot(rt, instance, request);
  if (slot.quarantined !== null && broken) return { kind: 'quarantined' };
  const waitMs = broken ? waitOf(slot, rt.needs.clock.now()) : 0;
  if (waitMs > 0) {
    remind(rt, instance, waitMs);
    return { kind: 'waiting' };
  }
  return succeed(rt, instance, request, spec, slot);
}

/** An instance of a revision that the caller does not know is one too many, unless traffic goes to it: that is routed away first. */
async function stopUnwanted(rt: Runtime, instance: Instance, request: RelaunchRequest): Promise<Outcome> {
  const revision: RevisionId = instance.record.spec.revision;
  const route = await rt.needs.traffic.get(request.service, request.environment);
  if ((route?.weights[revision] ?? 0) > 0) return { kind: 'waiting' };
  rt.background(drainAndStop(rt, instance));
  return STARTED_BEFORE;
}

async function stopStrays(rt: Runtime, ids: ReadonlySet<string>, request: RelaunchRequest): Promise<void> {
  if (ids.size === 0) return;
  for (const stray of await findStrays(rt)) {
    if (ids.has(stray.id) && stray.ref.service === request.service && stray.ref.environment === request.environment) rt.background(endProcess(rt, stray.process));
  }
}

/**
 * Replaces failed, ended, unhealthy instances and those in a lost zone, each once: instances that are healthy where they should be, already
 * replaced or unknown change nothing. The place keeps its history: the first replacement comes at once, later ones after a backoff
 * (`waiting`), and a crash loop is `quarantined`. A serving instance leaves when its successor is healthy. Strays are only stopped, and so
 * are instances of a revision that `specs` does not name.
 * @throws StaleGeneration; StorageFull when the disk is full
 */
export function relaunch(rt: Runtime, request: RelaunchRequest): Promise<RelaunchResult> {
  return fenced(rt, request, async () => {
    const result = { verb: 'relaunch' as const, started: [] as InstanceId[], quarantined: [] as InstanceId[], waiting: [] as InstanceId[] };
    const unknown = new Set<string>();
    for (const id of new Set(request.instances)) {
      const instance = rt.fleet.get(id);
      if (instance === undefined) unknown.add(id);
      if (instance === undefined || !belongsTo(instance, request)) continue;
      const outcome = await relaunchOne(rt, instance, request);
      if (outcome.kind === 'started') result.started.push(outcome.instance);
      else if (outcome.kind !== 'nothing') result[outcome.kind].push(id);
    }
    // Names of strays are made by observe; others are of instances that are already gone.
    await stopStrays(rt, new Set([...unknown].filter((id) => id.startsWith('stray.'))), request);
    return result;
  });
}
