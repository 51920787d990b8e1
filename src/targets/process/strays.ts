/** Processes that carry this installation's marker and belong to no instance that is known. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceRef } from '../../contracts/target.ts';
import { EnvironmentName, InstanceId, RevisionId, ServiceName } from '../../domain/ids.ts';
import { type Fleet, processOf } from './fleet.ts';
import type { MarkedProcess } from './process-table/index.ts';
import type { Runtime } from './runtime.ts';
import { signalGroup } from './stop.ts';

export interface Stray {
  readonly id: InstanceId;
  readonly ref: ServiceRef;
  readonly revision: RevisionId;
  readonly zone: string;
  readonly process: MarkedProcess;
}

const STOP_MS = 5000;

/** A stray's name holds its process, because its marker may be that of an instance that is known. */
const strayId = (process: MarkedProcess): string => `stray.${process.pid}.${process.marker.instance}`.slice(0, 128);

function asStray(process: MarkedProcess): Stray | undefined {
  const { marker } = process;
  const id = InstanceId.safeParse(strayId(process));
  const service = ServiceName.safeParse(marker.service);
  const environment = EnvironmentName.safeParse(marker.environment);
  const revision = RevisionId.safeParse(marker.revision);
  if (!id.success || !service.success || !environment.success || !revision.success) return undefined;
  return { id: id.data, ref: { service: service.data, environment: environment.data }, revision: revision.data, zone: marker.zone, process };
}

/** Known: in the group of a known process, or started by a known instance that made a session of its own. */
function isKnown(fleet: Fleet, process: MarkedProcess): boolean {
  const instance = fleet.get(process.marker.instance);
  if (instance === undefined) return false;
  // Between the spawn and its record, the process of an intent is known by its marker only.
  return instance.record.state.phase === 'intended' || processOf(instance) !== undefined;
}

/** A look at the whole process table costs more than all else that observe does, so looks that come close together share one. */
const SHARED_LOOK_MS = 500;

/** What findStrays says, as of at most half a second ago. */
export function createStrayLook(find: () => Promise<readonly Stray[]>, now: () => number = () => performance.now()): () => Promise<readonly Stray[]> {
  let last: { readonly at: number; readonly found: Promise<readonly Stray[]> } | undefined;
  return () => {
    if (last !== undefined && now() - last.at < SHARED_LOOK_MS) return last.found;
    const look = { at: now(), found: find() };
    last = look;
    look.found.catch(() => {
      if (last === look) last = undefined;
    });
    return look.found;
  };
}

/** One stray per group, its leader where that is alive. Reads the whole process table. */
export async function findStrays(rt: Runtime): Promise<readonly Stray[]> {
  const groups = new Map<number, MarkedProcess>();
  for (const process of await rt.table.marked(rt.needs.directory)) {
    if (!isKnown(rt.fleet, process) && (!groups.has(process.group) || process.pid === process.group)) groups.set(process.group, process);
  }
  // An instance that ended during the look is known no more, but neither does it run.
  const living = await Promise.all([...groups.values()].map(async (process) => ((await rt.table.identity(process.pid)) === process.identity ? process : undefined)));
  return living.flatMap((process) => (process === undefined ? [] : (asStray(process) ?? [])));
}

/** Ends one process, or its whole group when it leads one. Never rejects. */
export async function endProcess(rt: Runtime, found: MarkedProcess): Promise<void> {
  const send = async (signal: NodeJS.Signals) => {
    if (found.pid === found.group && (await signalGroup(rt, found, signal))) return;
    if ((await rt.table.identity(found.pid)) !== found.identity) return;
    try {
      process.kill(found.pid, signal);
    } catch {
      // Ended in between.
    }
  };
  await send('SIGTERM');
  const isOver = await Promise.race([rt.exits.over(found).then(() => true), sleep(STOP_MS, false, { signal: rt.closing, ref: false }).catch(() => true)]);
  if (!isOver) await send('SIGKILL');
}

/** Collects ended instances for a moment, then kills in one look at the process table what they left behind. */
export function createSweep(table: Runtime['table'], directory: string, fleet: Fleet, delayMs = 200): { readonly sweep: (id: InstanceId) => void; readonly close: () => void } {
  const ended = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const killLeft = async () => {
    timer = undefined;
    const ids = new Set(ended);
    ended.clear();
    for (const { pid, identity, marker } of await table.marked(directory)) {
      const instance = fleet.get(marker.instance);
      const alive = instance !== undefined && processOf(instance) !== undefined;
      if (!ids.has(marker.instance) || alive || (await table.identity(pid)) !== identity) continue;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended in between.
      }
    }
  };
  return {
    sweep: (id) => {
      ended.add(id);
      timer ??= setTimeout(() => void killLeft().catch(() => undefined), delayMs).unref();
    },
    close: () => clearTimeout(timer),
  };
}
