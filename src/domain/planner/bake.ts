/** The batch after the last: all traffic is on the candidate, and the stable revision is kept until the judge has seen enough. */
import { instancesOf } from '../duration.ts';
import type { Batch } from '../plan.ts';
import { batch } from './batch.ts';
import { holdOf, retireOthers } from './setting.ts';
import type { ProductionBatches, Serving } from './strategies.ts';

/** The stable revision's instances that a bake keeps, at least one; 0 without a bake. */
export function keptForBake({ manifest, stable }: Serving): number {
  const { bake } = manifest.rollout;
  return bake === undefined ? 0 : Math.min(stable.count, Math.max(1, instancesOf(bake.keep, stable.count)));
}

/** The batch that moved the last traffic no longer retires the stable revision; the bake does, at its end. */
export function withBake(setting: Serving, batches: ProductionBatches): ProductionBatches {
  const { bake } = setting.manifest.rollout;
  const last = batches.rollout.at(-1);
  if (bake === undefined || last === undefined) return batches;
  const kept = keptForBake(setting);
  const stable = { revision: setting.stable.revision, count: kept };
  const shrink: Batch['shrink'] = [...last.shrink.filter(({ revision }) => revision !== stable.revision), ...(kept < countBefore(setting, batches) ? [stable] : [])];
  const watch = batch({ weights: last.weights, hold: holdOf(bake.duration, bake.interval, setting.manifest.canary.judge), bake: true, shrink: retireOthers({ ...setting, leftovers: [] }) });
  return { ...batches, rollout: [...batches.rollout.slice(0, -1), { ...last, shrink }, watch] };
}

/** What the stable revision has when the last batch begins: a rolling release has taken some away. */
function countBefore({ stable }: Serving, { rollout }: ProductionBatches): number {
  const earlier = rollout.slice(0, -1).flatMap(({ shrink }) => shrink).filter(({ revision }) => revision === stable.revision);
  return earlier.at(-1)?.count ?? stable.count;
}
