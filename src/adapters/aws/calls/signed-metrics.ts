/** CloudWatch's GetMetricData as a signed request: its JSON protocol, of which only what is used is parsed. */
import * as z from 'zod';
import type { MetricQuery } from '../cloudwatch-metrics/queries.ts';
import type { SignedCall } from './signed-call.ts';

const TIMEOUT_MS = 15_000;
/** Seconds since the epoch. */
const Time = z.number().transform((seconds) => Math.round(seconds * 1000));

/** Several may have one id: one of each page. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html */
export const MetricResult = z.object({
  Id: z.string(), Label: z.string().nullish(), StatusCode: z.string().nullish(), Timestamps: z.array(Time).nullish(), Values: z.array(z.number()).nullish(),
  Messages: z.array(z.object({ Value: z.string().nullish() })).nullish(),
});
export type MetricResult = z.infer<typeof MetricResult>;
const MetricData = z.object({ MetricDataResults: z.array(MetricResult).nullish(), NextToken: z.string().nullish() });

export interface MetricDataInput {
  readonly queries: readonly MetricQuery[];
  /** Milliseconds since the epoch; points from `from` on and before `to`. */
  readonly from: number;
  readonly to: number;
  readonly next?: string;
}

export interface MetricCalls {
  /** One page. @throws ServiceFault, ZodError for an answer of another form */
  getMetricData(input: MetricDataInput): Promise<{ readonly results: readonly MetricResult[]; readonly next: string | undefined }>;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export const signedMetrics = (call: SignedCall): MetricCalls => ({
  getMetricData: async ({ queries, from, to, next }) => {
    const body = JSON.stringify({ MetricDataQueries: queries, StartTime: from / 1000, EndTime: to / 1000, ScanBy: 'TimestampAscending', ...(next === undefined ? {} : { NextToken: next }) });
    const { text } = await call({ service: 'monitoring', path: '/', headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData' }, body, timeoutMs: TIMEOUT_MS });
    const { MetricDataResults, NextToken } = MetricData.parse(JSON.parse(text));
    return { results: MetricDataResults ?? [], next: NextToken ?? undefined };
  },
});
