/** A request for a person's decision, bound to what it showed. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from './canonical.ts';
import { ApprovalId, DeploymentId, Digest, EnvironmentName, Identity, ServiceName } from './ids.ts';
import { ApprovalRule } from './manifest.ts';

/** What the person sees. Frozen at the request; the decision is for exactly this. */
export const ApprovalSubject = z.strictObject({
  service: ServiceName,
  environment: EnvironmentName,
  deployment: DeploymentId,
  version: z.string(),
  digest: Digest,
  planHash: z.string(),
  question: z.string(),
  checklist: z.array(z.string()),
  /** Test results and the judge's numbers as of the request. */
  evidence: z.unknown(),
  url: z.string().nullable(),
});
export type ApprovalSubject = z.infer<typeof ApprovalSubject>;

export const Decision = z.strictObject({ by: Identity, at: z.number(), decision: z.enum(['approve', 'reject']), comment: z.string().max(1000) });
export type Decision = z.infer<typeof Decision>;

export const ApprovalStatus = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('waiting') }),
  z.strictObject({ kind: z.literal('approved'), at: z.number() }),
  z.strictObject({ kind: z.literal('rejected'), at: z.number(), by: Identity, comment: z.string() }),
  z.strictObject({ kind: z.literal('voided'), at: z.number(), reason: z.string() }),
  z.strictObject({ kind: z.literal('expired'), at: z.number(), taken: z.enum(['approve', 'reject']) }),
]);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

export const Approval = z.strictObject({
  id: ApprovalId,
  subject: ApprovalSubject,
  /** Hash of digest, plan hash and evidence: what a decision must name. */
  binding: z.string(),
  rule: ApprovalRule,
  author: Identity.nullable(),
  /** The task token; leaves the store only towards the orchestrator. */
  token: z.string(),
  requestedAt: z.number(),
  expiresAt: z.number(),
  decisions: z.array(Decision),
  status: ApprovalStatus,
});
export type Approval = z.infer<typeof Approval>;

/** The 16 hexadecimal digits that name exactly this digest, plan and evidence. */
export function bindingOf(subject: ApprovalSubject): string {
  return createHash('sha256').update(canonicalJson(subject)).digest('hex').slice(0, 16);
}

export type Ruling = { kind: 'refused'; reason: string } | { kind: 'recorded'; approval: Approval };

/** Whether a decision counts, and what the approval is after it. Pure: one table test holds all of it. */
export function rule(approval: Approval, decision: Decision, binding: string): Ruling {
  const refused = (reason: string): Ruling => ({ kind: 'refused', reason });
  if (approval.status.kind !== 'waiting') return refused(`this request is ${approval.status.kind} already`);
  if (decision.at >= approval.expiresAt) return refused('this request has expired');
  if (binding !== approval.binding) return refused(`the decision is for ${binding}, but what waits is ${approval.binding}: look at it again`);
  if (!approval.rule.approvers.includes(decision.by)) return refused(`${decision.by} may not decide here; those who may: ${approval.rule.approvers.join(', ') || 'nobody, name approvers in slipway.yaml or environments.yaml'}`);
  if (decision.decision === 'reject') return { kind: 'recorded', approval: { ...approval, decisions: [...approval.decisions, decision], status: { kind: 'rejected', at: decision.at, by: decision.by, comment: decision.comment } } };
  if (decision.by === approval.author && !approval.rule.authorMayApprove) return refused(`${decision.by} is the author of this release and the rule says that another must approve`);
  if (approval.decisions.some((earlier) => earlier.by === decision.by)) return refused(`${decision.by} has approved already; ${approval.rule.count} different people must`);
  const decisions = [...approval.decisions, decision];
  return { kind: 'recorded', approval: { ...approval, decisions, status: decisions.length >= approval.rule.count ? { kind: 'approved', at: decision.at } : { kind: 'waiting' } } };
}
