/** What differs in one desired revision. */
import type { DesiredRevision, ObservedInstance } from '../state.ts';
import type { Drift } from './drift.ts';

/**
 * An instance fills one of the revision's slots when it starts, serves, is unhealthy or is quarantined. A draining one is on its way
 * out; a stopped one is a slot to fill again, as far as there are too few.
 */
export function revisionDrift(wanted: DesiredRevision, instances: readonly ObservedInstance[], zonesLost: readonly string[], now: number, found: Drift[]): void {
  const { spec, count: want } = wanted;
  let have = 0;
  let stopped = 0;
  let inLostZone = 0;
  for (const instance of instances) {
    if (instance.revision !== spec.revision || instance.health === 'draining' || instance.stray === true) continue;
    if (instance.health === 'stopped' && !instance.quarantined) {
      stopped += 1;
      continue;
    }
    have += 1;
    if (instance.quarantined) found.push({ kind: 'quarantined', instance: instance.instance, revision: spec.revision, problem: instance.problem ?? 'it failed again and again' });
    else if (zonesLost.length > 0 && zonesLost.includes(instance.zone)) inLostZone += 1;
    else {
      const problem = problemOf(instance, spec.health.startWithin, now);
      if (problem !== null) found.push({ kind: 'failed-instance', instance: instance.instance, revision: spec.revision, problem });
    }
  }
  if (stopped > 0 && have < want) have += stoppedDrift(wanted, instances, want - have, found);
  if (inLostZone > 0) lostZoneDrift(wanted, instances, zonesLost, found);
  if (have < want) found.push({ kind: 'missing-instances', revision: spec.revision, want, have });
  else if (have > want) found.push({ kind: 'surplus-instances', revision: spec.revision, want, have });
  else if (want > 1 && spec.zones.length > 1 && inLostZone === 0) unevenDrift(wanted, instances, zonesLost, found);
}

function problemOf(instance: ObservedInstance, startWithinSeconds: number, now: number): string | null {
  if (instance.health === 'unhealthy') return instance.problem ?? 'it is unhealthy';
  if (instance.health === 'starting' && now - instance.startedAt > startWithinSeconds * 1000) return `it is not healthy ${Math.round((now - instance.startedAt) / 1000)} s after its start, and has ${startWithinSeconds} s`;
  return null;
}

/** At most `gap` stopped instances, as failed ones: older ones are only history. */
function stoppedDrift({ spec }: DesiredRevision, instances: readonly ObservedInstance[], gap: number, found: Drift[]): number {
  const stopped = instances.filter((instance) => instance.revision === spec.revision && instance.health === 'stopped' && !instance.quarantined);
  const latest = stopped.sort((a, b) => b.startedAt - a.startedAt).slice(0, gap);
  for (const { instance, problem } of latest) found.push({ kind: 'failed-instance', instance, revision: spec.revision, problem: problem ?? 'it has stopped' });
  return latest.length;
}

function lostZoneDrift({ spec }: DesiredRevision, instances: readonly ObservedInstance[], zonesLost: readonly string[], found: Drift[]): void {
  for (const zone of zonesLost) {
    const there = instances.filter((instance) => instance.revision === spec.revision && instance.zone === zone && !instance.quarantined && instance.health !== 'draining' && instance.health !== 'stopped');
    if (there.length > 0) found.push({ kind: 'zone', problem: 'lost', revision: spec.revision, zone, instances: there.map(({ instance }) => instance) });
  }
}

function unevenDrift({ spec, count }: DesiredRevision, instances: readonly ObservedInstance[], zonesLost: readonly string[], found: Drift[]): void {
  const zones = zonesLost.length === 0 ? spec.zones : spec.zones.filter((zone) => !zonesLost.includes(zone));
  if (zones.length < 2) return;
  let least = count;
  let most = 0;
  for (const zone of zones) {
    const there = countIn(zone, spec.revision, instances);
    least = Math.min(least, there);
    most = Math.max(most, there);
  }
  if (most - least <= 1) return;
  found.push({ kind: 'zone', problem: 'uneven', revision: spec.revision, have: Object.fromEntries(zones.map((zone) => [zone, countIn(zone, spec.revision, instances)])) });
}

function countIn(zone: string, revision: string, instances: readonly ObservedInstance[]): number {
  let there = 0;
  for (const instance of instances) if (instance.zone === zone && instance.revision === revision && instance.health !== 'draining' && instance.health !== 'stopped') there += 1;
  return there;
}
