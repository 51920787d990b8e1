/** A deployment whose pipeline's execution ended without it (stopped by hand, a failed rollback) is taken back, so that no lease stays for ever. */
import type { DeploymentId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { getDeployment } from './state/documents.ts';

const ATTEMPT_EVERY_MS = 60_000;

/** Answers whether a rollback was started. */
export async function resumeStuck(needs: CommitNeeds & Pick<Ports, 'orchestrator'>, id: DeploymentId): Promise<boolean> {
  const deployment = await getDeployment(needs.store, id);
  const pipeline = await needs.orchestrator.describe('pipeline', deployment.value.pipeline);
  if (pipeline === undefined || pipeline.status === 'RUNNING') return false;
  const attempt = Math.floor(needs.clock.now() / ATTEMPT_EVERY_MS);
  for (const earlier of [`${id}-rollback-0-0`, `${id}-rollback-1-${attempt}`, `${id}-rollback-1-${attempt - 1}`]) {
    if ((await needs.orchestrator.describe('rollback', earlier))?.status === 'RUNNING') return false;
  }
  const name = `${id}-rollback-1-${attempt}`;
  await commit(needs, [], [
    { kind: 'start', machine: 'rollback', name, input: { deploymentId: id, failure: { Error: pipeline.error ?? pipeline.status, Cause: pipeline.cause ?? `The execution of ${deployment.value.pipeline} ended before its deployment did.` } } },
    alerting('critical', 'stuck-deployment', deployment.value, `${id} was left behind by its pipeline (${pipeline.status}) and is taken back now.`),
  ]);
  return true;
}
