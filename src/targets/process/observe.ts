/** observe: what really runs, from the process table and the router, not from what was recorded. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObserveRequest, ObserveResult, ServiceRef } from '../../contracts/target.ts';
import type { Observed, ObservedInstance } from '../../domain/state.ts';
import { slotOf } from './failure.ts';
import { type Instance, keyOf, processOf, refOf } from './fleet.ts';
import { endpointOf } from './route.ts';
import type { Runtime } from './runtime.ts';
import type { Stray } from './strays.ts';
import { LOOPBACK } from './upstreams.ts';
import { processEnded } from './watch.ts';

/** The process table may know of an end a moment before its event, which says more: how it ended. */
const EVENT_WAIT_MS = 30;
const EVENT_POLL_MS = 3;

/** Notices a process that has ended, whether or not an event has said so. */
async function verify(rt: Runtime, instance: Instance): Promise<void> {
  const process = processOf(instance);
  if (process === undefined || (await rt.table.identity(process.pid)) === process.identity) return;
  for (let waited = 0; waited < EVENT_WAIT_MS && processOf(instance) !== undefined; waited += EVENT_POLL_MS) await sleep(EVENT_POLL_MS);
  if (processOf(instance) === undefined) return;
  processEnded(rt, instance, { began: true, why: 'Its process has ended. Its log says more.' });
}

function healthOf({ record: { state } }: Instance): ObservedInstance['health'] {
  if (state.phase === 'running') return state.health;
  if (state.phase === 'intended') return 'starting';
  if (state.phase !== 'failed') return 'draining';
  // What never began has not stopped; it is there and cannot serve.
  return state.began ? 'stopped' : 'unhealthy';
}

function problemOf(rt: Runtime, { id, record }: Instance, others: readonly Instance[]): string | null {
  const unwritten = rt.fleet.unwritten.get(id);
  if (unwritten !== undefined) return `${record.problem ?? ''} Its record could not be written (${unwritten}). Free some space on the disk.`.trim();
  const successor = others.find((other) => other.record.replaces === id);
  return record.problem ?? (successor === undefined ? null : `It leaves when ${successor.id} is healthy.`);
}

function describe(rt: Runtime, instance: Instance, others: readonly Instance[]): ObservedInstance {
  const { record } = instance;
  const process = processOf(instance);
  return {
    instance: instance.id,
    revision: record.spec.revision,
    zone: record.zone,
    health: healthOf(instance),
    startedAt: record.state.phase === 'running' ? record.state.startedAt : record.createdAt,
    relaunches: slotOf(rt, instance).relaunches,
    address: process === undefined ? null : `${LOOPBACK}:${process.port}`,
    problem: problemOf(rt, instance, others),
    quarantined: record.slot.quarantined !== null,
  };
}

const describeStray = ({ id, revision, zone, process }: Stray): ObservedInstance => ({
  instance: id,
  revision,
  zone,
  health: 'unhealthy',
  startedAt: 0,
  relaunches: 0,
  address: null,
  stray: true,
  problem: `stray: process ${process.pid} carries the marker of instance ${process.marker.instance}, which is not known here. A relaunch of it stops it.`,
  quarantined: false,
});

type InForce = Awaited<ReturnType<Runtime['needs']['traffic']['several']>>[number];

function observeOne(rt: Runtime, ref: ServiceRef, strays: readonly Stray[], route: InForce | undefined): Observed {
  // A router that came back with an older table, or was changed by hand, is brought up to date.
  if (route !== undefined && rt.upstreams.differ(route)) void rt.upstreams.changed(ref);
  const instances = rt.fleet.of(ref);
  return {
    service: ref.service,
    environment: ref.environment,
    weights: route?.weights ?? {},
    instances: [...instances.map((instance) => describe(rt, instance, instances)), ...strays.filter((stray) => keyOf(stray.ref) === keyOf(ref)).map(describeStray)],
    endpoint: route === undefined ? null : endpointOf(route.port),
  };
}

/**
 * One look at the process table and one question to the router for all services asked for.
 * @throws ProviderUnavailable when the router does not answer: weights that are not known are not made up
 */
export async function observe(rt: Runtime, request: ObserveRequest): Promise<ObserveResult> {
  const strays = await rt.strays();
  await Promise.all(request.refs.flatMap((ref) => rt.fleet.of(ref).map((instance) => verify(rt, instance))));
  const routes = new Map((await rt.needs.traffic.several(request.refs.map(({ service, environment }) => ({ service, environment })))).map((route) => [keyOf(route), route]));
  return { verb: 'observe', services: request.refs.map((ref) => observeOne(rt, ref, strays, routes.get(keyOf(ref)))) };
}

/** Whether an instance belongs to the service that a request names. */
export const belongsTo = (instance: Instance, ref: ServiceRef): boolean => keyOf(refOf(instance)) === keyOf(ref);
