/** CloudWatch's GetMetricData as its documentation has it, over values that a test puts in; the emulator knows no trimmed count. */
import type { MetricCalls, MetricDataInput, MetricResult } from '../../src/adapters/aws/calls/signed-metrics.ts';

export interface FakeCloudWatch {
  readonly calls: MetricCalls;
  readonly asked: MetricDataInput[];
  /** Values that a metric got at a time; for a count, one value of that many. `dimension`: values of its dimensions that no other has, with a space between them. */
  put(name: string, dimension: string, at: number, values: readonly number[]): void;
  /** Points in a page; the documentation allows any number. */
  pageSize: number;
  /** Of results, by the metric's name. */
  status: Record<string, 'InternalError' | 'Forbidden'>;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
function statistic(stat: string, values: readonly number[]): number {
  if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  const [, lower = '', upper = ''] = /^TC\(([\d.]*):([\d.]*)\)$/.exec(stat) ?? [];
  if (lower === '' && upper === '') throw new Error(`no statistic ${stat}`);
  return values.filter((value) => (lower === '' || value > Number(lower)) && (upper === '' || value <= Number(upper))).length;
}

export function fakeCloudWatch(): FakeCloudWatch {
  const points = new Map<string, Map<string, { readonly at: number; readonly values: readonly number[] }[]>>();
  const pointsOf = (name: string, dimensions: readonly string[]) => [...points.get(name) ?? []].flatMap(([dimension, of]) => (dimension.split(' ').every((value) => dimensions.includes(value)) ? of : []));
  const fake: FakeCloudWatch = {
    asked: [], pageSize: 1000, status: {},
    put: (name, dimension, at, values) => {
      const named = points.get(name) ?? new Map<string, { readonly at: number; readonly values: readonly number[] }[]>();
      points.set(name, named.set(dimension, [...named.get(dimension) ?? [], { at, values }]));
    },
    calls: {
      getMetricData: async (input) => {
        fake.asked.push(input);
        if (input.queries.length > 500) throw Object.assign(new Error('too many queries'), { name: 'ValidationError' });
        const page = Number(input.next ?? 0);
        const results = input.queries.map(({ Id, MetricStat: { Metric, Period, Stat } }) => {
          const minutes = new Map<number, number[]>();
          for (const { at, values } of pointsOf(Metric.MetricName, Metric.Dimensions.map(({ Value }) => Value))) {
            const minute = Math.floor(at / (Period * 1000)) * Period * 1000;
            if (minute >= input.from && minute < input.to) minutes.set(minute, [...(minutes.get(minute) ?? []), ...values]);
          }
          const all = [...minutes].sort(([one], [other]) => one - other);
          const here = all.slice(page * fake.pageSize, (page + 1) * fake.pageSize);
          const more = all.length > (page + 1) * fake.pageSize;
          const result: MetricResult = { Id, Label: Metric.MetricName, StatusCode: fake.status[Metric.MetricName] ?? (more ? 'PartialData' : 'Complete'), Timestamps: here.map(([minute]) => minute), Values: here.map(([, values]) => statistic(Stat, values)) };
          return { result, more };
        });
        return { results: results.map(({ result }) => result), next: results.some(({ more }) => more) ? String(page + 1) : undefined };
      },
    },
  };
  return fake;
}
