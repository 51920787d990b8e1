/** CloudWatch's GetMetricData as its documentation has it, over values that a test puts in; the emulator knows no trimmed count. */
import type { CloudWatchClient, GetMetricDataCommandInput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';

export interface FakeCloudWatch {
  readonly client: Pick<CloudWatchClient, 'send'>;
  readonly calls: GetMetricDataCommandInput[];
  /** Values that a metric got at a time; for a count, one value of that many. */
  put(name: string, dimension: string, at: number, values: readonly number[]): void;
  /** Points in a page; the documentation allows any number. */
  pageSize: number;
  /** Of results, by the metric's name. */
  status: Record<string, 'InternalError' | 'Forbidden'>;
}

export function fakeCloudWatch(): FakeCloudWatch {
  const points: { readonly name: string; readonly dimension: string; readonly at: number; readonly values: readonly number[] }[] = [];
  const statistic = (stat: string, values: readonly number[]): number => {
    if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
    const [, lower = '', upper = ''] = /^TC\(([\d.]*):([\d.]*)\)$/.exec(stat) ?? [];
    if (lower === '' && upper === '') throw new Error(`no statistic ${stat}`);
    return values.filter((value) => (lower === '' || value > Number(lower)) && (upper === '' || value <= Number(upper))).length;
  };
  const fake: FakeCloudWatch = {
    calls: [], pageSize: 1000, status: {},
    put: (name, dimension, at, values) => {
      points.push({ name, dimension, at, values });
    },
    client: {
      send: (async ({ input }: { input: GetMetricDataCommandInput }): Promise<Pick<GetMetricDataCommandOutput, 'MetricDataResults' | 'NextToken'>> => {
        fake.calls.push(input);
        if ((input.MetricDataQueries ?? []).length > 500) throw Object.assign(new Error('too many queries'), { name: 'ValidationError' });
        const page = Number(input.NextToken ?? 0);
        const results = (input.MetricDataQueries ?? []).map(({ Id, MetricStat }) => {
          const { Metric, Period = 60, Stat = '' } = MetricStat ?? {};
          const minutes = new Map<number, number[]>();
          for (const { name, dimension, at, values } of points) {
            const minute = Math.floor(at / (Period * 1000)) * Period * 1000;
            const inside = minute >= (input.StartTime?.getTime() ?? 0) && minute < (input.EndTime?.getTime() ?? 0);
            if (inside && name === Metric?.MetricName && Metric.Dimensions?.some(({ Value }) => Value === dimension) === true) minutes.set(minute, [...(minutes.get(minute) ?? []), ...values]);
          }
          const all = [...minutes.values()].map((values) => statistic(Stat, values));
          return { Id, Label: Metric?.MetricName, StatusCode: fake.status[Metric?.MetricName ?? ''] ?? ((page + 1) * fake.pageSize < all.length ? 'PartialData' as const : 'Complete' as const), Values: all.slice(page * fake.pageSize, (page + 1) * fake.pageSize), more: all.length > (page + 1) * fake.pageSize };
        });
        return { MetricDataResults: results.map(({ more: _more, ...result }) => result), ...(results.some(({ more }) => more) ? { NextToken: String(page + 1) } : {}) };
      }) as never,
    },
  };
  return fake;
}
