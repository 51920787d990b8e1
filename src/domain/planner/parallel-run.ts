/** The batch before all others in production: the candidate answers copies of requests, and nobody gets its answers. */
import type { Batch } from '../plan.ts';
import { batch } from './batch.ts';
import { holdOf } from './setting.ts';
import type { ProductionBatches, Serving } from './strategies.ts';

/** Puts it before the first batch of the first stage, with the instances that batch launches. */
export function withParallelRun(setting: Serving, batches: ProductionBatches): ProductionBatches {
  const { parallelRun } = setting.manifest;
  if (parallelRun === undefined) return batches;
  const before = (list: readonly Batch[]): readonly Batch[] => {
    const [first] = list;
    if (first === undefined) return list;
    return [batch({ launch: first.launch, weights: { [setting.stable.revision]: 100 }, hold: holdOf(parallelRun.duration, parallelRun.interval, null), parallelRun }), ...list];
  };
  return batches.canary.length > 0 ? { ...batches, canary: before(batches.canary) } : { ...batches, rollout: before(batches.rollout) };
}
