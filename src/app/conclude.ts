/** Ends a deployment: the candidate is the stable revision now, or is gone; either way the environment is free. */
import type { Deployment } from '../domain/deployment.ts';
import { SlipwayError } from '../domain/errors.ts';
import { severityOf } from '../domain/failure.ts';
import type { DeploymentId } from '../domain/ids.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { turnOf } from './deployment-turn.ts';
import { observe } from './observe.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { desire } from './state/desire.ts';
import { findObserved, getDeployment, replacing, untilWritten } from './state/documents.ts';

export interface Concluded {
  readonly error: string;
  readonly reason: string;
}

/** Idempotent: a deployment that is over answers as it ended. @throws StaleGeneration */
export const conclude = (needs: CommitNeeds & Pick<Ports, 'clock' | 'targets'>) => (input: { deploymentId: DeploymentId; outcome: 'succeeded' | 'rolled-back' }): Promise<Concluded> => untilWritten(async () => {
  const before = await getDeployment(needs.store, input.deploymentId);
  if (before.value.status.kind === 'succeeded' || before.value.status.kind === 'rolled-back') return answerOf(before.value);
  const turn = await turnOf(needs, input.deploymentId);
  const now = needs.clock.now();
  const deployment: Deployment = { ...turn.deployment.value, status: ended(turn.deployment.value, input.outcome, now) };
  const { writes } = desire(turn.desired, after(deployment, turn.desired.value, input.outcome), { by: turn.pipeline.value.startedBy, at: now, reason: `${deployment.id}: ${input.outcome}`, commit: turn.pipeline.value.commit });
  const answer = answerOf(deployment);
  await commit(needs, [replacing(turn.deployment, deployment), ...writes], [input.outcome === 'succeeded'
    ? alerting('info', 'deployed', deployment, `${deployment.plan.version} serves all traffic.`)
    : alerting(severityOf(answer.error), 'rolled-back', deployment, `${deployment.plan.version} was taken back: ${answer.error}. ${answer.reason}`)]);
  await seen(needs, turn.desired.value, input.outcome);
  return answer;
});

/**
 * What was taken back was last looked at while it served, and whoever is told of that looks now; a first release that nobody watched, before it had an
 * address. It is over, whatever the target says: a pass looks again, and tells people of a target that does not answer.
 */
async function seen(needs: Pick<Ports, 'store' | 'targets'>, desired: Desired, outcome: 'succeeded' | 'rolled-back'): Promise<void> {
  const kept = outcome === 'succeeded' ? await findObserved(needs.store, desired.service, desired.environment) : undefined;
  if (kept !== undefined && kept.value.endpoint !== null) return;
  try {
    await observe(needs, desired);
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
  }
}

const answerOf = ({ status }: Deployment): Concluded => (status.kind === 'rolled-back' ? { error: status.error, reason: status.reason } : { error: '', reason: '' });

function ended(deployment: Deployment, outcome: 'succeeded' | 'rolled-back', at: number): Deployment['status'] {
  if (outcome === 'succeeded') return { kind: 'succeeded', at };
  const why = deployment.status.kind === 'rolling-back' ? deployment.status : { error: 'Unknown', reason: '' };
  return { kind: 'rolled-back', at, error: why.error, reason: why.reason };
}

function after(deployment: Deployment, desired: Desired, outcome: 'succeeded' | 'rolled-back'): Desired {
  if (outcome === 'rolled-back') return { ...desired, deployment: null };
  const { candidate, stable, specs } = deployment.plan;
  return { ...desired, deployment: null, stable: candidate, previousRelease: stable === null ? null : specs[stable]?.release ?? null };
}
