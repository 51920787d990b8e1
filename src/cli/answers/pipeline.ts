/** A pipeline with its deployments, as far as it is shown. */
import * as z from 'zod';
import { Approval } from './approval.ts';
import { GateRun, ParallelRun, TestResult, Verdict } from './evidence.ts';
import { PipelineSummary } from './pipeline-summary.ts';
import { Observed } from './place.ts';
import { Line, Text } from './text.ts';

const Batch = z.object({ launch: z.array(z.object({ revision: Line, count: z.number() })), weights: z.record(z.string(), z.number()), hold: z.object({ seconds: z.number() }).nullable(), parallelRun: z.looseObject({}).optional(), bake: z.boolean().optional() });
const StagePlan = z.object({ batches: z.array(Batch), tests: z.array(z.object({ name: Line, replay: z.looseObject({}).optional() })), gatesBefore: z.array(z.object({ kind: Line, name: Line })), gatesAfter: z.array(z.object({ kind: Line, name: Line })) });
export type StagePlan = z.infer<typeof StagePlan>;

export const STAGES = ['staging', 'canary', 'rollout'] as const;
export type StageName = (typeof STAGES)[number];

const Hold = z.object({ stage: Line, batch: z.number(), startedAt: z.number(), seconds: z.number(), extensions: z.number(), turns: z.number(), verdict: Verdict.nullable(), parallelRun: ParallelRun.optional() });
export type Hold = z.infer<typeof Hold>;

export const Deployment = z.object({
  id: Line,
  environment: Line,
  plan: z.object({
    strategy: Line, candidate: Line, stable: Line.nullable(), digest: Line, approval: z.object({ count: z.number() }).nullable(),
    stages: z.object({ staging: StagePlan.nullable(), canary: StagePlan.nullable(), rollout: StagePlan.nullable() }),
  }),
  planHash: Line,
  status: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('running') }),
    z.object({ kind: z.literal('rolling-back'), error: Line, reason: Text }),
    z.object({ kind: z.literal('succeeded'), at: z.number() }),
    z.object({ kind: z.literal('rolled-back'), at: z.number(), error: Line, reason: Text }),
  ]),
  stage: z.enum(STAGES).nullable(),
  batch: z.number(),
  holds: z.array(Hold),
  promoteRequestedBy: Line.nullable(),
  startedAt: z.number(),
});
export type Deployment = z.infer<typeof Deployment>;

const Part = z.object({ deployment: Deployment, tests: z.array(TestResult), gates: z.array(GateRun).default([]), approvals: z.array(Approval), observed: Observed.nullable() });
/** A deployment with its tests, approvals and what runs. */
export type DeploymentDetail = z.infer<typeof Part>;

export const PipelineDetail = z.object({ pipeline: PipelineSummary, trace: z.object({ id: Line, url: Line.nullable() }).nullable().default(null), deployments: z.array(Part) });
export type PipelineDetail = z.infer<typeof PipelineDetail>;

export const Executions = z.array(z.object({
  machine: Line, name: Line, status: Line, startedAt: z.number(), stoppedAt: z.number().nullable(), url: Line.nullable().default(null),
  events: z.array(z.object({ id: z.number(), at: z.number(), type: Line, state: Line.optional() })),
}));
