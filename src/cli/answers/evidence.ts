/** A judge's verdict, as far as it is shown. */
import * as z from 'zod';
import { Line, Text } from './text.ts';

const Arm = z.object({ requests: z.number(), failures: z.number(), failureRate: z.number().nullable(), p50Ms: z.number().nullable(), p90Ms: z.number().nullable(), p99Ms: z.number().nullable() });
const Rate = z.object({ total: z.number(), bad: z.number(), rate: z.number().nullable(), low: z.number(), high: z.number() });
const Metric = z.object({
  name: Line, weight: z.number(), muted: z.boolean(), candidate: Rate, stable: Rate.nullable(), over: z.object({ candidate: z.number(), stable: z.number() }).nullable(),
  logE: z.number(), needed: z.boolean(), goodEnough: z.boolean(), dispersion: z.number(),
});

export const Verdict = z.object({
  kind: Line,
  reason: Line,
  evidence: z.object({
    candidate: Arm, stable: Arm.nullable(), stableFrom: Line.nullable(), thresholds: z.object({ minimumRequests: z.number() }),
    metrics: z.array(Metric), logE: z.number(), boundary: z.number(), pValue: z.number(), points: z.array(z.tuple([z.number(), z.number()])),
    decidedAt: z.object({ abort: z.number().nullable(), goodEnough: z.number().nullable() }), secondsToAbort: z.number().nullable(),
    ticks: z.object({ used: z.number(), withoutData: z.number(), reset: z.number() }),
  }),
});
export type Verdict = z.infer<typeof Verdict>;
export type Arm = z.infer<typeof Arm>;

/** What a parallel run has found. */
const Report = z.object({
  compared: z.number(), differing: z.number(), unanswered: z.number(), dropped: z.number(),
  fields: z.record(Line, z.object({ candidate: z.number(), stable: z.number(), both: z.number() })),
  examples: z.array(z.object({ field: Line, request: Line, stable: Line.nullable(), candidate: Line.nullable() })),
});
export const ParallelRun = z.object({ earlier: Report, report: Report, verdict: z.object({ kind: Line, reason: Line, fields: z.array(Line) }), recording: Line.optional() });
export type ParallelRun = z.infer<typeof ParallelRun>;

export const TestResult = z.object({ name: Line, outcome: z.enum(['passed', 'failed']), seconds: z.number(), attempts: z.number(), detail: Text });
export type TestResult = z.infer<typeof TestResult>;

export const GateRun = z.object({ gate: Line, name: Line, startedAt: z.number(), outcome: z.object({ passed: z.boolean(), seconds: z.number(), detail: Text }).nullable() });
