/** A deployment: one run that moves one service in one environment from the stable revision to a candidate. */
import * as z from 'zod';
import { DeploymentId, EnvironmentName, PipelineId, ServiceName } from './ids.ts';
import { ArmCounts } from './judge/counts.ts';
import { StoredJudgeState, StoredVerdict } from './judge/stored.ts';
import { StageName } from './manifest.ts';
import { ParallelReport } from './parallel/report.ts';
import { ParallelVerdict } from './parallel/verdict.ts';
import { Plan } from './plan.ts';

export const DeploymentStatus = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('running') }),
  z.strictObject({ kind: z.literal('rolling-back'), error: z.string(), reason: z.string() }),
  z.strictObject({ kind: z.literal('succeeded'), at: z.number() }),
  z.strictObject({ kind: z.literal('rolled-back'), at: z.number(), error: z.string(), reason: z.string() }),
]);
export type DeploymentStatus = z.infer<typeof DeploymentStatus>;

/** Cumulative counts as they were at the last look. */
export const HoldReading = z.strictObject({ epoch: z.string(), candidate: ArmCounts.nullable(), stable: ArmCounts.nullable() });

/** What a parallel run has found: of mirrors that ended, of the one at work, and what both mean. */
export const ParallelProgress = z.strictObject({
  epoch: z.string(), earlier: ParallelReport, report: ParallelReport, verdict: ParallelVerdict,
  /** Whose requests were asked, where nothing was mirrored. */
  recording: z.string().optional(),
});
export type ParallelProgress = z.infer<typeof ParallelProgress>;

/** One judged hold: which, since when, and the judge's own state and last evidence. */
export const HoldProgress = z.strictObject({
  stage: z.enum(['canary', 'rollout', 'watch', 'staging']),
  batch: z.int(),
  startedAt: z.number(),
  /** With all extensions. */
  seconds: z.number(),
  extensions: z.int(),
  turns: z.int(),
  reading: HoldReading.nullable(),
  judge: StoredJudgeState,
  /** The verdict of the last look; null before the first. */
  verdict: StoredVerdict,
  /** People were told that both revisions fail. */
  incidentTold: z.literal(true).optional(),
  /** Set by the first look at a parallel run. */
  parallelRun: ParallelProgress.optional(),
});
export type HoldProgress = z.infer<typeof HoldProgress>;

export const TestResult = z.strictObject({
  name: z.string(),
  outcome: z.enum(['passed', 'failed']),
  seconds: z.number(),
  attempts: z.int(),
  detail: z.string().max(20_000),
});
export type TestResult = z.infer<typeof TestResult>;

export const Deployment = z.strictObject({
  id: DeploymentId,
  pipeline: PipelineId,
  service: ServiceName,
  environment: EnvironmentName,
  plan: Plan,
  planHash: z.string(),
  status: DeploymentStatus,
  stage: StageName.nullable(),
  /** The batch at work, and when its instances were asked for. */
  batch: z.int(),
  launchedAt: z.number().nullable(),
  holds: z.array(HoldProgress),
  /** A person asked to end the hold at work early. */
  promoteRequestedBy: z.string().nullable(),
  startedAt: z.number(),
});
export type Deployment = z.infer<typeof Deployment>;
