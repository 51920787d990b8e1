/** The properties that hold for every plan, looked for in one. */
import type { RevisionId } from '../ids.ts';
import type { Plan } from '../plan.ts';
import type { Desired } from '../state.ts';
import { type Point, servingInstances, startOf, walk } from './walk.ts';

export const PLAN_RULES = ['weights', 'serving', 'capacity', 'cover', 'end', 'rollback', 'stages'] as const;
export interface Violation {
  readonly rule: (typeof PLAN_RULES)[number];
  /** Where in the plan: `canary 1 weights`, or `plan`. */
  readonly at: string;
  readonly problem: string;
}

/**
 * - weights: they sum to 100, or none at all where nothing is to serve
 * - serving: a weight over 0 names a revision with instances
 * - capacity: serving instances never fall under the minimum, or under what there was where that was less
 * - cover: the candidate has the instances that its weight needs
 * - end: the candidate alone, with all its instances and all traffic (none when scaled to zero)
 * - rollback: the stable revision can be brought back at any point, from its instances or from its specification
 * - stages: those of the plan's kind; approval and canary stand before a rollout
 *
 * @param desired what the plan begins from; absent: the stable revision at full count
 * @returns an empty list for a good plan
 */
export function checkPlan(plan: Plan, desired: Desired | null = null): Violation[] {
  const start = startOf(plan, desired);
  const points = walk(plan, start);
  const floor = Math.min(plan.minimumHealthy, servingInstances(start.counts, start.weights));
  return [...checkStages(plan), ...checkRollback(plan), ...points.flatMap((point, index) => checkPoint(plan, point, floor, index === 0)), ...checkEnd(plan, points.at(-1))];
}

function checkPoint(plan: Plan, point: Point, floor: number, weightsAreOlder: boolean): Violation[] {
  const at = `${point.stage} ${point.batch + 1} ${point.move}`;
  const found: Violation[] = [];
  const serving = servingInstances(point.counts, point.weights);
  if (serving < floor) found.push({ rule: 'capacity', at, problem: `${serving} instances serve, fewer than ${floor}` });
  // What stood before the plan is not the plan's to answer for.
  if (weightsAreOlder) return found;
  const weights = Object.entries(point.weights) as [RevisionId, number][];
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  if (sum !== 100 && (weights.length > 0 || plan.instances > 0)) found.push({ rule: 'weights', at, problem: `the weights sum to ${sum}` });
  for (const [revision, weight] of weights) {
    if (weight < 0 || weight > 100 || !Number.isInteger(weight)) found.push({ rule: 'weights', at, problem: `${revision} has a weight of ${weight}` });
    if (weight > 0 && (point.counts[revision] ?? 0) === 0) found.push({ rule: 'serving', at, problem: `${revision} has ${weight} % of the traffic and no instances` });
  }
  const needed = Math.ceil(((point.weights[plan.candidate] ?? 0) * plan.instances) / 100);
  const has = point.counts[plan.candidate] ?? 0;
  if (has < needed) found.push({ rule: 'cover', at, problem: `the candidate has ${has} instances, and its share of the traffic needs ${needed}` });
  return found;
}

function checkEnd(plan: Plan, last: Point | undefined): Violation[] {
  const violation = (problem: string): Violation => ({ rule: 'end', at: 'plan', problem });
  if (last === undefined) return [violation('there is no batch in it')];
  const found: Violation[] = [];
  const rest = Object.keys(last.counts).filter((revision) => revision !== plan.candidate);
  if (rest.length > 0) found.push(violation(`${rest.join(', ')} is still there at the end`));
  if (last.counts[plan.candidate] !== plan.instances) found.push(violation(`the candidate ends with ${last.counts[plan.candidate] ?? 'no'} instances instead of ${plan.instances}`));
  const share = last.weights[plan.candidate] ?? 0;
  if (share !== (plan.instances === 0 ? 0 : 100)) found.push(violation(`the candidate ends with ${share} % of the traffic`));
  return found;
}

function checkRollback(plan: Plan): Violation[] {
  const violation = (problem: string): Violation => ({ rule: 'rollback', at: 'plan', problem });
  const launched = Object.values(plan.stages).flatMap((stage) => stage?.batches.flatMap((batch) => batch.launch.map(({ revision }) => revision)) ?? []);
  const unknown = [...new Set(launched)].filter((revision) => plan.specs[revision] === undefined);
  const found = unknown.map((revision) => violation(`${revision} is launched and has no specification`));
  if (plan.stable !== null && plan.specs[plan.stable] === undefined) found.push(violation(`the stable revision ${plan.stable} has no specification to bring it back with`));
  if (plan.stable === plan.candidate) found.push(violation('the candidate is the stable revision: there is nothing to go back to'));
  return found;
}

function checkStages(plan: Plan): Violation[] {
  const violation = (problem: string): Violation => ({ rule: 'stages', at: 'plan', problem });
  const { staging, canary, rollout } = plan.stages;
  const found: Violation[] = [];
  if (plan.kind === 'staging' && (staging === null || canary !== null || rollout !== null)) found.push(violation('a staging plan has the staging stage and no other'));
  if (plan.kind === 'production' && (staging !== null || rollout === null)) found.push(violation('a production plan has a rollout and no staging stage'));
  if (plan.kind === 'staging' && plan.approval !== null) found.push(violation('an approval stands before a rollout, and staging has none'));
  return found;
}
