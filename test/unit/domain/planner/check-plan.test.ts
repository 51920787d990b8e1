import { describe, expect, it } from '@jest/globals';
import type { Batch, Plan } from '../../../../src/domain/plan.ts';
import { checkPlan } from '../../../../src/domain/planner/check-plan.ts';
import { compilePlan } from '../../../../src/domain/planner/compile-plan.ts';
import { describePlan } from '../../../../src/domain/planner/describe-plan.ts';
import { planHash } from '../../../../src/domain/planner/plan-hash.ts';
import { CANDIDATE, desired, LEFTOVER, planInput, STABLE } from './builders.ts';

const good = compilePlan(planInput({ manifest: { instances: 4 }, desired: desired({ [STABLE]: 4 }) }));

/** The good plan with one batch changed. */
function broken(stage: 'canary' | 'rollout', index: number, change: Partial<Batch>): Plan {
  const plan = structuredClone(good);
  Object.assign(plan.stages[stage]!.batches[index]!, change);
  return plan;
}

describe('checkPlan finds', () => {
  it('nothing in a good plan', () => expect(checkPlan(good)).toEqual([]));

  it.each<[string, Plan, string, string]>([
    ['weights that do not sum to 100', broken('canary', 0, { weights: { [STABLE]: 90, [CANDIDATE]: 9 } }), 'weights', 'canary 1 weights'],
    ['an empty route', broken('canary', 0, { weights: {} }), 'weights', 'canary 1 weights'],
    ['a weight that is no whole percent', broken('canary', 0, { weights: { [STABLE]: 90.5, [CANDIDATE]: 9.5 } }), 'weights', 'canary 1 weights'],
    ['a negative weight', broken('canary', 0, { weights: { [STABLE]: 110, [CANDIDATE]: -10 } }), 'weights', 'canary 1 weights'],
    ['traffic on a revision that is not there', broken('canary', 0, { weights: { [STABLE]: 90, [LEFTOVER]: 10 } }), 'serving', 'canary 1 weights'],
    ['traffic on a candidate without instances', broken('canary', 0, { launch: [] }), 'serving', 'canary 1 weights'],
    ['a candidate too small for its traffic', broken('rollout', 1, { launch: [{ revision: CANDIDATE, count: 1 }] }), 'cover', 'rollout 2 weights'],
    ['too little capacity', broken('canary', 0, { shrink: [{ revision: STABLE, count: 0 }], weights: { [CANDIDATE]: 100 } }), 'capacity', 'canary 1 weights'],
    ['a stable revision that stays', broken('rollout', 2, { shrink: [] }), 'end', 'plan'],
    ['an end at half the traffic', broken('rollout', 2, { weights: { [STABLE]: 50, [CANDIDATE]: 50 } }), 'end', 'plan'],
    ['an end with too few instances', broken('rollout', 2, { launch: [{ revision: CANDIDATE, count: 3 }] }), 'end', 'plan'],
    ['a launch without a specification', { ...good, specs: { [STABLE]: good.specs[STABLE]! } }, 'rollback', 'plan'],
    ['a stable revision that cannot be brought back', { ...good, specs: { [CANDIDATE]: good.specs[CANDIDATE]! } }, 'rollback', 'plan'],
    ['nothing to go back to', { ...good, stable: CANDIDATE }, 'rollback', 'plan'],
    ['stages of another kind', { ...good, kind: 'staging' }, 'stages', 'plan'],
    ['a production plan without a rollout', { ...good, stages: { ...good.stages, rollout: null } }, 'stages', 'plan'],
    ['no batch at all', { ...good, stages: { staging: null, canary: null, rollout: { gatesBefore: [], gatesAfter: [], tests: [], batches: [] } } }, 'end', 'plan'],
  ])('%s', (_, plan, rule, at) => {
    expect(checkPlan(plan)).toContainEqual(expect.objectContaining({ rule, at }));
  });
});

describe('planHash', () => {
  it('is of the content, whatever the order of fields', () => {
    const reversed = Object.fromEntries(Object.entries(good).reverse()) as Plan;
    expect(planHash(good)).toMatch(/^[0-9a-f]{64}$/);
    expect(planHash(reversed)).toBe(planHash(good));
  });
  it('is another for another plan', () => {
    expect(planHash({ ...good, minimumHealthy: 1 })).not.toBe(planHash(good));
    expect(planHash(broken('canary', 0, { hold: null }))).not.toBe(planHash(good));
  });
});

describe('describePlan', () => {
  it('reads as a list of what will happen', () => {
    const input = planInput({ manifest: { instances: 4, approval: { approvers: ['anna', 'ben'], timeout: '2h' }, gates: [{ kind: 'command', name: 'smoke', stage: 'canary', when: 'after', command: ['npm', 'run', 'smoke'] }, { kind: 'checklist', name: 'ready', stage: 'rollout', when: 'before', items: ['one', 'two'] }] }, desired: desired({ [STABLE]: 4 }) });
    expect(describePlan(compilePlan(input))).toEqual([
      'catalog 1.2.0 to production: canary, 4 instances on process, never fewer than 2 healthy',
      '  release catalog@0123456789ab, artifact sha256:aaaaaaaaaaaa',
      '  candidate catalog-2-production takes over from catalog-1-production',
      'canary:',
      '  1. candidate to 1 instance; traffic 90 % stable, 10 % candidate; watch and judge for 5 min',
      '  2. run the gate smoke: npm run smoke',
      'approval: 1 of anna, ben, within 2 h, else reject',
      'rollout:',
      '  1. ask a person: ready (2 to check)',
      '  2. candidate to 1 instance; traffic 75 % stable, 25 % candidate; watch and judge for 30 s',
      '  3. candidate to 2 instances; traffic 50 % stable, 50 % candidate; watch and judge for 30 s',
      '  4. candidate to 4 instances; traffic 100 % candidate; watch and judge for 30 s; retire stable',
    ]);
  });

  it('puts the tests of staging after its first batch', () => {
    const input = planInput({ kind: 'staging', manifest: { tests: [{ name: 'answers', http: { path: '/' } }] } });
    expect(describePlan(compilePlan(input)).slice(3)).toEqual([
      'staging:',
      '  1. candidate to 2 instances; traffic 100 % candidate',
      '  2. run 1 test: answers',
      '  3. traffic 100 % candidate; retire stable',
    ]);
  });
});
