import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HoldLook, keptReading, look } from '../../../src/app/hold.ts';
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

type Counted = readonly [requests: number, failed: number];

/** A deployment with its counts. @returns a look of the hold ten seconds later, after so much more of the candidate and of the stable revision */
async function counting({ needs, clock }: Rig, history: number) {
  const place = desired(undefined, { deployment: DeploymentId.parse('catalog-2-production') });
  const deployment: Deployment = {
    id: DeploymentId.parse('catalog-2-production'), pipeline: PipelineId.parse('catalog-2'), service: place.service, environment: place.environment, plan: compilePlan(planInput({ manifest: { strategy: 'canary', rollout: { batches: [50, 100] } } })), planHash: 'x',
    status: { kind: 'running' }, stage: 'canary', batch: 0, launchedAt: null, holds: [], promoteRequestedBy: null, startedAt: clock.now(),
  };
  await needs.store.transact([creating(desiredKey(place.service, place.environment), place), creating(deploymentKey(deployment.id), deployment)]);
  const counted = { candidate: { requests: 0, failed: 0 }, stable: { requests: history, failed: history / 1000 } };
  const all = {
    ...needs, judge: sequentialJudge,
    targets: { observe: async () => [{ service: place.service, environment: place.environment, weights: {}, instances: [], endpoint: null }], describe: async () => { throw new Error('not asked'); }, names: () => [] },
    metrics: { read: async () => ({ epoch: 'a', revisions: { [CANDIDATE]: arm(counted.candidate.requests, counted.candidate.failed), [STABLE]: arm(counted.stable.requests, counted.stable.failed) } }) },
  };
  return async (hold: Pick<HoldLook, 'stage' | 'batch'>, candidate: Counted, stable: Counted) => {
    clock.advance(10_000);
    counted.candidate = { requests: counted.candidate.requests + candidate[0], failed: counted.candidate.failed + candidate[1] };
    counted.stable = { requests: counted.stable.requests + stable[0], failed: counted.stable.failed + stable[1] };
    const turn = { deployment: await getDeployment(needs.store, deployment.id), desired: await findDesired(needs.store, place.service, place.environment) } as Turn;
    return (await look(all as never, turn, { ...hold, seconds: 3600, rule: rule() })).verdict;
  };
}

describe('a hold in which the stable revision has no traffic', () => {
  let at: Rig;
  beforeEach(() => { at = rig(); });
  afterEach(() => at.close());

  /** Looks of an outage of the candidate at 100 %, until it is found. */
  async function outage(next: Awaited<ReturnType<typeof counting>>) {
    await next({ stage: 'rollout', batch: 1 }, [0, 0], [0, 0]);
    for (let looks = 1; looks <= 20; looks += 1) {
      const verdict = await next({ stage: 'rollout', batch: 1 }, [20, 20], [0, 0]);
      if (verdict?.kind === 'abort') return { looks, from: verdict.evidence.stableFrom, requests: verdict.evidence.stable?.requests };
    }
    return 'not found';
  }
  async function held(next: Awaited<ReturnType<typeof counting>>, hold: Pick<HoldLook, 'stage' | 'batch'>, stable: number) {
    await next(hold, [0, 0], [0, 0]);
    await next(hold, [20, 0], [stable, 0]);
  }

  it('is judged by all holds that compared, however few requests the latest had', async () => {
    const next = await counting(at, 0);
    await held(next, { stage: 'canary', batch: 0 }, 120);
    await held(next, { stage: 'rollout', batch: 0 }, 3);
    expect(await outage(next)).toEqual({ looks: expect.any(Number), from: 'an earlier hold', requests: 123 });
  });

  it('is judged by what was counted before where those holds had too few', async () => {
    const next = await counting(at, 1000);
    await held(next, { stage: 'rollout', batch: 0 }, 3);
    expect(await outage(next)).toEqual({ looks: expect.any(Number), from: 'before this hold', requests: 1003 });
  });
});

describe('a hold in which both revisions begin to fail', () => {
  let at: Rig | undefined;
  afterEach(() => at?.close());

  /** @param failing percents of the requests of [candidate, stable] @returns the next look, ten seconds later */
  async function holding(history = 100_000) {
    at = rig();
    const next = await counting(at, history);
    return async (failing: readonly [number, number]) => (await next({ stage: 'canary', batch: 0 }, [100, failing[0]], [900, 9 * failing[1]]))?.kind;
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
