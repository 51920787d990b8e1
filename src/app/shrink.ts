/** Writes the desired state without what a batch no longer needs, and hands the calls that remove it to the machine. */
import type { DeploymentId } from '../domain/ids.ts';
import type { StageName } from '../domain/manifest.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { batchOf, forwardTurn } from './deployment-turn.ts';
import { desire } from './state/desire.ts';
import { untilWritten } from './state/documents.ts';
import { launchCall, retireCall, type TargetCall } from './target-calls.ts';

/** Idempotent. @throws Superseded, Cancelled, StaleGeneration */
export const shrink = (needs: Pick<Ports, 'store' | 'clock'>) => (input: { deploymentId: DeploymentId; stage: StageName; batch: number }): Promise<{ requests: readonly TargetCall[] }> => untilWritten(async () => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const deployment = turn.deployment.value;
  const batch = batchOf(deployment, input.stage, input.batch);
  const revisions: Desired['revisions'] = { ...turn.desired.value.revisions };
  for (const { revision, count } of batch.shrink) {
    const here = revisions[revision];
    if (here === undefined) continue;
    if (count === 0) delete revisions[revision];
    else revisions[revision] = { ...here, count };
  }
  const { desired, writes } = desire(turn.desired, { ...turn.desired.value, revisions }, {
    by: turn.pipeline.value.startedBy, at: needs.clock.now(), reason: `${deployment.id}: ${input.stage}, after batch ${input.batch + 1}`, commit: turn.pipeline.value.commit,
  });
  await needs.store.transact(writes);
  return { requests: batch.shrink.map(({ revision, count }) => {
    const kept = desired.revisions[revision];
    return kept === undefined ? retireCall(desired, revision, turn.desired.value.revisions[revision]?.spec ?? deployment.plan.specs[revision]) : launchCall(desired, kept.spec, count);
  }) };
});
