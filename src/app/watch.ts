/** Watches the canary while an approval waits, and voids the approval when the canary turns bad. */
import { Approval } from '../domain/approval.ts';
import { SlipwayError } from '../domain/errors.ts';
import type { DeploymentId } from '../domain/ids.ts';
import { NO_END_SECONDS } from '../domain/judge/judge.ts';
import { forwardTurn } from './deployment-turn.ts';
import { approvalIdOf } from './gates.ts';
import { look, type HoldNeeds } from './hold.ts';
import type { Ports } from '../ports/index.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { read, replacing, untilWritten, type Stored } from './state/documents.ts';
import { approvalKey, pendingApprovalKey } from './state/keys.ts';
import type { TargetCall } from './target-calls.ts';

export type WatchAnswer = { readonly status: 'watching' | 'over'; readonly until: string; readonly requests: readonly TargetCall[] };
export type WatchNeeds = HoldNeeds & Pick<Ports, 'settings'>;

/** @throws Superseded, Cancelled, ProviderUnavailable */
export const watch = (needs: WatchNeeds) => (input: { deploymentId: DeploymentId; gate: string }): Promise<WatchAnswer> => untilWritten(async () => {
  const until = new Date(needs.clock.now() + needs.settings.watchSeconds * 1000).toISOString();
  const approval = await read(needs.store, Approval, approvalKey(approvalIdOf(input.deploymentId, input.gate)));
  if (approval !== undefined && approval.value.status.kind !== 'waiting') return { status: 'over', until, requests: [] };
  const turn = await forwardTurn(needs, input.deploymentId);
  const rule = turn.deployment.value.plan.stages.canary?.batches.at(-1)?.hold?.rule ?? null;
  const trouble = await lookForTrouble(needs, turn, rule);
  if (typeof trouble === 'string') {
    if (approval === undefined) return { status: 'watching', until, requests: [] };
    await voidApproval(needs, approval, trouble);
    return { status: 'over', until, requests: [] };
  }
  return { status: 'watching', until, requests: trouble };
});

/** A sentence when the canary is bad, else what has to be started again. */
async function lookForTrouble(needs: WatchNeeds, turn: Awaited<ReturnType<typeof forwardTurn>>, rule: Parameters<typeof look>[2]['rule']): Promise<string | readonly TargetCall[]> {
  try {
    const looked = await look(needs, turn, { stage: 'watch', batch: 0, seconds: NO_END_SECONDS, rule });
    return looked.verdict?.kind === 'abort' ? looked.verdict.reason : looked.requests;
  } catch (error) {
    if (error instanceof SlipwayError && error.name === 'InstancesUnhealthy') return error.message;
    throw error;
  }
}

async function voidApproval(needs: CommitNeeds, approval: Stored<Approval>, reason: string): Promise<void> {
  const pending = await needs.store.get(pendingApprovalKey(approval.value.id));
  await commit(needs, [
    replacing(approval, { ...approval.value, status: { kind: 'voided', at: needs.clock.now(), reason } }),
    ...(pending === undefined ? [] : [{ kind: 'delete' as const, key: pendingApprovalKey(approval.value.id), condition: { generation: pending.generation } }]),
  ], [
    { kind: 'fail-task', token: approval.value.token, error: 'ApprovalVoided', cause: `The canary turned bad while the approval waited. ${reason}` },
    alerting('critical', 'approval-voided', approval.value.subject, reason),
  ]);
}
