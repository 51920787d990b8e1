/** Takes instances away: out of the router, their requests to an end, SIGTERM, and SIGKILL for those that do not go. */
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/ids.ts';
import { archive } from './logs.ts';
import { type Instance, processOf, refOf } from './fleet.ts';
import { type ProcessRef, removeDirectory } from './instance-record.ts';
import type { Runtime } from './runtime.ts';

const IN_FLIGHT_POLL_MS = 50;
/** Looks in a row that must find nothing under way: a request may be between choosing an instance and reaching it. */
const QUIET_LOOKS = 2;
/** After SIGKILL a process is gone as soon as the kernel gets to it; longer means it hangs in the kernel. */
const KILL_WAIT_MS = 10_000;

/** How long the files of an ended instance stay where they are. */
const CLEAN_DELAY_MS = 1000;

const pause = (rt: Runtime, ms: number) => sleep(ms, undefined, { signal: rt.closing, ref: false }).catch(() => undefined);

/** Signals the whole group, if its leader is still the process we mean. */
export async function signalGroup(rt: Pick<Runtime, 'table'>, { pid, identity }: Pick<ProcessRef, 'pid' | 'identity'>, signal: NodeJS.Signals): Promise<boolean> {
  if ((await rt.table.identity(pid)) !== identity) return false;
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    // Ended in between, or not allowed: then it is not ours.
    return false;
  }
}

/** Waits for the end of an instance's process, at most so long. @returns whether it has ended */
async function ended(rt: Runtime, instance: Instance, ms: number): Promise<boolean> {
  const timeout = Symbol('timeout');
  const first = await Promise.race([instance.gone, pause(rt, Math.max(0, ms)).then(() => timeout)]);
  return first !== timeout;
}

/** Removes an instance whose process is no more: at once from what is known, then its files. */
async function forget(rt: Runtime, instance: Instance): Promise<void> {
  if (rt.fleet.get(instance.id) !== instance) return;
  rt.cgroups?.remove(instance.id);
  rt.fleet.remove(instance);
  void rt.upstreams.changed(refOf(instance));
  // Its successor is starting now, and that is what somebody waits for. A target that closes does not wait.
  await pause(rt, CLEAN_DELAY_MS);
  await archive(join(rt.needs.directory, 'logs'), refOf(instance), instance.id, instance.directory, rt.settings.logsArchived).catch(() => undefined);
  // What cannot be removed now is removed by the next adoption.
  await removeDirectory(instance.directory).catch(() => undefined);
  await rt.unpacked.sweep(() => digestsInUse(rt));
}

export const digestsInUse = (rt: Runtime): ReadonlySet<Digest> => new Set(rt.fleet.all().map(({ record }) => record.spec.digest));

/** SIGTERM, the grace period, SIGKILL, then the directory. Goes on where a restart cut it off. Never rejects. */
export async function stopNow(rt: Runtime, instance: Instance): Promise<void> {
  const process = processOf(instance);
  if (process === undefined || instance.record.state.phase === 'intended') return await forget(rt, instance);
  instance.unwatch();
  const { state, spec } = instance.record;
  const until = state.phase === 'stopping' ? state.until : rt.needs.clock.now() + spec.stopSeconds * 1000;
  rt.fleet.update(instance, { state: { phase: 'stopping', process, until } });
  void rt.upstreams.changed(refOf(instance));
  const graceMs = Math.min(spec.stopSeconds * 1000, until - rt.needs.clock.now());
  if ((await signalGroup(rt, process, 'SIGTERM')) && !(await ended(rt, instance, graceMs)) && !rt.closing.aborted) {
    await signalGroup(rt, process, 'SIGKILL');
    await ended(rt, instance, KILL_WAIT_MS);
  }
  if (rt.closing.aborted) return;
  if ((await rt.table.identity(process.pid)) === process.identity) return leaveStopping(rt, instance);
  rt.sweep(instance.id);
  await forget(rt, instance);
}

/** A process that survives SIGKILL hangs in the kernel (a dead disk, say): it is kept in view rather than forgotten. */
function leaveStopping(rt: Runtime, instance: Instance): void {
  rt.fleet.update(instance, { problem: `Its process ${processOf(instance)?.pid ?? ''} could not be killed. Look at the machine.` });
}

async function untilQuiet(rt: Runtime, instance: Instance, limitMs: number): Promise<void> {
  const { service, environment } = refOf(instance);
  const until = performance.now() + limitMs;
  let quiet = 0;
  while (quiet < QUIET_LOOKS && performance.now() < until && !rt.closing.aborted) {
    if (await ended(rt, instance, IN_FLIGHT_POLL_MS)) return;
    try {
      const underWay = await rt.needs.traffic.inFlight(service, environment);
      quiet = (underWay[instance.id] ?? 0) === 0 ? quiet + 1 : 0;
    } catch {
      // Not known is not none: only the time limit ends the wait.
      quiet = 0;
    }
  }
}

/** Detaches an instance, lets its requests end, and stops it. Goes on where a restart cut it off. Never rejects. */
export async function drainAndStop(rt: Runtime, instance: Instance): Promise<void> {
  const { state, spec } = instance.record;
  if (state.phase === 'intended' || state.phase === 'failed') return await forget(rt, instance);
  if (state.phase === 'stopping') return await stopNow(rt, instance);
  const until = state.phase === 'draining' ? state.until : rt.needs.clock.now() + spec.drainSeconds * 1000;
  // The recorded end counts after a restart; a clock that jumps must not make the wait longer.
  const limitMs = Math.min(spec.drainSeconds * 1000, until - rt.needs.clock.now());
  instance.unwatch();
  rt.fleet.update(instance, { state: { phase: 'draining', process: state.process, until } });
  await Promise.race([rt.upstreams.changed(refOf(instance)), pause(rt, spec.drainSeconds * 1000)]);
  await untilQuiet(rt, instance, limitMs);
  if (!rt.closing.aborted) await stopNow(rt, instance);
}

/** Whether an instance is already on its way out through one of these. */
export const isLeaving = ({ record: { state } }: Instance): boolean => state.phase === 'draining' || state.phase === 'stopping';
