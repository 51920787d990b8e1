/** Takes over what an earlier process of this target left: instances that live go on as they are, with the same process. */
import type { InstanceId } from '../../domain/ids.ts';
import { failInstance } from './failure.ts';
import { type Instance, keyOf, processOf, refOf } from './fleet.ts';
import { removeDirectory, type ProcessRef } from './instance-record.ts';
import type { MarkedProcess } from './process-table/index.ts';
import type { Runtime } from './runtime.ts';
import { start } from './start.ts';
import { digestsInUse, drainAndStop } from './stop.ts';
import { endProcess } from './strays.ts';
import { processEnded, watch } from './watch.ts';

/** Follows the end of an adopted instance's process. */
function followExit(rt: Runtime, instance: Instance, process: ProcessRef): void {
  instance.gone = rt.exits.over(process).then(() => processEnded(rt, instance, { began: true, why: 'Its process has ended. Its log says more.' }));
}

/** A process that was started, but whose record was not written any more. */
function takeUnrecorded(rt: Runtime, instance: Instance, found: MarkedProcess, port: number): void {
  const process = { pid: found.pid, identity: found.identity, port };
  rt.fleet.update(instance, { state: { phase: 'running', process, health: 'starting', startedAt: rt.needs.clock.now(), healthySince: null } });
}

async function adoptOne(rt: Runtime, instance: Instance): Promise<'adopted' | 'lost' | 'other'> {
  const process = processOf(instance);
  const alive = process !== undefined && (await rt.table.identity(process.pid)) === process.identity;
  if (process !== undefined && alive) followExit(rt, instance, process);
  const { phase } = instance.record.state;
  if (phase === 'draining' || phase === 'stopping') {
    if (!alive) instance.gone = Promise.resolve();
    rt.background(drainAndStop(rt, instance));
    return alive ? 'adopted' : 'other';
  }
  if (phase === 'running' && alive) {
    watch(rt, instance);
    return 'adopted';
  }
  if (phase === 'running') {
    rt.sweep(instance.id);
    failInstance(rt, instance, { began: true, why: 'Its process ended while Slipway was away. Its log says more.' });
    return 'lost';
  }
  if (phase === 'intended') rt.background(start(rt, instance));
  return 'other';
}

/** Instances that wait for a successor which is healthy by now. */
function finishHandOvers(rt: Runtime): void {
  for (const instance of rt.fleet.all()) {
    const { replaces, state } = instance.record;
    if (replaces === null || state.phase !== 'running' || state.health !== 'healthy') continue;
    const old = rt.fleet.get(replaces);
    rt.fleet.update(instance, { replaces: null });
    if (old !== undefined) rt.background(drainAndStop(rt, old));
  }
}

/**
 * Reads all instance directories. Living processes are taken over, ended ones become failures, unfinished starts and stops go on, and
 * directories without a readable record are removed with what runs in them.
 */
export async function adopt(rt: Runtime): Promise<{ adopted: number; lost: number }> {
  const marked = await rt.table.marked(rt.needs.directory);
  const leaders = new Map<string, MarkedProcess>(marked.filter(({ pid, group }) => pid === group).map((found) => [found.marker.instance, found]));
  const counts = { adopted: 0, lost: 0, other: 0 };
  const found = rt.fleet.load();
  for (const { id, directory, instance } of found) {
    const leader = leaders.get(id satisfies InstanceId);
    if (instance === undefined) {
      if (leader !== undefined) {
        await endProcess(rt, leader);
        counts.lost += 1;
      }
      await removeDirectory(directory);
      continue;
    }
    if (instance.record.state.phase === 'intended' && leader !== undefined) {
      const { port } = leader.marker;
      if (port === undefined) await endProcess(rt, leader);
      else takeUnrecorded(rt, instance, leader, port);
    }
    counts[await adoptOne(rt, instance)] += 1;
  }
  finishHandOvers(rt);
  const refs = new Map(rt.fleet.all().map((instance) => [keyOf(refOf(instance)), refOf(instance)]));
  for (const ref of refs.values()) void rt.upstreams.changed(ref);
  await rt.unpacked.sweep(() => digestsInUse(rt));
  return { adopted: counts.adopted, lost: counts.lost };
}
