/** A plan walked through on counts alone: what is there after each move of each batch. */
import type { RevisionId } from '../ids.ts';
import { STAGES, type StageName } from '../manifest.ts';
import type { Batch, Plan } from '../plan.ts';
import type { Weights } from '../route.ts';
import type { Desired } from '../state.ts';

export type Counts = Readonly<Record<RevisionId, number>>;

export interface Point {
  readonly stage: StageName;
  readonly batch: number;
  readonly move: 'launch' | 'weights' | 'shrink';
  readonly counts: Counts;
  readonly weights: Weights;
}

export interface Start {
  readonly counts: Counts;
  readonly weights: Weights;
}

/** Where a plan begins. Without the desired state: the stable revision serves with as many instances as the plan wants. */
export function startOf(plan: Plan, desired: Desired | null): Start {
  if (desired === null) return plan.stable === null ? { counts: {}, weights: {} } : { counts: { [plan.stable]: plan.instances }, weights: plan.instances === 0 ? {} : { [plan.stable]: 100 } };
  const counts: Record<RevisionId, number> = {};
  for (const { spec, count } of Object.values(desired.revisions)) counts[spec.revision] = count;
  return { counts, weights: desired.weights };
}

/** Every point the plan passes, in order. A revision is retired, and gone from the counts, when a shrink brings it to 0. */
export function walk(plan: Plan, start: Start): Point[] {
  const points: Point[] = [];
  let { counts, weights } = start;
  for (const stage of STAGES) {
    for (const [index, batch] of (plan.stages[stage]?.batches ?? []).entries()) {
      counts = set(counts, batch.launch);
      points.push({ stage, batch: index, move: 'launch', counts, weights });
      weights = batch.weights;
      points.push({ stage, batch: index, move: 'weights', counts, weights });
      counts = withoutRetired(set(counts, batch.shrink), batch.shrink);
      points.push({ stage, batch: index, move: 'shrink', counts, weights });
    }
  }
  return points;
}

/** Instances of the revisions that have traffic. */
export function servingInstances(counts: Counts, weights: Weights): number {
  return (Object.entries(weights) as [RevisionId, number][]).reduce((sum, [revision, weight]) => (weight > 0 ? sum + (counts[revision] ?? 0) : sum), 0);
}

function set(counts: Counts, changes: Batch['launch']): Counts {
  return changes.length === 0 ? counts : { ...counts, ...Object.fromEntries(changes.map(({ revision, count }) => [revision, count])) };
}

function withoutRetired(counts: Counts, shrink: Batch['shrink']): Counts {
  const retired = new Set<string>(shrink.filter(({ count }) => count === 0).map(({ revision }) => revision));
  return retired.size === 0 ? counts : Object.fromEntries(Object.entries(counts).filter(([revision]) => !retired.has(revision)));
}
