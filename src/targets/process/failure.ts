/** What follows when an instance fails: its record, its slot, the router, and whoever listens. */
import type { InstanceId } from '../../domain/ids.ts';
import { afterFailure, CLEAN_SLOT, type Slot } from './backoff.ts';
import { type Instance, refOf } from './fleet.ts';
import type { InstanceChange, Runtime } from './runtime.ts';

/** Tells the listener; its mistakes are not the target's. */
export function announce(rt: Runtime, instance: Instance, kind: InstanceChange['kind'], detail: string): void {
  if (rt.closing.aborted) return;
  rt.starts.changed(refOf(instance));
  const what: InstanceChange = { kind, instance: instance.id satisfies InstanceId, revision: instance.record.spec.revision, detail };
  rt.background(Promise.resolve().then(() => rt.needs.onChange(refOf(instance), what)));
}

/** The slot as it counts now: clean when the instance has been healthy for long enough. */
export function slotOf(rt: Runtime, { record: { state, slot } }: Instance): Slot {
  const clean = state.phase === 'running' && state.health === 'healthy' && state.healthySince !== null && rt.needs.clock.now() - state.healthySince >= rt.settings.cleanSlateMs;
  return clean ? CLEAN_SLOT : slot;
}

const wasEverHealthy = ({ record: { state } }: Instance): boolean => state.phase === 'running' && state.healthySince !== null;

/** The first of a place gives up at once when it could never start. One that takes the place of another keeps its tries: what was there a minute ago may be back soon. */
function countFailure(rt: Runtime, instance: Instance, isFinal = false): Slot {
  return afterFailure(slotOf(rt, instance), { now: rt.needs.clock.now(), wasHealthy: wasEverHealthy(instance), isInVain: isFinal && instance.record.slot.relaunches === 0, generation: instance.record.generation });
}

function announceFailure(rt: Runtime, instance: Instance, kind: InstanceChange['kind'], why: string, before: Slot): void {
  void rt.upstreams.changed(refOf(instance));
  announce(rt, instance, kind, why);
  const { quarantined } = instance.record.slot;
  if (quarantined !== null && before.quarantined === null) {
    announce(rt, instance, 'quarantined', `${why} It is not started again, because ${quarantined.why}. Release a version that works, or ask for a relaunch.`);
  }
}

/** How an instance ended. */
export interface Ending {
  readonly began: boolean;
  readonly why: string;
  /** The same start again would end the same, until somebody changes something. */
  readonly isFinal?: boolean;
}

/** Its process has ended, or never began. A failure that was already counted as unhealthy does not count again. */
export function failInstance(rt: Runtime, instance: Instance, how: Ending): void {
  const { state, slot: before } = instance.record;
  if (state.phase !== 'intended' && state.phase !== 'running') return;
  const counted = state.phase === 'running' && state.health === 'unhealthy';
  const limit = instance.sentence?.kind === 'limit';
  const problem = instance.sentence?.why ?? how.why;
  const slot = counted ? before : countFailure(rt, instance, how.isFinal);
  instance.unwatch();
  rt.fleet.update(instance, { slot, problem, state: { phase: 'failed', began: how.began, at: rt.needs.clock.now() } });
  rt.cgroups?.remove(instance.id);
  announceFailure(rt, instance, limit ? 'limit' : 'exited', problem, before);
}

/** Its process lives, but does not answer as it should. */
export function markUnhealthy(rt: Runtime, instance: Instance, why: string): void {
  const { state, slot: before } = instance.record;
  if (state.phase !== 'running' || state.health === 'unhealthy') return;
  const slot = countFailure(rt, instance);
  rt.fleet.update(instance, { slot, problem: why, state: { ...state, health: 'unhealthy' } });
  announceFailure(rt, instance, 'unhealthy', why, before);
}
