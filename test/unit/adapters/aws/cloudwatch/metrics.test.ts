import { beforeEach, describe, expect, it } from '@jest/globals';
import { createCloudWatchMetrics, EPOCH_MS, lambdaVersionSource, QUERIES_MAX, targetGroupSource, type RevisionSource, workersOr } from '../../../../../src/adapters/aws/cloudwatch-metrics.ts';
import { workerSource } from '../../../../../src/adapters/aws/cloudwatch-metrics/source.ts';
import { BOUNDS_MS } from '../../../../../src/adapters/aws/cloudwatch-metrics/queries.ts';
import { armDelta } from '../../../../../src/domain/judge/counts.ts';
import { quantileMs } from '../../../../../src/domain/judge/quantile.ts';
import { Worker } from '../../../../../src/domain/manifest.ts';
import type { RevisionId } from '../../../../../src/domain/ids.ts';
import { fakeClock } from '../../../../fakes/clock.ts';
import { fakeCloudWatch, type FakeCloudWatch } from '../../../../fakes/cloudwatch.ts';

const START = Date.UTC(2026, 4, 4, 6, 30);
const [STABLE, CANDIDATE] = ['shop-1-production', 'shop-2-production'] as RevisionId[] as [RevisionId, RevisionId];
const groups = (revision: RevisionId): RevisionSource => targetGroupSource(revision, 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188', `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${revision}/73e2d6bc24d8a067`);
const dimension = (revision: RevisionId): string => `targetgroup/${revision}/73e2d6bc24d8a067`;

let cloud: FakeCloudWatch;
let clock: ReturnType<typeof fakeClock>;
let revisions: RevisionSource[];
beforeEach(() => {
  cloud = fakeCloudWatch();
  clock = fakeClock(START);
  revisions = [groups(STABLE), groups(CANDIDATE)];
});
const metrics = () => createCloudWatchMetrics({ calls: () => cloud.calls, locate: async () => ({ access: null, revisions }), clock });
const read = () => metrics().read('shop' as never, 'production' as never);
const minute = (offset: number): number => START + offset * 60_000;

describe('counts out of CloudWatch', () => {
  it('asks for a revision by the dimensions that the documentation names', () => {
    expect(groups(STABLE).requests).toEqual({ namespace: 'AWS/ApplicationELB', name: 'RequestCount', dimensions: [{ Name: 'LoadBalancer', Value: 'app/shop/50dc6c495c0c9188' }, { Name: 'TargetGroup', Value: dimension(STABLE) }] });
    expect(lambdaVersionSource(STABLE, 'shop-production-api', 'live', '7').failures).toEqual({ error: { namespace: 'AWS/Lambda', name: 'Errors', dimensions: [{ Name: 'FunctionName', Value: 'shop-production-api' }, { Name: 'Resource', Value: 'shop-production-api:live' }, { Name: 'ExecutedVersion', Value: '7' }] } });
  });

  it('counts workers by what they say of themselves, by the names of the manifest, and services as their target counts', async () => {
    const worker = Worker.parse({ handled: 'jobs_done_total' });
    const dimensions = [{ Name: 'Revision', Value: CANDIDATE }];
    expect(workerSource(CANDIDATE, worker)).toMatchObject({ requests: { namespace: 'Slipway/Workers', name: 'jobs_done_total', dimensions }, failures: { failed: { name: 'worker_failed_total', dimensions } }, latency: { name: 'worker_age_seconds', unit: 'seconds' } });
    const asTarget: RevisionSource[] = [groups(STABLE)];
    const of = (specs: readonly object[]) => workersOr(async () => asTarget)({ service: 'shop', environment: 'production', target: 'ecs', access: null, settings: {}, specs } as never);
    expect(await of([{ revision: STABLE }, { revision: CANDIDATE }])).toBe(asTarget);
    expect(await of([{ revision: STABLE, worker }, { revision: CANDIDATE, worker }])).toEqual([workerSource(STABLE, worker), workerSource(CANDIDATE, worker)]);
    // A release that turns a service into a worker: what the one before was asked says nothing of messages.
    expect(await of([{ revision: STABLE }, { revision: CANDIDATE, worker }])).toEqual([workerSource(CANDIDATE, worker)]);
    revisions = [workerSource(STABLE, worker)];
    cloud.put('jobs_done_total', STABLE, minute(-5), [12]);
    cloud.put('jobs_done_total', STABLE, minute(-4), [8]);
    cloud.put('worker_failed_total', STABLE, minute(-4), [2]);
    cloud.put('worker_age_seconds', STABLE, minute(-4), [0.2, 0.4]);
    const { revisions: found } = await read();
    expect(found[STABLE]).toMatchObject({ requests: 20, failures: { failed: 2 } });
    expect(found[STABLE]?.latencyBuckets?.reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('adds up the points of each revision, and puts each latency into its bucket', async () => {
    cloud.put('RequestCount', dimension(STABLE), minute(-5), [600]);
    cloud.put('RequestCount', dimension(STABLE), minute(-4), [400]);
    cloud.put('HTTPCode_Target_5XX_Count', dimension(STABLE), minute(-4), [3]);
    cloud.put('RequestCount', dimension(CANDIDATE), minute(-2), [9]);
    cloud.put('TargetConnectionErrorCount', dimension(CANDIDATE), minute(-2), [7]);
    cloud.put('HTTPCode_Target_4XX_Count', dimension(STABLE), minute(-5), [12]);
    cloud.put('TargetResponseTime', dimension(STABLE), minute(-5), [0.001, 0.0011, 0.030, 0.0301, 12]);
    const { revisions: found } = await read();
    expect(found[STABLE]).toMatchObject({ requests: 1000, failures: { status5xx: 3, connection: 0 }, events: { status4xx: { total: 1000, bad: 12 } } });
    expect(found[CANDIDATE]).toMatchObject({ requests: 9, failures: { status5xx: 0, connection: 7 }, events: { status4xx: { total: 9, bad: 0 } } });
    const at = (ms: number): number => BOUNDS_MS.findIndex((bound) => bound === ms);
    const buckets = BOUNDS_MS.map(() => 0).concat(0);
    for (const bucket of [at(1), at(2), at(30), at(40), BOUNDS_MS.length]) buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    expect(found[STABLE]?.latencyBuckets).toEqual(buckets);
    expect(found[STABLE]?.boundsMs).toEqual(BOUNDS_MS);
  });

  it('counts a late point in the next reading, once', async () => {
    cloud.put('RequestCount', dimension(STABLE), minute(-2), [100]);
    const before = await read();
    clock.advance(60_000);
    cloud.put('RequestCount', dimension(STABLE), minute(-2), [40]);
    cloud.put('RequestCount', dimension(STABLE), minute(0), [10]);
    const after = await read();
    expect(after.epoch).toBe(before.epoch);
    expect(armDelta(before.revisions[STABLE], after.revisions[STABLE]!)).toMatchObject({ requests: 50 });
  });

  it('counts from the same moment for six hours, then begins again under another name', async () => {
    cloud.put('RequestCount', dimension(STABLE), minute(-10), [100]);
    const first = await read();
    clock.advance(EPOCH_MS - 30 * 60_000 - 1);
    expect((await read()).epoch).toBe(first.epoch);
    clock.advance(1);
    const later = await read();
    expect(later.epoch).not.toBe(first.epoch);
    expect(later.revisions[STABLE]?.requests).toBe(0);
  });

  it('reads all pages', async () => {
    cloud.pageSize = 2;
    for (let index = 0; index < 7; index += 1) cloud.put('RequestCount', dimension(STABLE), minute(-index), [10]);
    expect((await read()).revisions[STABLE]?.requests).toBe(70);
    expect(cloud.asked.length).toBe(4);
  });

  it('keeps to what one call may ask for', async () => {
    revisions = Array.from({ length: 40 }, (_, index) => groups(`shop-${index + 1}-production` as RevisionId));
    for (const { revision } of revisions) cloud.put('RequestCount', dimension(revision), minute(-1), [1]);
    const { revisions: found } = await read();
    expect(Object.values(found).map(({ requests }) => requests)).toEqual(revisions.map(() => 1));
    for (const { queries, from, to } of cloud.asked) {
      expect(queries.length).toBeLessThanOrEqual(QUERIES_MAX);
      expect(queries.length * ((to - from) / 60_000)).toBeLessThanOrEqual(100_800);
    }
  });

  it('adds up the functions of one revision', async () => {
    revisions = [lambdaVersionSource(CANDIDATE, 'shop-production-api', 'live', '7'), lambdaVersionSource(CANDIDATE, 'shop-production-worker', 'live', '3')];
    cloud.put('Invocations', 'shop-production-api', minute(-1), [20]);
    cloud.put('Invocations', 'shop-production-worker', minute(-1), [5]);
    cloud.put('Errors', 'shop-production-worker', minute(-1), [2]);
    cloud.put('Duration', 'shop-production-api', minute(-1), [90, 90, 90]);
    const { revisions: found } = await read();
    expect(found[CANDIDATE]).toMatchObject({ requests: 25, failures: { error: 2 } });
    expect(quantileMs(found[CANDIDATE]!, 0.5)).toBeGreaterThan(75);
    expect(quantileMs(found[CANDIDATE]!, 0.5)).toBeLessThan(100);
  });
});

describe('what CloudWatch does not answer', () => {
  it.each([['InternalError', 'ProviderUnavailable'], ['Forbidden', 'Forbidden']] as const)('%s for one metric is no empty reading but %s', async (status, name) => {
    cloud.status = { HTTPCode_Target_5XX_Count: status };
    await expect(read()).rejects.toMatchObject({ name });
  });

  it('an answer without some of what was asked is none', async () => {
    const getMetricData = async () => ({ results: [{ Id: 'q0', StatusCode: 'Complete', Timestamps: [START], Values: [1] }], next: undefined });
    await expect(createCloudWatchMetrics({ calls: () => ({ getMetricData }), locate: async () => ({ access: null, revisions }), clock }).read('shop' as never, 'production' as never)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('a throttle is ProviderUnavailable', async () => {
    const getMetricData = () => Promise.reject(Object.assign(new Error('slow down'), { name: 'Throttling' }));
    await expect(createCloudWatchMetrics({ calls: () => ({ getMetricData }), locate: async () => ({ access: null, revisions }), clock }).read('shop' as never, 'production' as never)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });
});
