/** What the judge reads, out of CloudWatch's one-minute points. */
import type { Access } from '../../domain/access.ts';
import { Forbidden, ProviderUnavailable } from '../../domain/errors.ts';
import type { RevisionId } from '../../domain/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ArmCounts, Metrics } from '../../ports/metrics.ts';
import { callFault } from './call-fault.ts';
import type { MetricCalls, MetricResult } from './calls/signed-metrics.ts';
import { addedUp, countsOf } from './cloudwatch-metrics/counts.ts';
import { asMetricQuery, type CountQuery, queriesOf } from './cloudwatch-metrics/queries.ts';
import type { Locate, RevisionSource } from './cloudwatch-metrics/source.ts';

export { balancerSources, createLocate, lambdaSources, workersOr } from './cloudwatch-metrics/locate.ts';
export { lambdaVersionSource, targetGroupSource } from './cloudwatch-metrics/source.ts';
export type { Locate, PlaceSource, RevisionSource } from './cloudwatch-metrics/source.ts';

export interface CloudWatchMetricsOptions {
  /** The calls for the account, region and role of an environment. */
  readonly calls: (access: Access | null) => MetricCalls;
  readonly locate: Locate;
  readonly clock: Clock;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html: 500 queries and 100,800 points a call */
export const QUERIES_MAX = 500;
const POINTS_MAX = 100_800;
const PERIOD_SECONDS = 60;
/** Counting begins again at 0, 6, 12 and 18 o'clock (UTC): what is asked for stays bounded, and every reader counts from the same moment. */
export const EPOCH_MS = 6 * 3_600_000;
const POINTS_EACH = EPOCH_MS / 1000 / PERIOD_SECONDS;
const QUERIES_EACH_CALL = Math.min(QUERIES_MAX, Math.floor(POINTS_MAX / POINTS_EACH));

interface Asked {
  readonly source: RevisionSource;
  readonly query: CountQuery;
}

/**
 * Counts since the epoch began, added up anew at each reading: a point that CloudWatch gets late, or corrects, is in the next one.
 * Without points a count is 0, which is no evidence of anything.
 * @throws ProviderUnavailable when CloudWatch does not answer for all that was asked, and what `locate` throws
 */
export function createCloudWatchMetrics({ calls, locate, clock }: CloudWatchMetricsOptions): Metrics {
  return {
    async read(service, environment) {
      const at = clock.now();
      const begun = Math.floor(at / EPOCH_MS) * EPOCH_MS;
      const { access, revisions } = await locate(service, environment);
      const asked = revisions.flatMap((source) => queriesOf(source).map((query): Asked => ({ source, query })));
      const points = new Map<Asked, ReadonlyMap<number, number>>();
      for (let from = 0; from < asked.length; from += QUERIES_EACH_CALL) {
        for (const [one, minutes] of await ask(calls(access), asked.slice(from, from + QUERIES_EACH_CALL), begun, at)) points.set(one, minutes);
      }
      const counts = revisions.map((source) => ({ revision: source.revision, counts: countsOf(asked.filter((one) => one.source === source).map((one) => ({ what: one.query.what, minutes: points.get(one) ?? new Map() })), at) }));
      return {
        epoch: `cloudwatch-${new Date(begun).toISOString()}`, at,
        revisions: Object.fromEntries([...Map.groupBy(counts, ({ revision }) => revision)].map(([revision, of]) => [revision, addedUp(of.map((one) => one.counts))])) as Record<RevisionId, ArmCounts>,
      };
    },
  };
}

const idOf = (index: number): string => `q${index}`;

/** All pages. @returns the count of each minute that has a point, for each query */
async function ask(calls: MetricCalls, asked: readonly Asked[], begun: number, at: number): Promise<ReadonlyMap<Asked, ReadonlyMap<number, number>>> {
  const found = new Map<string, Map<number, number>>();
  // Up to the end of this minute: the point of a minute that is not over is counted as far as it has come.
  const input = { queries: asked.map(({ query }, index) => asMetricQuery(query, idOf(index), PERIOD_SECONDS)), from: begun, to: Math.ceil((at + 1) / 60_000) * 60_000 };
  let next: string | undefined;
  do {
    const page = await calls.getMetricData(next === undefined ? input : { ...input, next }).catch((error: unknown) => Promise.reject(callFault('CloudWatch', 'read metrics', error)));
    for (const result of page.results) {
      refuseUnanswered(result);
      const minutes = found.get(result.Id) ?? new Map<number, number>();
      // Counts are whole; CloudWatch gives numbers with a fraction of rounding.
      for (const [index, start] of (result.Timestamps ?? []).entries()) minutes.set(start, Math.round(result.Values?.[index] ?? 0));
      found.set(result.Id, minutes);
    }
    next = page.next;
  } while (next !== undefined && next !== '');
  return new Map(asked.map((one, index) => {
    const minutes = found.get(idOf(index));
    if (minutes === undefined) throw new ProviderUnavailable(`CloudWatch did not answer for ${one.query.metric.name}. It is read again at the next look.`, {});
    return [one, minutes];
  }));
}

function refuseUnanswered({ StatusCode, Label, Messages }: MetricResult): void {
  if (StatusCode === 'Forbidden') throw new Forbidden(`The role may not read the metric ${Label ?? ''} in CloudWatch. Give it cloudwatch:GetMetricData.`, { label: Label });
  if (StatusCode === 'InternalError') throw new ProviderUnavailable(`CloudWatch could not read the metric ${Label ?? ''}: ${(Messages ?? []).map(({ Value }) => Value).join('; ')}. It is read again at the next look.`, { label: Label });
}
