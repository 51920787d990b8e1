/** Asks for a person's decision: freezes what is shown, and keeps the task token that the decision answers. */
import { Approval, bindingOf, type ApprovalSubject } from '../domain/approval.ts';
import { deploymentId, type ApprovalId, type DeploymentId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { forwardTurn, type Turn } from './deployment-turn.ts';
import { approvalIdOf, gateOf, type KnownGate } from './gates.ts';
import { observe } from './observe.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { creating, read, replacing, testResults, untilWritten } from './state/documents.ts';
import { approvalKey, pendingApprovalKey } from './state/keys.ts';

/** Idempotent: the same request again, after a crash, keeps what it showed and renews only the token. @throws Superseded, Cancelled, NotFound */
export const requestApproval = (needs: CommitNeeds & Pick<Ports, 'settings' | 'targets'>) => (input: { deploymentId: DeploymentId; gate: string; token: string }): Promise<{ approval: ApprovalId; binding: string }> => untilWritten(async () => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const gate = gateOf(turn.deployment.value, input.gate);
  if (gate.kind !== 'person') throw new TypeError(`the gate ${gate.name} asks nobody`);
  const id = approvalIdOf(input.deploymentId, gate.name);
  const existing = await read(needs.store, Approval, approvalKey(id));
  if (existing !== undefined) {
    if (existing.value.token !== input.token) await needs.store.transact([replacing(existing, { ...existing.value, token: input.token })]);
    return { approval: id, binding: existing.value.binding };
  }
  const approval = await asked(needs, turn, gate, id, input.token);
  // The approval is no stage with a machine that opens it, so the pipeline says here that it has come to it.
  const reached = gate.name === 'approval' ? [replacing(turn.pipeline, { ...turn.pipeline.value, stage: 'approval' })] : [];
  await commit(needs, [creating(approvalKey(id), approval), creating(pendingApprovalKey(id), { id }), ...reached], [announcement(approval)]);
  return { approval: id, binding: approval.binding };
});

async function asked(needs: CommitNeeds & Pick<Ports, 'settings' | 'targets'>, turn: Turn, gate: KnownGate & { kind: 'person' }, id: ApprovalId, token: string): Promise<Approval> {
  const deployment = turn.deployment.value;
  // Looked at now: what was kept before the first route has no address yet.
  const observed = await observe(needs, turn.desired.value);
  const subject: ApprovalSubject = {
    service: deployment.service, environment: deployment.environment, deployment: deployment.id, version: deployment.plan.version, digest: deployment.plan.digest, planHash: deployment.planHash,
    question: gate.question, checklist: [...gate.checklist], url: observed.endpoint,
    evidence: { tests: await testsSoFar(needs, turn), holds: deployment.holds.filter((hold) => hold.stage !== 'watch').map((hold) => ({ stage: hold.stage, batch: hold.batch, verdict: hold.verdict, ...(hold.parallelRun === undefined ? {} : { parallelRun: hold.parallelRun }) })) },
  };
  const now = needs.clock.now();
  return {
    id, subject, binding: bindingOf(subject), rule: gate.rule, author: turn.pipeline.value.author, token, requestedAt: now, expiresAt: now + gate.rule.timeout * 1000, decisions: [], status: { kind: 'waiting' },
  };
}

/** Of this environment and of those the release went through before it. */
async function testsSoFar(needs: Pick<Ports, 'store'>, turn: Turn) {
  const results = await Promise.all(turn.pipeline.value.waves.flat().map(async (environment) =>
    (await testResults(needs.store, deploymentId(turn.pipeline.value.id, environment))).map((result) => ({ environment, ...result }))));
  return results.flat();
}

const announcement = ({ subject, binding, expiresAt }: Approval) => alerting('info', 'approval-requested', subject,
  `${subject.question} Decide with "/slipway approve ${subject.service}" or "slipway approve ${subject.service}" (request ${binding}, expires ${new Date(expiresAt).toISOString()}).`);
