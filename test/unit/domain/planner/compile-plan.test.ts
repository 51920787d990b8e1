import { describe, expect, it } from '@jest/globals';
import { Conflict, InvalidInput, NotSupported } from '../../../../src/domain/errors.ts';
import type { Batch, Plan, StagePlan } from '../../../../src/domain/plan.ts';
import { compilePlan } from '../../../../src/domain/planner/compile-plan.ts';
import { CANDIDATE, desired, LEFTOVER, manifest, planInput, release, spec, STABLE } from './builders.ts';

const NAMES: Record<string, string> = { [CANDIDATE]: 'new', [STABLE]: 'old', [LEFTOVER]: 'left' };
const name = (revision: string) => NAMES[revision] ?? revision;
const counts = (list: Batch['launch']) => list.map(({ revision, count }) => `${name(revision)}=${count}`).join(' ') || '-';
const weights = (batch: Batch) => Object.entries(batch.weights).map(([revision, weight]) => `${name(revision)}:${weight}`).join(' ') || 'none';
const hold = ({ hold: value }: Batch) => (value === null ? '-' : `${value.seconds}s/${value.tickSeconds}s${value.rule === null ? '' : ' judged'}`);

/** One line per batch: launches | weights | hold | shrinks. */
const lines = (stage: StagePlan | null) => stage?.batches.map((batch) => `${counts(batch.launch)} | ${weights(batch)} | ${hold(batch)} | ${counts(batch.shrink)}`) ?? null;
const shape = (plan: Plan) => Object.fromEntries(Object.entries(plan.stages).map(([stage, value]) => [stage, lines(value)]));

describe('compilePlan, canary', () => {
  it('takes 10 % on enough instances, then grows beside a stable revision that stays whole', () => {
    const plan = compilePlan(planInput({ manifest: { instances: 4 }, desired: desired({ [STABLE]: 4 }) }));
    expect(shape(plan)).toEqual({
      staging: null,
      canary: ['new=1 | old:90 new:10 | 300s/10s judged | -'],
      rollout: ['new=1 | old:75 new:25 | 30s/10s judged | -', 'new=2 | old:50 new:50 | 30s/10s judged | -', 'new=4 | new:100 | 30s/10s judged | old=0'],
    });
    expect(plan).toMatchObject({ stable: STABLE, candidate: CANDIDATE, instances: 4, minimumHealthy: 2, strategy: 'canary' });
    expect(plan.approval?.required).toBe(true);
  });

  it.each([
    ['steps in any order, each once', { traffic: [20, 5, 20], duration: 60 }, 10, ['new=1 | old:95 new:5 | 60s/10s judged | -', 'new=2 | old:80 new:20 | 60s/10s judged | -']],
    ['more instances than the share needs', { traffic: 10, instances: 3 }, 10, ['new=3 | old:90 new:10 | 300s/10s judged | -']],
    ['fewer instances than the share needs: raised', { traffic: 50, instances: 1 }, 10, ['new=5 | old:50 new:50 | 300s/10s judged | -']],
    ['more instances than there are to be: capped', { traffic: 10, instances: 50 }, 4, ['new=4 | old:90 new:10 | 300s/10s judged | -']],
    ['no watching', { duration: 0 }, 2, ['new=1 | old:90 new:10 | - | -']],
    ['an interval longer than the watch: one tick', { duration: 4 }, 2, ['new=1 | old:90 new:10 | 4s/4s judged | -']],
  ])('%s', (_, canary, instances, expected) => {
    expect(lines(compilePlan(planInput({ manifest: { instances, canary } })).stages.canary)).toEqual(expected);
  });

  it('skips batches that the canary has passed, and never lowers the candidate', () => {
    const plan = compilePlan(planInput({ manifest: { instances: 8, canary: { traffic: [30], instances: 5 }, rollout: { batches: [25, 50, 100], watch: 0 } }, desired: desired({ [STABLE]: 8 }) }));
    expect(lines(plan.stages.rollout)).toEqual(['new=5 | old:50 new:50 | - | -', 'new=8 | new:100 | - | old=0']);
  });
});

