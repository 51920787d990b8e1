/** Counts as a load balancer would have them, made up: every revision that has traffic gets requests in proportion; a bad one fails. */
import type { RevisionId } from '../../../src/domain/ids.ts';
import type { ArmCounts } from '../../../src/domain/judge/counts.ts';
import type { Desired } from '../../../src/domain/state.ts';
import type { Metrics } from '../../../src/ports/metrics.ts';

export interface FakeMetrics extends Metrics {
  /** Share of a revision's requests that fail; 0 where it is not said. */
  readonly failing: Map<string, number>;
}

const EACH_READING = 4000;
const BOUNDS_MS = [10, 20, 50, 100] as const;

export function createFakeMetrics(desired: (...place: Parameters<Metrics['read']>) => Promise<Desired | undefined>): FakeMetrics {
  const totals = new Map<string, { requests: number; failures: number }>();
  const failing = new Map<string, number>();
  return {
    failing,
    read: async (service, environment) => {
      const weights = (await desired(service, environment))?.weights ?? {};
      const revisions = Object.entries(weights).map(([revision, weight]): [string, ArmCounts] => {
        const before = totals.get(revision) ?? { requests: 0, failures: 0 };
        const requests = Math.round((EACH_READING * weight) / 100);
        const now = { requests: before.requests + requests, failures: before.failures + Math.round(requests * (failing.get(revision) ?? 0)) };
        totals.set(revision, now);
        return [revision, { requests: now.requests, failures: { status5xx: now.failures }, latencyBuckets: [0, now.requests, 0, 0, 0], boundsMs: BOUNDS_MS }];
      });
      return { epoch: 'made up', at: Date.now(), revisions: Object.fromEntries(revisions) as Record<RevisionId, ArmCounts> };
    },
  };
}
