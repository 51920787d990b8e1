/** What the judge reads, out of CloudWatch's one-minute points. */
import { type CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { Access } from '../../domain/access.ts';
import { Forbidden, ProviderUnavailable } from '../../domain/errors.ts';
import type { RevisionId } from '../../domain/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ArmCounts, Metrics } from '../../ports/metrics.ts';
import { callFault } from './call-fault.ts';
import { asMetricQuery, type CountQuery, countsOf, queriesOf, sumOf } from './cloudwatch-metrics/queries.ts';
import type { Locate } from './cloudwatch-metrics/source.ts';

export { createLocate, lambdaSources } from './cloudwatch-metrics/locate.ts';
export { lambdaVersionSource, targetGroupSource } from './cloudwatch-metrics/source.ts';
export type { Locate, PlaceSource, RevisionSource } from './cloudwatch-metrics/source.ts';

export interface CloudWatchMetricsOptions {
  /** The client for the account, region and role of an environment. */
  readonly client: (access: Access | null) => Pick<CloudWatchClient, 'send'>;
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

/**
 * Counts since the epoch began, added up anew at each reading: a point that CloudWatch gets late, or corrects, is in the next one.
 * Without points a count is 0, which is no evidence of anything.
 * @throws ProviderUnavailable when CloudWatch does not answer for all that was asked, and what `locate` throws
 */
export function createCloudWatchMetrics({ client, locate, clock }: CloudWatchMetricsOptions): Metrics {
  return {
    async read(service, environment) {
      const at = clock.now();
      const begun = Math.floor(at / EPOCH_MS) * EPOCH_MS;
      const { access, revisions } = await locate(service, environment);
      const queries = revisions.flatMap(queriesOf);
      const counted: { readonly revision: RevisionId; readonly counts: ArmCounts }[] = [];
      for (let from = 0; from < queries.length; from += QUERIES_EACH_CALL) {
        const some = queries.slice(from, from + QUERIES_EACH_CALL);
        const results = await ask(client(access), some, begun, at);
        counted.push(...some.map((query, index) => ({ revision: query.source.revision, counts: sumOf((results.get(idOf(index)) ?? []).map((result) => countsOf(query, result))) })));
      }
      const names = [...new Set(revisions.map(({ revision }) => revision))];
      return {
        epoch: `cloudwatch-${new Date(begun).toISOString()}`, at,
        revisions: Object.fromEntries(names.map((name) => [name, sumOf(counted.filter(({ revision }) => revision === name).map(({ counts }) => counts))])) as Record<RevisionId, ArmCounts>,
      };
    },
  };
}

const idOf = (index: number): string => `q${index}`;

/** All pages. @returns results by query; a query may have several, one of each page */
async function ask(client: Pick<CloudWatchClient, 'send'>, queries: readonly CountQuery[], begun: number, at: number): Promise<ReadonlyMap<string, readonly MetricDataResult[]>> {
  const found = new Map<string, MetricDataResult[]>();
  const input = {
    MetricDataQueries: queries.map((query, index) => asMetricQuery(query, idOf(index), PERIOD_SECONDS)), StartTime: new Date(begun),
    // Up to the end of this minute: the point of a minute that is not over is counted as far as it has come.
    EndTime: new Date(Math.ceil((at + 1) / 60_000) * 60_000), ScanBy: 'TimestampAscending' as const,
  };
  let next: string | undefined;
  do {
    const page = await client.send(new GetMetricDataCommand({ ...input, ...(next === undefined ? {} : { NextToken: next }) })).catch((error: unknown) => Promise.reject(callFault('CloudWatch', 'read metrics', error)));
    for (const result of page.MetricDataResults ?? []) {
      refuseUnanswered(result);
      found.set(result.Id ?? '', [...(found.get(result.Id ?? '') ?? []), result]);
    }
    next = page.NextToken;
  } while (next !== undefined && next !== '');
  const missing = queries.findIndex((_, index) => !found.has(idOf(index)));
  if (missing !== -1) throw new ProviderUnavailable(`CloudWatch did not answer for ${queries[missing]?.metric.name ?? ''}. It is read again at the next look.`, {});
  return found;
}

function refuseUnanswered({ StatusCode, Label, Messages }: MetricDataResult): void {
  if (StatusCode === 'Forbidden') throw new Forbidden(`The role may not read the metric ${Label ?? ''} in CloudWatch. Give it cloudwatch:GetMetricData.`, { label: Label });
  if (StatusCode === 'InternalError') throw new ProviderUnavailable(`CloudWatch could not read the metric ${Label ?? ''}: ${(Messages ?? []).map(({ Value }) => Value).join('; ')}. It is read again at the next look.`, { label: Label });
}