describe('compilePlan, the other strategies', () => {
  it.each([
    ['rolling makes room as it grows', { strategy: 'rolling', instances: 4 }, 4, ['new=1 | old:75 new:25 | 30s/10s judged | old=3', 'new=2 | old:50 new:50 | 30s/10s judged | old=2', 'new=4 | new:100 | 30s/10s judged | old=0']],
    ['rolling with one instance', { strategy: 'rolling', instances: 1 }, 1, ['new=1 | new:100 | 30s/10s judged | old=0']],
    ['rolling weights are shares of instances', { strategy: 'rolling', instances: 3 }, 3, ['new=1 | old:67 new:33 | 30s/10s judged | old=2', 'new=2 | old:34 new:66 | 30s/10s judged | old=1', 'new=3 | new:100 | 30s/10s judged | old=0']],
    ['rolling from fewer', { strategy: 'rolling', instances: 4 }, 1, ['new=1 | old:75 new:25 | 30s/10s judged | old=1', 'new=2 | old:50 new:50 | 30s/10s judged | old=1', 'new=4 | new:100 | 30s/10s judged | old=0']],
    ['blue-green has a whole second set first', { strategy: 'blue-green', instances: 3 }, 3, ['new=3 | old:100 | - | -', '- | new:100 | 30s/10s judged | old=0']],
    ['all-at-once', { strategy: 'all-at-once', instances: 3 }, 3, ['new=3 | new:100 | 30s/10s judged | old=0']],
    ['all-at-once without watching', { strategy: 'all-at-once', instances: 3, rollout: { watch: 0 } }, 3, ['new=3 | new:100 | - | old=0']],
  ])('%s', (_, parts, stable, expected) => {
    const plan = compilePlan(planInput({ manifest: parts, desired: desired({ [STABLE]: stable }) }));
    expect(shape(plan)).toEqual({ staging: null, canary: null, rollout: expected });
  });
});

describe('compilePlan, where there is nothing to compare with', () => {
  it.each([
    ['a first release', null, ['new=2 | new:100 | 30s/10s | -']],
    ['a service scaled to zero', desired({ [STABLE]: 0 }), ['new=2 | new:100 | 30s/10s | old=0']],
  ])('%s goes up at once, watched for health only', (_, state, expected) => {
    const plan = compilePlan(planInput({ desired: state }));
    expect(shape(plan)).toEqual({ staging: null, canary: null, rollout: expected });
    expect(plan.approval).not.toBeNull();
  });

  it('ends with nothing serving where no instances are wanted', () => {
    const plan = compilePlan(planInput({ manifest: { instances: 0 }, desired: desired({ [STABLE]: 3 }) }));
    expect(lines(plan.stages.rollout)).toEqual(['new=0 | none | - | old=0']);
    expect(plan).toMatchObject({ instances: 0, minimumHealthy: 0 });
  });

  it('retires what earlier deployments have left', () => {
    const plan = compilePlan(planInput({ desired: desired({ [STABLE]: 2, [LEFTOVER]: 1 }) }));
    expect(lines(plan.stages.rollout)?.at(-1)).toBe('new=2 | new:100 | 30s/10s judged | old=0 left=0');
  });
});

describe('compilePlan, staging', () => {
  const staging = (parts: Parameters<typeof planInput>[0] = {}) => compilePlan(planInput({ kind: 'staging', ...parts }));
  const tests = [{ name: 'answers', http: { path: '/' } }];

  it('keeps the old revision until the tests have passed', () => {
    const plan = staging({ manifest: { tests } });
    expect(shape(plan)).toEqual({ staging: ['new=2 | new:100 | - | -', '- | new:100 | - | old=0'], canary: null, rollout: null });
    expect(plan.stages.staging?.tests.map((test) => test.name)).toEqual(['answers']);
    expect(plan.approval).toBeNull();
  });

  it('has one batch where nothing was before', () => {
    expect(lines(staging({ desired: null }).stages.staging)).toEqual(['new=2 | new:100 | - | -']);
  });

  it('brings up one instance for the tests where none is wanted', () => {
    expect(lines(staging({ environment: { instances: 0 }, manifest: { tests } }).stages.staging)).toEqual(['new=1 | new:100 | - | -', '- | none | - | -', 'new=0 | none | - | old=0']);
    expect(lines(staging({ environment: { instances: 0 } }).stages.staging)).toEqual(['new=0 | none | - | old=0']);
  });
});

describe('compilePlan, fast', () => {
  const parts = { tests: [{ name: 'answers', http: { path: '/' } }], gates: [{ kind: 'person', name: 'look', stage: 'rollout', when: 'before' }, { kind: 'person', name: 'try', stage: 'staging', when: 'after' }] };

  it.each(['production', 'staging'] as const)('asks, tests and watches nothing in %s', (kind) => {
    const plan = compilePlan(planInput({ mode: 'fast', kind, manifest: parts }));
    const stage = kind === 'staging' ? plan.stages.staging : plan.stages.rollout;
    expect(lines(stage)).toEqual(['new=2 | new:100 | - | old=0']);
    expect(stage).toMatchObject({ gatesBefore: [], gatesAfter: [], tests: [] });
    expect(plan.approval).toBeNull();
    expect(plan.stages.canary).toBeNull();
  });

  it('begins from anywhere, also from traffic on a revision that is nobody\'s', () => {
    const state = desired({ [STABLE]: 2, [LEFTOVER]: 2 }, { weights: { [LEFTOVER]: 100 } });
    expect(lines(compilePlan(planInput({ mode: 'fast', desired: state })).stages.rollout)).toEqual(['new=2 | new:100 | - | old=0 left=0']);
  });
});

