/** What progress is made from: the fields of a pipeline, as the API answers them and as the store has them. */

export const STAGES = ['staging', 'canary', 'rollout'] as const;
export type StageName = (typeof STAGES)[number];

export interface StagePlan {
  readonly batches: readonly {
    readonly launch: readonly { readonly revision: string; readonly count: number }[];
    readonly hold: unknown;
    readonly parallelRun?: unknown;
    readonly bake?: boolean | undefined;
  }[];
  readonly tests: readonly unknown[];
  readonly gatesBefore: readonly PlannedGate[];
  readonly gatesAfter: readonly PlannedGate[];
}

export interface PlannedGate {
  readonly kind: string;
  readonly name: string;
}

interface Arm {
  readonly requests: number;
  readonly failureRate: number | null;
}

export interface Hold {
  readonly stage: string;
  readonly batch: number;
  readonly startedAt: number;
  readonly seconds: number;
  readonly extensions: number;
  readonly verdict: { readonly kind: string; readonly reason: string; readonly evidence: { readonly candidate: Arm; readonly stable: Arm | null; readonly thresholds: { readonly minimumRequests: number } } } | null;
  readonly parallelRun?: { readonly verdict: { readonly reason: string } } | undefined;
}

type Ended = { readonly kind: 'running' } | { readonly kind: 'succeeded' } | { readonly kind: 'rolling-back'; readonly reason: string } | { readonly kind: 'rolled-back'; readonly reason: string };

export interface Deployment {
  readonly id: string;
  readonly environment: string;
  readonly plan: { readonly candidate: string; readonly stable: string | null; readonly approval: unknown; readonly stages: { readonly [stage in StageName]: StagePlan | null } };
  readonly status: Ended;
  readonly stage: StageName | null;
  readonly batch: number;
  readonly holds: readonly Hold[];
  readonly promoteRequestedBy: string | null;
}

export interface Approval {
  readonly id: string;
  readonly subject: { readonly service: string; readonly question: string };
  readonly rule: { readonly count: number };
  readonly decisions: readonly { readonly by: string; readonly decision: string }[];
  readonly status: { readonly kind: 'waiting' } | { readonly kind: 'approved' } | { readonly kind: 'rejected'; readonly by: string; readonly comment: string } | { readonly kind: 'voided'; readonly reason: string } | { readonly kind: 'expired'; readonly taken: string };
  readonly expiresAt: number;
}

/** The command of a gate. */
export interface GateRun {
  readonly gate: string;
  /** Null while it runs. */
  readonly outcome: { readonly passed: boolean; readonly seconds: number; readonly detail: string } | null;
}

export interface DeploymentDetail {
  readonly deployment: Deployment;
  readonly tests: readonly { readonly name: string; readonly outcome: 'passed' | 'failed' }[];
  readonly gates: readonly GateRun[];
  readonly approvals: readonly Approval[];
  readonly observed: { readonly weights: Readonly<Record<string, number>>; readonly instances: readonly { readonly revision: string; readonly health: string; readonly problem: string | null }[] } | null;
}

export interface PipelineState {
  readonly id: string;
  readonly service: string;
  readonly version: string;
  readonly cause: string;
  readonly commit: string | null;
  readonly digest: string | null;
  readonly startedBy: string;
  readonly startedAt: number;
  readonly waves: readonly (readonly string[])[];
  readonly status: { readonly kind: 'running' } | { readonly kind: 'succeeded'; readonly at: number } | { readonly kind: 'failed'; readonly at: number; readonly error: string; readonly reason: string }
    | { readonly kind: 'superseded'; readonly at: number; readonly by: string } | { readonly kind: 'cancelled'; readonly at: number; readonly by: string; readonly why: string };
}
