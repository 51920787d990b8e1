import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { deliveryOverTime, deliveryPerformance, type ProductionDeployment } from '../../../src/domain/delivery-performance.ts';

const HOUR = 3_600_000;
const deployment = (parts: Partial<Record<keyof ProductionDeployment, unknown>>): ProductionDeployment => ({ service: 'catalog', environment: 'production', cause: 'push', committedAt: null, startedAt: 0, endedAt: 1, outcome: 'succeeded', ...parts }) as ProductionDeployment;

it('without any deployment nothing is a good figure', () => {
  expect(deliveryPerformance([], 30)).toEqual({
    deploymentFrequency: { perDay: 0, deployments: 0 }, leadTime: { medianSeconds: null, p90Seconds: null, changes: 0 }, changeFailureRate: { rate: null, failed: 0, changes: 0 }, timeToRestore: { medianSeconds: null, p90Seconds: null, failures: 0 },
  });
});

it('counts changes for each day, and measures from the push to the end', () => {
  const found = deliveryPerformance([1, 2, 3, 10].map((hours, index) => deployment({ committedAt: index * 24 * HOUR, startedAt: index * 24 * HOUR + 1, endedAt: (index * 24 + hours) * HOUR })), 10);
  expect(found.deploymentFrequency).toEqual({ perDay: 0.4, deployments: 4 });
  expect(found.leadTime).toEqual({ medianSeconds: 7200, p90Seconds: 36_000, changes: 4 });
  expect(found.changeFailureRate).toEqual({ rate: 0, failed: 0, changes: 4 });
});

describe('a change has failed', () => {
  it('when it was taken back by itself', () => {
    const found = deliveryPerformance([deployment({ outcome: 'taken-back', startedAt: 0, endedAt: 60_000 }), deployment({ startedAt: HOUR, endedAt: 2 * HOUR })], 1);
    expect(found.changeFailureRate).toEqual({ rate: 0.5, failed: 1, changes: 2 });
    expect(found.timeToRestore).toEqual({ medianSeconds: 60, p90Seconds: 60, failures: 1 });
    expect(found.deploymentFrequency.deployments).toBe(1);
  });

  it('when a person took it back afterwards: the newest one of its place, and no other', () => {
    const found = deliveryPerformance([
      deployment({ startedAt: 0, endedAt: HOUR }), deployment({ startedAt: 2 * HOUR, endedAt: 3 * HOUR }), deployment({ service: 'basket', startedAt: 3 * HOUR, endedAt: 3 * HOUR + 1 }),
      deployment({ cause: 'rollback', startedAt: 4 * HOUR, endedAt: 4 * HOUR + 30_000 }), deployment({ startedAt: 5 * HOUR, endedAt: 6 * HOUR }),
    ], 1);
    expect(found.changeFailureRate).toEqual({ rate: 0.25, failed: 1, changes: 4 });
    expect(found.timeToRestore).toEqual({ medianSeconds: 30, p90Seconds: 30, failures: 1 });
  });

  it('not when it was superseded or cancelled: that says nothing of it', () => {
    expect(deliveryPerformance([deployment({ outcome: 'given-up' }), deployment({})], 1).changeFailureRate).toEqual({ rate: 0, failed: 0, changes: 1 });
  });

  it('not when the rollback itself came to nothing', () => {
    expect(deliveryPerformance([deployment({ endedAt: HOUR }), deployment({ cause: 'rollback', startedAt: 2 * HOUR, endedAt: 3 * HOUR, outcome: 'taken-back' })], 1)).toMatchObject({ changeFailureRate: { failed: 0, changes: 1 }, timeToRestore: { failures: 0 } });
  });
});

describe('over time', () => {
  const window = { since: 0, until: 4 * HOUR };

  it('each change counts where it ended, and a failure where its change did, although it was taken back later', () => {
    const found = deliveryOverTime([
      deployment({ committedAt: 0, startedAt: 1, endedAt: 30 * 60_000 }), deployment({ startedAt: HOUR, endedAt: HOUR, committedAt: HOUR - 60_000 }),
      deployment({ cause: 'rollback', startedAt: 3 * HOUR, endedAt: 3 * HOUR + 1 }), deployment({ service: 'basket', outcome: 'taken-back', startedAt: 3 * HOUR, endedAt: 4 * HOUR }),
    ], window, 4);
    expect(found).toEqual([
      { since: 0, deployments: 1, failed: 0, leadTimeMedianSeconds: 1800 }, { since: HOUR, deployments: 1, failed: 1, leadTimeMedianSeconds: 60 },
      { since: 2 * HOUR, deployments: 0, failed: 0, leadTimeMedianSeconds: null }, { since: 3 * HOUR, deployments: 0, failed: 1, leadTimeMedianSeconds: null },
    ]);
  });

  it('agrees with the figures of the whole window', () => {
    fc.assert(fc.property(fc.array(fc.record({
      service: fc.constantFrom('catalog', 'basket'), cause: fc.constantFrom('push', 'rollback'), outcome: fc.constantFrom('succeeded', 'taken-back', 'given-up'), startedAt: fc.integer({ min: 0, max: 2 * HOUR }), lasts: fc.integer({ min: 0, max: 2 * HOUR }),
    }), { maxLength: 30 }), fc.integer({ min: 1, max: 30 }), (all, periods) => {
      const deployments = all.map(({ lasts, ...parts }) => deployment({ ...parts, endedAt: parts.startedAt + lasts }));
      const over = deliveryOverTime(deployments, window, periods);
      const { deploymentFrequency, changeFailureRate } = deliveryPerformance(deployments, 1);
      const sum = (values: number[]) => values.reduce((one, other) => one + other, 0);
      expect([sum(over.map((period) => period.deployments)), sum(over.map((period) => period.failed))]).toEqual([deploymentFrequency.deployments, changeFailureRate.failed]);
    }));
  });
});