describe('compilePlan, gates and approval', () => {
  const gate = (label: string, stage: string, when: string, more = {}) => ({ kind: 'person', name: label, stage, when, ...more });
  const gates = [gate('c-before', 'canary', 'before'), gate('c-after', 'canary', 'after'), gate('r-before', 'rollout', 'before'), gate('r-after', 'rollout', 'after'), gate('s-after', 'staging', 'after'), gate('elsewhere', 'rollout', 'before', { environments: ['asia'] }), gate('here', 'rollout', 'before', { environments: ['production'] })];
  const names = (stage: StagePlan | null) => (stage === null ? null : [stage.gatesBefore.map((one) => one.name), stage.gatesAfter.map((one) => one.name)]);

  it('stand where they were put', () => {
    const { stages } = compilePlan(planInput({ manifest: { gates } }));
    expect(names(stages.canary)).toEqual([['c-before'], ['c-after']]);
    expect(names(stages.rollout)).toEqual([['r-before', 'here'], ['r-after']]);
    expect(names(compilePlan(planInput({ kind: 'staging', manifest: { gates } })).stages.staging)).toEqual([[], ['s-after']]);
  });

  it('of a canary that there is none of stand before the rollout', () => {
    const { stages } = compilePlan(planInput({ manifest: { gates, strategy: 'rolling' } }));
    expect(names(stages.rollout)).toEqual([['c-before', 'c-after', 'r-before', 'here'], ['r-after']]);
  });

  it.each([['manifest', { approval: { required: false } }, 'production' as const], ['staging', {}, 'staging' as const]])('no approval by %s', (_, parts, kind) => {
    expect(compilePlan(planInput({ manifest: parts, kind })).approval).toBeNull();
  });
});

describe('compilePlan, the specification of the candidate', () => {
  it('lays the release over its environment, and keeps the stable one as it is', () => {
    const plan = compilePlan(planInput({ manifest: { configuration: { A: 'manifest' }, environments: { production: { configuration: { B: 'here' } } }, stopWithin: 7, rollout: { drain: 9 } }, environment: { zones: ['a', 'b'], configuration: { A: 'environment', C: 'environment' } } }));
    expect(plan.specs[CANDIDATE]).toMatchObject({ revision: CANDIDATE, configuration: { A: 'manifest', B: 'here', C: 'environment' }, zones: ['a', 'b'], stopSeconds: 7, drainSeconds: 9 });
    expect(plan.specs[STABLE]).toEqual(spec(STABLE));
    expect(Object.keys(plan.specs).sort()).toEqual([STABLE, CANDIDATE].sort());
  });

  it('plans a release of the same artifact with another configuration the same way', () => {
    const same = desired({ [STABLE]: 2 }, { revisions: { [STABLE]: { spec: spec(STABLE, { digest: release().digest }), count: 2 } } });
    expect(shape(compilePlan(planInput({ desired: same, manifest: { configuration: { A: '1' } } })))).toEqual(shape(compilePlan(planInput())));
  });
});

describe('compilePlan refuses', () => {
  it('a candidate that is stable already', () => {
    expect(() => compilePlan({ ...planInput(), candidate: STABLE })).toThrow(InvalidInput);
  });
  it('another target than the one that runs here', () => {
    expect(() => compilePlan(planInput({ desired: desired({ [STABLE]: 2 }, { target: 'ecs' }) }))).toThrow(NotSupported);
    expect(() => compilePlan(planInput({ desired: desired({ [STABLE]: 0 }, { target: 'ecs' }) }))).not.toThrow();
  });
  it('traffic that an earlier deployment has left on its candidate', () => {
    const state = desired({ [STABLE]: 2, [LEFTOVER]: 1 }, { weights: { [STABLE]: 90, [LEFTOVER]: 10 } });
    expect(() => compilePlan(planInput({ desired: state }))).toThrow(Conflict);
    expect(() => compilePlan(planInput({ desired: state }))).toThrow(/10 % .* catalog-0-production/);
  });
  it('nothing when the same deployment is planned again', () => {
    const state = desired({ [STABLE]: 2, [CANDIDATE]: 2 }, { weights: { [STABLE]: 90, [CANDIDATE]: 10 } });
    expect(lines(compilePlan(planInput({ desired: state, manifest: manifest() })).stages.canary)).toEqual(['new=2 | old:90 new:10 | 300s/10s judged | -']);
  });
});
