import { afterEach, describe, expect, it } from '@jest/globals';
import { keptReading, look } from '../../../src/app/hold.ts';
import type { Turn } from '../../../src/app/deployment-turn.ts';
import { creating, findDesired, getDeployment } from '../../../src/app/state/documents.ts';
import { deploymentKey, desiredKey } from '../../../src/app/state/keys.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { DeploymentId, PipelineId } from '../../../src/domain/ids.ts';
import { sequentialJudge } from '../../../src/domain/judge/sequential/sequential-judge.ts';
import { compilePlan } from '../../../src/domain/planner/compile-plan.ts';
import { arm, rule } from '../domain/judge/builders.ts';
import { CANDIDATE, desired, planInput, STABLE } from '../domain/planner/builders.ts';
import { rig, type Rig } from './rig.ts';

const [hundred, more] = [arm(100), arm(120)].map((counts) => ({ ...counts, latencyBuckets: [...counts.latencyBuckets], boundsMs: [...counts.boundsMs] })) as [never, never];

describe('a reading in which a revision is missing', () => {
  it('leaves the last one of it, so that its counts are not new again when it is back', () => {
    expect(keptReading({ epoch: 'a', candidate: hundred, stable: more }, { epoch: 'a', candidate: null, stable: null })).toEqual({ epoch: 'a', candidate: hundred, stable: more });
    expect(keptReading({ epoch: 'a', candidate: hundred, stable: null }, { epoch: 'a', candidate: more, stable: hundred })).toEqual({ epoch: 'a', candidate: more, stable: hundred });
  });

  it('leaves nothing of counters that began again', () => {
    expect(keptReading({ epoch: 'a', candidate: hundred, stable: hundred }, { epoch: 'b', candidate: null, stable: more })).toEqual({ epoch: 'b', candidate: null, stable: more });
    expect(keptReading(null, { epoch: 'b', candidate: null, stable: null })).toEqual({ epoch: 'b', candidate: null, stable: null });
  });
});

describe('a hold in which both revisions begin to fail', () => {
  let at: Rig | undefined;
  afterEach(() => at?.close());

  /** @param failing percents of the requests of [candidate, stable] @returns the next look, ten seconds later */
  async function holding(history = 100_000) {
    at = rig();
    const { needs, clock } = at;
    const place = desired(undefined, { deployment: DeploymentId.parse('catalog-2-production') });
    const deployment: Deployment = {
      id: DeploymentId.parse('catalog-2-production'), pipeline: PipelineId.parse('catalog-2'), service: place.service, environment: place.environment, plan: compilePlan(planInput({ manifest: { strategy: 'canary' } })), planHash: 'x',
      status: { kind: 'running' }, stage: 'canary', batch: 0, launchedAt: null, holds: [], promoteRequestedBy: null, startedAt: clock.now(),
    };
    await needs.store.transact([creating(desiredKey(place.service, place.environment), place), creating(deploymentKey(deployment.id), deployment)]);
    const counted = { candidate: { requests: 0, failed: 0 }, stable: { requests: history, failed: history / 1000 } };
    const all = {
      ...needs, judge: sequentialJudge,
      targets: { observe: async () => [{ service: place.service, environment: place.environment, weights: {}, instances: [], endpoint: null }], describe: async () => { throw new Error('not asked'); }, names: () => [] },
      metrics: { read: async () => ({ epoch: 'a', revisions: { [CANDIDATE]: arm(counted.candidate.requests, counted.candidate.failed), [STABLE]: arm(counted.stable.requests, counted.stable.failed) } }) },
    };
    return async (failing: readonly [number, number]) => {
      clock.advance(10_000);
      counted.candidate = { requests: counted.candidate.requests + 100, failed: counted.candidate.failed + failing[0] };
      counted.stable = { requests: counted.stable.requests + 900, failed: counted.stable.failed + 9 * failing[1] };
      const turn = { deployment: await getDeployment(needs.store, deployment.id), desired: await findDesired(needs.store, place.service, place.environment) } as Turn;
      return (await look(all as never, turn, { stage: 'canary', batch: 0, seconds: 3600, rule: rule() })).verdict?.kind;
    };
  }

  it('tells of it once, and gives no verdict', async () => {
    const next = await holding();
    for (let times = 0; times < 10; times += 1) await next([0, 0]);
    expect(at?.alerts).toEqual([]);
    const verdicts = [];
    for (let times = 0; times < 12; times += 1) verdicts.push(await next([20, 20]));
    expect(new Set(verdicts)).toEqual(new Set(['continue']));
    expect(at?.alerts.map(({ severity, kind, service, environment }) => ({ severity, kind, service, environment }))).toEqual([{ severity: 'warning', kind: 'both-revisions-fail', service: 'catalog', environment: 'production' }]);
  });

  it('says nothing where the candidate alone fails, or nothing is known of before', async () => {
    const next = await holding();
    for (let times = 0; times < 5; times += 1) await next([0, 0]);
    for (let times = 0; times < 6; times += 1) await next([20, 0]);
    expect(at?.alerts).toEqual([]);
    await at?.close();
    const young = await holding(0);
    for (let times = 0; times < 12; times += 1) await young([20, 20]);
    expect(at?.alerts).toEqual([]);
  });
});
