/** Looks after a running instance: its health from outside, and the end of its process. */
import { announce, type Ending, failInstance, markUnhealthy } from './failure.ts';
import { type Instance, processOf, refOf } from './fleet.ts';
import type { Runtime } from './runtime.ts';
import { REFUSED } from './probe.ts';
import { drainAndStop } from './stop.ts';

/** The one it replaces leaves now that this one serves. */
function handOver(rt: Runtime, instance: Instance): void {
  const { replaces } = instance.record;
  if (replaces === null) return;
  const old = rt.fleet.get(replaces);
  rt.fleet.update(instance, { replaces: null });
  if (old !== undefined) rt.background(drainAndStop(rt, old));
}

async function markHealthy(rt: Runtime, instance: Instance): Promise<void> {
  const process = processOf(instance);
  // Somebody else may have taken the port between the choice of it and the start; its answer is no sign of health.
  const listens = process === undefined ? undefined : await rt.table.listens(process.pid, process.port);
  const { state } = instance.record;
  if (state.phase !== 'running' || state.health === 'healthy' || rt.closing.aborted) return;
  if (listens === false) {
    const why = `Port ${state.process.port}, which it was given, is answered by another process.`;
    if (state.health === 'starting') markUnhealthy(rt, instance, why);
    return;
  }
  rt.fleet.update(instance, { problem: null, state: { ...state, health: 'healthy', healthySince: rt.needs.clock.now() } });
  await rt.upstreams.changed(refOf(instance));
  if (rt.closing.aborted) return;
  announce(rt, instance, 'healthy', 'It is healthy and attached to the router.');
  handOver(rt, instance);
}

/** The usual mistake of a service's first day: it listens on a port of its own choice, so nothing answers on the one that it was given. */
async function withPorts(rt: Runtime, instance: Instance, why: string): Promise<string> {
  const process = processOf(instance);
  const ports = process === undefined ? [] : await rt.table.ports(process.pid).catch(() => []);
  return ports.length === 0 ? why : `${why} It listens on ${ports.join(', ')}: let it take its port, now ${process?.port ?? ''}, from the variable PORT.`;
}

/** Begins the health checks of a running instance. */
export function watch(rt: Runtime, instance: Instance): void {
  const { state, spec } = instance.record;
  if (state.phase !== 'running') return;
  instance.unwatch();
  instance.unwatch = rt.watchHealth({
    port: state.process.port,
    check: spec.health,
    from: state.health,
    spentMs: Math.max(0, rt.needs.clock.now() - state.startedAt),
    onChange: (health, why) => {
      if (why?.endsWith(`${REFUSED}.`) === true) rt.background(withPorts(rt, instance, why).then((text) => markUnhealthy(rt, instance, text)));
      else if (health === 'unhealthy') markUnhealthy(rt, instance, why ?? 'It is not healthy.');
      else rt.background(markHealthy(rt, instance));
    },
  });
}

/** Called when an instance's process has ended, however that was noticed. */
export function processEnded(rt: Runtime, instance: Instance, how: Ending): void {
  if (rt.closing.aborted) return;
  const kills = rt.cgroups?.memoryKills(instance.id) ?? 0;
  if (kills > 0) instance.sentence ??= { kind: 'limit', why: `The kernel ended it: it wanted more than the ${instance.record.spec.resources.memory} bytes of memory that it may have.` };
  rt.sweep(instance.id);
  failInstance(rt, instance, how);
}
