/** Where instances go and which of them leave. Pure. */
import type { InstanceId } from '../../domain/ids.ts';

export interface Placed {
  readonly instance: InstanceId;
  readonly zone: string;
  readonly createdAt: number;
  /** It does not serve and is not about to: ended, never begun, or unhealthy. */
  readonly failed: boolean;
  /** Ended or quarantined under an older generation: a newer launch starts afresh. */
  readonly outdated: boolean;
}

export interface Placement {
  /** The zone of each instance to start, with the instance that leaves once this one is healthy. */
  readonly start: readonly { readonly zone: string; readonly replaces: InstanceId | null }[];
  readonly stop: readonly InstanceId[];
}

const countByZone = (zones: readonly string[], placed: readonly Pick<Placed, 'zone'>[]): Map<string, number> => {
  const counts = new Map(zones.map((zone) => [zone, 0]));
  for (const { zone } of placed) if (counts.has(zone)) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  return counts;
};

/** Zones for `count` more instances: always the emptiest one, in the order given where they are equal. */
export function spread(zones: readonly string[], placed: readonly Pick<Placed, 'zone'>[], count: number): readonly string[] {
  const counts = countByZone(zones, placed);
  const chosen: string[] = [];
  for (let index = 0; index < count && zones.length > 0; index += 1) {
    const zone = zones.reduce((best, candidate) => ((counts.get(candidate) ?? 0) < (counts.get(best) ?? 0) ? candidate : best));
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
    chosen.push(zone);
  }
  return chosen;
}

/** `count` instances to stop: failed ones first, then the youngest of the fullest zone. */
export function surplusOf(zones: readonly string[], placed: readonly Placed[], count: number): readonly InstanceId[] {
  const left = [...placed];
  const stop: InstanceId[] = [];
  while (stop.length < count && left.length > 0) {
    const counts = countByZone(zones, left);
    const first = left.reduce((best, one) => {
      if (one.failed !== best.failed) return one.failed ? one : best;
      const more = (counts.get(one.zone) ?? 0) - (counts.get(best.zone) ?? 0);
      return more > 0 || (more === 0 && one.createdAt > best.createdAt) ? one : best;
    });
    left.splice(left.indexOf(first), 1);
    stop.push(first.instance);
  }
  return stop;
}

/**
 * What brings a revision to `count` in `zones` (those that are not lost). Instances elsewhere leave: at once when they have failed or
 * are too many, else when the one that takes their place is healthy.
 */
export function planPlacement(zones: readonly string[], slots: readonly Placed[], count: number): Placement {
  const outdated = slots.filter((slot) => slot.outdated);
  const current = slots.filter((slot) => !slot.outdated);
  const inside = current.filter((slot) => zones.includes(slot.zone));
  const outside = current.filter((slot) => !zones.includes(slot.zone));
  const chosen = spread(zones, inside, Math.max(0, count - inside.length));
  const handOver = outside.filter((slot) => !slot.failed).slice(0, chosen.length);
  const leave = outside.filter((slot) => !handOver.includes(slot));
  return {
    start: chosen.map((zone, index) => ({ zone, replaces: handOver[index]?.instance ?? null })),
    stop: [...outdated, ...leave].map((slot) => slot.instance).concat(surplusOf(zones, inside, Math.max(0, inside.length - count))),
  };
}
