/** A judge's verdict, as far as it is shown. */
import * as z from 'zod';
import { Line, Text } from './text.ts';

const Arm = z.object({ requests: z.number(), failures: z.number(), failureRate: z.number().nullable(), p50Ms: z.number().nullable(), p90Ms: z.number().nullable(), p99Ms: z.number().nullable() });

export const Verdict = z.object({
  kind: Line,
  reason: Line,
  evidence: z.object({ candidate: Arm, stable: Arm.nullable(), thresholds: z.object({ minimumRequests: z.number() }) }),
});
export type Verdict = z.infer<typeof Verdict>;
export type Arm = z.infer<typeof Arm>;

export const TestResult = z.object({ name: Line, outcome: z.enum(['passed', 'failed']), seconds: z.number(), attempts: z.number(), detail: Text });
export type TestResult = z.infer<typeof TestResult>;
