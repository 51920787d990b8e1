/** The `process` target: real processes on this machine, each with its own directory, port, log and limits. */
import { mkdirSync, realpathSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ServiceRef } from '../../contracts/target.ts';
import type { InstanceId, RevisionId } from '../../domain/ids.ts';
import type { Worker } from '../../domain/manifest.ts';
import type { Target } from '../../ports/target.ts';
import { adopt } from './adopt.ts';
import { type Cgroups, openCgroups, ownCgroup } from './cgroup.ts';
import { createExitPoll } from './exit-poll.ts';
import { createFleet, isServing, processOf } from './fleet.ts';
import { portGiver } from './free-port.ts';
import { createHealthWatch } from './health.ts';
import { launch } from './launch.ts';
import { limitsInForce, supervise } from './limits.ts';
import { type InstanceLog, readLogs } from './read-logs.ts';
import { observe } from './observe.ts';
import { processTable } from './process-table/index.ts';
import { relaunch } from './relaunch.ts';
import { retire } from './retire.ts';
import { endpointOf, route } from './route.ts';
import type { ProcessTargetNeeds, Runtime } from './runtime.ts';
import { createBounded, createSerial } from './serial.ts';
import { DEFAULT_SETTINGS, type ProcessSettings } from './settings.ts';
import { startProcess } from './spawn.ts';
import { createSpawner } from './spawner/client.ts';
import { createStartWaits, type StartWaits } from './starts.ts';
import { drainAndStop, isLeaving } from './stop.ts';
import { createStrayLook, createSweep, findStrays } from './strays.ts';
import { createUnpacked } from './unpacked.ts';
import { createUpstreams } from './upstreams.ts';

export type { InstanceChange, ProcessTargetNeeds } from './runtime.ts';
export type { InstanceLog } from './read-logs.ts';
export type { ProcessSettings } from './settings.ts';

export interface ProcessTarget extends Target {
  /** Takes over what an earlier process left; call it once, before the first verb. */
  adopt(): Promise<{ adopted: number; lost: number }>;
  readonly startsOver: StartWaits['over'];
  /** Drains and stops every instance, for the end of the whole installation, and takes no changing verb from then on; the next start launches what is desired. */
  stopAll(): Promise<void>;
  /** Lets go: instances keep running. */
  close(): Promise<void>;
  /** The instances of a service that is a worker, running or not; empty for one that answers requests. */
  workers(ref: ServiceRef): readonly { readonly instance: InstanceId; readonly revision: RevisionId; readonly origin: string | null; readonly worker: Worker }[];
  /** The end of each instance's log, of ended ones too, newest first. */
  logs(ref: ServiceRef, options?: { readonly revision?: RevisionId; readonly tailBytes?: number }): Promise<readonly InstanceLog[]>;
}

function openLimits(directory: string, settings: ProcessSettings): Cgroups | { readonly unavailable: string } {
  if (process.platform !== 'linux') return { unavailable: 'only Linux has cgroups' };
  const parent = settings.cgroupParent ?? ownCgroup();
  if (parent === undefined) return { unavailable: 'no cgroup v2 is mounted' };
  return openCgroups(parent, `slipway-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`);
}

/** Work that nobody waits for until the target closes. */
function createBackground(): { readonly add: (work: Promise<unknown>) => void; readonly idle: () => Promise<void> } {
  const underWay = new Set<Promise<unknown>>();
  return {
    add: (work) => {
      // Each part turns its own failures into an instance's problem; what comes through all the same must not end the control plane.
      const safe: Promise<unknown> = work.catch(() => undefined).finally(() => underWay.delete(safe));
      underWay.add(safe);
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function createRuntime({ settings: given, ...rest }: ProcessTargetNeeds) {
  mkdirSync(join(rest.directory, 'artifacts'), { recursive: true, mode: 0o700 });
  // The marker in a process's variables is compared as text, so the directory must have one spelling.
  const needs = { ...rest, directory: realpathSync(rest.directory) };
  const settings: ProcessSettings = { ...DEFAULT_SETTINGS, ...given };
  const closing = new AbortController();
  const refusing = new AbortController();
  const table = processTable();
  const exits = createExitPoll(table, settings.adoptedPollMs);
  const fleet = createFleet(needs.directory);
  const limits = openLimits(needs.directory, settings);
  const background = createBackground();
  const sweep = createSweep(table, needs.directory, fleet);
  const portsTaken = () => new Set(fleet.all().flatMap((instance) => processOf(instance)?.port ?? []));
  const rt: Runtime = {
    needs,
    settings,
    fleet,
    table,
    exits,
    verbs: createSerial(),
    unpacked: createUnpacked({ root: join(needs.directory, 'artifacts'), artifacts: needs.artifacts, ids: needs.ids, spare: settings.artifactsSpare }),
    upstreams: createUpstreams({ traffic: needs.traffic, fleet, closing: closing.signal }),
    cgroups: 'unavailable' in limits ? undefined : limits,
    watchHealth: createHealthWatch(),
    starts: createStartWaits(fleet, closing.signal),
    freePort: portGiver(needs.directory, settings.ports, portsTaken),
    startProcess: settings.spawnerSocket === undefined ? async (start) => startProcess(start) : createSpawner({ socket: settings.spawnerSocket, exits, closing: closing.signal }),
    startTurn: createBounded(settings.parallelStarts),
    background: background.add,
    strays: createStrayLook(() => findStrays(rt)),
    sweep: sweep.sweep,
    closing: closing.signal,
    refusing: AbortSignal.any([closing.signal, refusing.signal]),
  };
  return { rt, closing, refusing, background, sweep, limits };
}

/** @throws NotSupported on other systems than Linux and macOS; the error of the file system when the directory cannot be made */
export async function createProcessTarget(needs: ProcessTargetNeeds): Promise<ProcessTarget> {
  const { rt, closing, refusing, background, sweep, limits } = createRuntime(needs);
  const stopSupervising = supervise(rt);
  return {
    describe: async () => ({ verb: 'describe', kind: 'process', weights: true, zones: true, scaleToZero: true, mirrors: true, limits: limitsInForce(rt, 'unavailable' in limits ? limits : undefined), problems: [] }),
    launch: (request) => launch(rt, request),
    route: (request) => route(rt, request),
    observe: (request) => observe(rt, request),
    relaunch: (request) => relaunch(rt, request),
    retire: (request) => retire(rt, request),
    adopt: () => adopt(rt),
    startsOver: (ref, revisions, withinMs) => rt.starts.over(ref, revisions, withinMs),
    stopAll: async () => {
      refusing.abort();
      await rt.verbs.idle();
      for (const instance of rt.fleet.all()) if (!isLeaving(instance)) rt.background(drainAndStop(rt, instance));
      await background.idle();
    },
    workers: (ref) => rt.fleet.of(ref).flatMap((instance) => {
      const { spec } = instance.record;
      const running = processOf(instance);
      return spec.worker === undefined ? [] : [{ instance: instance.id, revision: spec.revision, origin: running === undefined || !isServing(instance) ? null : endpointOf(running.port), worker: spec.worker }];
    }),
    logs: (ref, options) => readLogs(rt, ref, options),
    close: async () => {
      closing.abort();
      stopSupervising();
      rt.exits.close();
      sweep.close();
      for (const instance of rt.fleet.all()) instance.unwatch();
      await rt.verbs.idle();
      await background.idle();
      await rt.upstreams.idle();
    },
  };
}
