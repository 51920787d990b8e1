/** Requests for a decision, as far as they are shown. */
import * as z from 'zod';
import { ParallelRun, TestResult, Verdict } from './evidence.ts';
import { Line, Text } from './text.ts';

/** What the request froze. Only the known parts are shown; the binding covers all of it. */
const ShownEvidence = z.object({
  tests: z.array(TestResult).default([]),
  holds: z.array(z.object({ stage: Line, batch: z.number(), verdict: Verdict.nullable(), parallelRun: ParallelRun.optional() })).default([]),
}).catch({ tests: [], holds: [] });

export const Approval = z.object({
  id: Line,
  subject: z.object({ service: Line, environment: Line, deployment: Line, version: Line, digest: Line, planHash: Line, question: Text, checklist: z.array(Line), evidence: z.preprocess((value) => value, ShownEvidence), url: Line.nullable() }),
  binding: Line,
  rule: z.object({ approvers: z.array(Line), count: z.number(), authorMayApprove: z.boolean(), onTimeout: Line }),
  author: Line.nullable(),
  expiresAt: z.number(),
  decisions: z.array(z.object({ by: Line, decision: Line, comment: Text })),
  status: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('waiting') }),
    z.object({ kind: z.literal('approved') }),
    z.object({ kind: z.literal('rejected'), by: Line, comment: Text }),
    z.object({ kind: z.literal('voided'), reason: Line }),
    z.object({ kind: z.literal('expired'), taken: Line }),
  ]),
});
export type Approval = z.infer<typeof Approval>;
export const Approvals = z.array(Approval);
