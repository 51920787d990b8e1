/** A plan: what a deployment will do, as data. Made by src/domain/planner, carried out by the stage machines. */
import * as z from 'zod';
import { Digest, EnvironmentName, ReleaseId, RevisionId, ServiceName } from './ids.ts';
import { ApprovalRule, Gate, JudgeRule, STRATEGIES, Test } from './manifest.ts';
import { ParallelRun } from './parallel/rule.ts';
import { RevisionSpec } from './revision.ts';
import { Weights } from './route.ts';

/** The judge watches for this long; null rule: only health is watched. */
export const Hold = z.strictObject({ seconds: z.number().min(0), tickSeconds: z.number().min(0.05), rule: JudgeRule.nullable() });
export type Hold = z.infer<typeof Hold>;

/**
 * One turn of a stage machine, in this order: bring each revision to its count, wait until all are healthy, move the weights,
 * hold, then shrink (a count of 0 retires the revision).
 */
export const Batch = z.strictObject({
  launch: z.array(z.strictObject({ revision: RevisionId, count: z.int().min(0) })),
  weights: Weights,
  hold: Hold.nullable(),
  /** While this batch holds, the candidate answers mirrored requests; its answers decide instead of the judge. */
  parallelRun: ParallelRun.optional(),
  /** All traffic is on the candidate already; it is watched on, with the stable revision kept. */
  bake: z.literal(true).optional(),
  shrink: z.array(z.strictObject({ revision: RevisionId, count: z.int().min(0) })),
});
export type Batch = z.infer<typeof Batch>;

export const StagePlan = z.strictObject({
  gatesBefore: z.array(Gate),
  batches: z.array(Batch),
  tests: z.array(Test),
  gatesAfter: z.array(Gate),
});
export type StagePlan = z.infer<typeof StagePlan>;

const PlanDocument = z.strictObject({
  service: ServiceName,
  environment: EnvironmentName,
  kind: z.enum(['staging', 'production']),
  strategy: z.enum(STRATEGIES),
  target: z.string(),
  release: ReleaseId,
  digest: Digest,
  version: z.string(),
  candidate: RevisionId,
  /** Null: nothing serves yet. */
  stable: RevisionId.nullable(),
  /** What the stable revision is asked to have when the plan is made: what a rollback brings back. */
  stableInstances: z.int().min(0),
  instances: z.int().min(0),
  minimumHealthy: z.int().min(0),
  specs: z.record(RevisionId, RevisionSpec),
  /** Null: this strategy has no such stage here. */
  stages: z.strictObject({ staging: StagePlan.nullable(), canary: StagePlan.nullable(), rollout: StagePlan.nullable() }),
  approval: ApprovalRule.nullable(),
  /** Whom every other question goes to that names nobody itself. */
  decisions: ApprovalRule,
});
/** Plans of before did not say these two; then the candidate's count stands for both revisions, and the approval's rule for all questions. */
const Earlier = z.looseObject({ instances: z.unknown(), approval: z.unknown() });
export const Plan = z.preprocess((value) => {
  const { data } = Earlier.safeParse(value);
  return data === undefined ? value : { ...data, stableInstances: data['stableInstances'] ?? data.instances, decisions: data['decisions'] ?? data.approval ?? ApprovalRule.parse({}) };
}, PlanDocument);
export type Plan = z.infer<typeof Plan>;
