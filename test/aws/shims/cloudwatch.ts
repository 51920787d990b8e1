/**
 * CloudWatch with statistics that the emulator does not have ("trimmed count"), over values that a test puts in:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html. Sums are the emulator's own where a test
 * asks for that: then PutMetricData of any client counts.
 */
import { fakeCloudWatch, type FakeCloudWatch } from '../../fakes/cloudwatch.ts';
import type { Answer, Shim } from '../faults.ts';
import type { MetricQuery } from '../../../src/adapters/aws/cloudwatch-metrics/queries.ts';

interface Asked {
  readonly MetricDataQueries: readonly MetricQuery[];
  readonly StartTime: number;
  readonly EndTime: number;
  readonly NextToken?: string;
}
interface Told { readonly MetricDataResults: readonly Readonly<Record<string, unknown>>[]; readonly NextToken?: string }

export interface CloudWatchShim {
  readonly shim: Shim;
  readonly values: FakeCloudWatch;
}

export interface CloudWatchShimOptions {
  /** Whose sums are answered. */
  readonly sums: 'emulator' | 'own';
  /** Called before an answer is made: what was served until now can still be put in. */
  readonly onRead?: () => Promise<void>;
}

export function cloudWatchShim({ sums, onRead }: CloudWatchShimOptions): CloudWatchShim {
  const values = fakeCloudWatch();
  const own = async ({ MetricDataQueries, StartTime, EndTime, NextToken }: Asked): Promise<Told> => {
    const { results, next } = await values.calls.getMetricData({ queries: MetricDataQueries, from: StartTime * 1000, to: EndTime * 1000, ...(NextToken === undefined ? {} : { next: NextToken }) });
    return { MetricDataResults: results.map((result) => ({ ...result, Timestamps: result.Timestamps?.map((ms) => ms / 1000) })), ...(next === undefined ? {} : { NextToken: next }) };
  };
  return {
    values,
    shim: async (call, request, forward) => {
      if (call.service !== 'cloudwatch' || call.action !== 'GetMetricData') return undefined;
      await onRead?.();
      const asked = JSON.parse(request.body.toString('utf8')) as Asked;
      if (sums === 'own') return json(await own(asked));
      const [theirs, mine] = [queriesOf(asked, true), queriesOf(asked, false)];
      // The proxy forwards the request that it gave to the shim.
      (request as { body: Buffer }).body = Buffer.from(JSON.stringify(theirs));
      const answer = await forward();
      if (answer.status !== 200) return answer;
      const told = JSON.parse(answer.body.toString('utf8')) as Told;
      return json({ ...told, MetricDataResults: [...told.MetricDataResults, ...(await own(mine)).MetricDataResults] });
    },
  };
}

const queriesOf = (asked: Asked, sums: boolean): Asked => ({ ...asked, MetricDataQueries: asked.MetricDataQueries.filter(({ MetricStat }) => (MetricStat.Stat === 'Sum') === sums) });
const json = (body: unknown): Answer => ({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: Buffer.from(JSON.stringify(body)) });
