import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { RevisionId } from '../../../../src/domain/ids.ts';
import { Plan } from '../../../../src/domain/plan.ts';
import { checkPlan } from '../../../../src/domain/planner/check-plan.ts';
import { compilePlan } from '../../../../src/domain/planner/compile-plan.ts';
import { describePlan } from '../../../../src/domain/planner/describe-plan.ts';
import { planHash } from '../../../../src/domain/planner/plan-hash.ts';
import { servingInstances, startOf, walk } from '../../../../src/domain/planner/walk.ts';
import { rollbackSteps } from '../../../../src/domain/rollback.ts';
import type { Desired } from '../../../../src/domain/state.ts';
import { anyPlanInput, CANDIDATE, desired as desiredOf, planInput, STABLE } from './builders.ts';

const RUNS = { numRuns: 700 };

describe('every plan', () => {
  it('has no violation', () => {
    fc.assert(fc.property(anyPlanInput, (input) => {
      expect(checkPlan(compilePlan(input), input.desired)).toEqual([]);
    }), RUNS);
  });

  it('fits its schema, survives JSON, and is the same for the same input', () => {
    fc.assert(fc.property(anyPlanInput, (input) => {
      const plan = compilePlan(input);
      const again = Plan.parse(JSON.parse(JSON.stringify(plan)));
      expect(again).toEqual(plan);
      expect(planHash(again)).toBe(planHash(compilePlan(input)));
      expect(describePlan(plan).length).toBeGreaterThan(3);
    }), { numRuns: 300 });
  });

  it('keeps a rolling one within what is wanted or there + one batch', () => {
    const sizes = fc.integer({ min: 1, max: 45 });
    const batches = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 8 }).map((steps) => [...steps.sort((a, b) => a - b), 100]);
    fc.assert(fc.property(sizes, sizes, batches, (instances, stable, steps) => {
      const input = planInput({ manifest: { strategy: 'rolling', instances, rollout: { batches: steps } }, desired: desiredOf({ [STABLE]: stable }) });
      const plan = compilePlan(input);
      let before = 0;
      for (const point of walk(plan, startOf(plan, input.desired))) {
        const total = Object.values(point.counts).reduce((sum, count) => sum + count, 0);
        const has = point.counts[plan.candidate] ?? 0;
        if (point.move === 'launch') expect(total).toBeLessThanOrEqual(Math.max(instances, stable) + has - before);
        if (point.move === 'shrink') before = has;
        expect(total).toBeGreaterThanOrEqual(Math.min(instances, stable));
      }
    }), RUNS);
  });

  it('with a bake, keeps the stable revision at 100 % of the traffic until the bake is over, so that the way back needs no launch', () => {
    fc.assert(fc.property(anyPlanInput, (input) => {
      const plan = compilePlan(input);
      const { bake } = input.release.manifest.rollout;
      const batches = plan.stages.rollout?.batches ?? [];
      const baked = bake !== undefined && input.mode === 'normal' && plan.kind === 'production' && plan.stable !== null && plan.stableInstances > 0 && plan.instances > 0;
      expect(batches.filter((batch) => batch.bake === true)).toHaveLength(baked ? 1 : 0);
      if (!baked || plan.stable === null) return;
      expect(batches.at(-1)).toMatchObject({ bake: true, launch: [], weights: { [plan.candidate]: 100 }, hold: { seconds: bake.duration, rule: input.release.manifest.canary.judge } });
      const kept = typeof bake.keep === 'number' ? bake.keep : Math.ceil((bake.keep.percent * plan.stableInstances) / 100);
      const points = walk(plan, startOf(plan, input.desired));
      for (const point of points.slice(0, -1)) expect(point.counts[plan.stable]).toBeGreaterThanOrEqual(Math.min(kept, plan.stableInstances));
      // The last batch before shrinks it to what is kept, and leaves nothing else.
      expect(points.at(-2)?.counts).toEqual({ [plan.candidate]: plan.instances, [plan.stable]: Math.min(kept, plan.stableInstances) });
    }), RUNS);
  });

  it('with a parallel run, compares in one batch before the candidate gets any traffic', () => {
    fc.assert(fc.property(anyPlanInput, (input) => {
      const plan = compilePlan(input);
      const batches = [plan.stages.canary, plan.stages.rollout].flatMap((stage) => stage?.batches ?? []);
      const index = batches.findIndex((batch) => batch.parallelRun !== undefined);
      const comparable = input.release.manifest.parallelRun !== undefined && input.mode === 'normal' && plan.kind === 'production' && plan.stable !== null && plan.stableInstances > 0 && plan.instances > 0;
      expect(index).toBe(comparable ? 0 : -1);
      if (!comparable) return;
      expect(batches[0]?.weights).toEqual({ [plan.stable as string]: 100 });
      expect(batches[0]?.hold?.seconds).toBe(input.release.manifest.parallelRun?.duration);
      expect(batches[1]?.weights[plan.candidate] ?? 0).toBeGreaterThan(plan.strategy === 'blue-green' ? -1 : 0);
      expect(batches.filter((batch) => batch.parallelRun !== undefined)).toHaveLength(1);
    }), RUNS);
  });

  it('gives a worker\'s canary its share in instances beside a whole stable revision, then takes its place', () => {
    fc.assert(fc.property(anyPlanInput, (input) => {
      const plan = compilePlan(input);
      if (input.release.manifest.worker === undefined || plan.strategy !== 'canary' || plan.stages.canary === null || plan.stable === null) return;
      const points = walk(plan, startOf(plan, input.desired));
      const canary = points.filter(({ stage }) => stage === 'canary');
      for (const point of canary) expect(point.counts[plan.stable]).toBe(plan.stableInstances);
      let before = 0;
      for (const { counts } of points) {
        expect(counts[plan.candidate] ?? 0).toBeGreaterThanOrEqual(before);
        before = counts[plan.candidate] ?? 0;
      }
      // After a batch's shrink there are not more than wanted, but for what a bake keeps.
      const kept = points.at(-2)?.counts[plan.stable] ?? 0;
      for (const { stage, move, counts } of points) if (stage === 'rollout' && move === 'shrink') expect((counts[plan.candidate] ?? 0) + (counts[plan.stable] ?? 0)).toBeLessThanOrEqual(plan.instances + kept);
    }), RUNS);
  });

  it('leaves the stable revision whole until the candidate has all traffic, unless it is rolling or a worker', () => {
    fc.assert(fc.property(anyPlanInput, (input) => {
      const plan = compilePlan(input);
      if (plan.stable === null || plan.strategy === 'rolling' || plan.instances === 0 || input.release.manifest.worker !== undefined) return;
      const start = startOf(plan, input.desired);
      for (const point of walk(plan, start)) {
        if ((point.weights[plan.candidate] ?? 0) < 100 && start.weights[plan.stable] === 100) expect(point.counts[plan.stable]).toBe(start.counts[plan.stable]);
      }
    }), RUNS);
  });

  it('can be rolled back from every point', () => {
    fc.assert(fc.property(anyPlanInput, (input) => {
      const plan = compilePlan(input);
      const start = startOf(plan, input.desired);
      const floor = Math.min(plan.minimumHealthy, servingInstances(start.counts, start.weights));
      for (const point of [{ ...start, stage: 'start' }, ...walk(plan, start)]) {
        const counts: Record<string, number> = { ...point.counts };
        const now: Desired = { ...desiredOf(counts, { stable: plan.stable }), weights: point.weights };
        const steps = rollbackSteps(plan, now);
        for (const { revision, count } of steps.launch) {
          expect(plan.specs[revision]).toBeDefined();
          expect(count).toBeGreaterThanOrEqual(counts[revision] ?? 0);
          counts[revision] = count;
        }
        for (const [revision, weight] of Object.entries(steps.weights)) if (weight > 0) expect(counts[revision]).toBeGreaterThan(0);
        expect(servingInstances(counts, steps.weights)).toBeGreaterThanOrEqual(plan.stable === null ? 0 : floor);
        expect(steps.retire).toContain(CANDIDATE);
        const left = Object.keys(counts).filter((revision) => !steps.retire.includes(revision as RevisionId));
        expect(left.filter((revision) => revision !== plan.stable)).toEqual([]);
        // Asked again after its result was written: the same, or the instances would never be started.
        const after: Desired = { ...desiredOf(Object.fromEntries(left.map((revision) => [revision, counts[revision]!])), { stable: plan.stable }), weights: steps.weights };
        expect(rollbackSteps(plan, after)).toEqual({ ...steps, retire: [CANDIDATE] });
        if (plan.stable !== null && floor > 0) expect(steps.weights).toEqual({ [plan.stable]: 100 });
      }
    }), RUNS);
  });
});
