/** An approval nobody gave in time: the rule's default action is taken, and said. */
import type { Approval } from '../domain/approval.ts';
import { ApprovalExpired } from '../domain/errors.ts';
import type { DeploymentId } from '../domain/ids.ts';
import { approvalIdOf } from './gates.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { getApproval, replacing, untilWritten } from './state/documents.ts';
import { pendingApprovalKey } from './state/keys.ts';

/** @throws ApprovalExpired when the default is to reject */
export const expireApproval = (needs: CommitNeeds) => (input: { deploymentId: DeploymentId; gate: string }): Promise<{ taken: 'approve' }> => untilWritten(async () => {
  const stored = await getApproval(needs.store, approvalIdOf(input.deploymentId, input.gate));
  const { rule, subject, status } = stored.value;
  if (status.kind === 'waiting') {
    const pending = await needs.store.get(pendingApprovalKey(stored.value.id));
    const expired: Approval = { ...stored.value, status: { kind: 'expired', at: needs.clock.now(), taken: rule.onTimeout } };
    await commit(needs, [replacing(stored, expired), ...(pending === undefined ? [] : [{ kind: 'delete' as const, key: pendingApprovalKey(stored.value.id), condition: { generation: pending.generation } }])],
      [alerting('warning', 'approval-expired', subject, `Nobody decided "${subject.question}" in ${rule.timeout} s; by rule it is taken as: ${rule.onTimeout}.`)]);
  }
  if (rule.onTimeout === 'approve' || status.kind === 'approved') return { taken: 'approve' };
  throw new ApprovalExpired(`Nobody decided "${subject.question}" in ${rule.timeout} s, and the rule's default is to reject. Start it again: slipway deploy ${subject.service} --version ${subject.version} --environment ${subject.environment}`);
});
