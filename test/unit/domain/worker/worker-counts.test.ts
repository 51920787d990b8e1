import { describe, expect, it } from '@jest/globals';
import type { InstanceId, RevisionId } from '../../../../src/domain/ids.ts';
import { Worker } from '../../../../src/domain/manifest.ts';
import { accumulate, NO_TOTALS, type WorkerLook } from '../../../../src/domain/worker/accumulate.ts';
import { workerCounts } from '../../../../src/domain/worker/worker-counts.ts';

const worker = Worker.parse({});
const good = `# HELP worker_handled Messages.
# TYPE worker_handled counter
worker_handled_total{queue="a b",note="x\\"}y"} 10 1700000000.5
worker_handled_total{queue="c"} 5.0 # {trace="1"} 1
worker_failed_total{class="malformed"} 2
worker_failed_total{class="odd one"} 1
other_metric{a="b"} NaN
worker_age_seconds_bucket{le="0.1"} 4
worker_age_seconds_bucket{le="2.5"} 14
worker_age_seconds_bucket{le="+Inf"} 15
worker_age_seconds_sum 9.5
# EOF
after the end
`;

describe('the counts of a worker', () => {
  it('are read from the OpenMetrics text, over all labels, failures by class', () => {
    expect(workerCounts(good, worker)).toEqual({ requests: 15, failures: { malformed: 2, other: 1 }, latencyBuckets: [4, 10, 1], boundsMs: [100, 2500] });
  });

  it('may come without ages and under other names', () => {
    expect(workerCounts('jobs 3\nbad 1\n', Worker.parse({ handled: 'jobs', failed: 'bad' }))).toEqual({ requests: 3, failures: { failed: 1 }, latencyBuckets: [], boundsMs: [] });
  });

  it('may have classes by names that every record answers to', () => {
    const { failures } = workerCounts('worker_handled_total 9\nworker_failed_total{class="constructor"} 1\nworker_failed_total{class="__proto__"} 2\nworker_failed_total{class="constructor",queue="b"} 3\n', worker);
    expect(Object.entries(failures)).toEqual([['_constructor', 4], ['___proto__', 2]]);
  });

  it.each([
    ['worker_failed_total 0', 'there is no counter worker_handled_total'],
    ['worker_handled_total 0', 'there is no counter worker_failed_total'],
    ['worker_handled_total 1\nworker_failed_total 2', 'worker_failed_total is 2 and worker_handled_total only 1'],
    ['worker_handled_total 1.5\nworker_failed_total 0', 'worker_handled_total is 1.5'],
    ['worker_handled_total NaN\nworker_failed_total 0', 'worker_handled_total is NaN'],
    ['worker_handled_total -1\nworker_failed_total 0', 'worker_handled_total is -1'],
    ['worker_handled_total 1\n<html>', 'line 2 is no sample'],
    ['worker_handled_total{a=1} 1', 'line 1 is no sample'],
    ['worker_handled_total 9\nworker_failed_total 0\nworker_age_seconds_bucket{le="1"} 9', 'no bucket with le="+Inf"'],
    ['worker_handled_total 9\nworker_failed_total 0\nworker_age_seconds_bucket{le="1"} 9\nworker_age_seconds_bucket{le="+Inf"} 8', 'falls from one bucket to the next'],
    ['worker_handled_total 9\nworker_failed_total 0\nworker_age_seconds_bucket 9', 'has a bucket with le=""'],
  ])('are refused with the reason: %j', (text, says) => {
    let refusal = 'they were taken';
    try {
      workerCounts(text, worker);
    } catch (error) {
      refusal = `${(error as Error).name} ${(error as Error).message}`;
    }
    expect(refusal).toMatch(/^InvalidInput /);
    expect(refusal).toContain(says);
  });
});

describe('counts of instances as counts of revisions', () => {
  const [one, two] = ['one' as InstanceId, 'two' as InstanceId];
  const revision = 'letters-1-production' as RevisionId;
  const look = (instance: InstanceId, requests: number, failed: number): WorkerLook => ({ instance, revision, counts: { requests, failures: { failed }, latencyBuckets: [requests], boundsMs: [] } });
  const sum = (totals: ReturnType<typeof accumulate>) => totals.revisions.get(revision);

  it('add up, and never fall when an instance begins again, ends, or does not answer', () => {
    const both = new Set([one, two]);
    let totals = accumulate(NO_TOTALS, [look(one, 10, 1), look(two, 5, 0)], both);
    expect(sum(totals)).toMatchObject({ requests: 15, failures: { failed: 1 } });
    totals = accumulate(totals, [look(one, 12, 1)], both);
    expect(sum(totals)).toMatchObject({ requests: 17 });
    // Two did not answer before; what it did meanwhile is not lost. One has begun again.
    totals = accumulate(totals, [look(one, 3, 2), look(two, 9, 0)], both);
    expect(sum(totals)).toMatchObject({ requests: 24, failures: { failed: 3 }, latencyBuckets: [24] });
    totals = accumulate(totals, [], new Set());
    expect(sum(totals)).toMatchObject({ requests: 24 });
    expect(totals.instances.size).toBe(0);
  });
});
