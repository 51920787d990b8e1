/** Ends a pipeline: how it ended, for whoever looks. */
import { Deployment } from '../domain/deployment.ts';
import { outcomeOf, severityOf } from '../domain/failure.ts';
import { deploymentId, type PipelineId } from '../domain/ids.ts';
import type { Pipeline, PipelineStatus } from '../domain/pipeline.ts';
import type { Ports } from '../ports/index.ts';
import type { Write } from '../ports/item-store.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { getPipeline, read, replacing, untilWritten } from './state/documents.ts';
import { deploymentKey, runningKey } from './state/keys.ts';

export type PipelineOutcome = { readonly kind: 'succeeded' } | { readonly kind: 'failed'; readonly error: string; readonly cause: string };

/**
 * Idempotent: the first end stands, and only that one answers `isFirst`. While a deployment of it is unfinished (a rollback that failed, an execution that was
 * stopped) it stays among the running ones, so that the pass takes that deployment back.
 */
export const finish = (needs: CommitNeeds) => (input: { pipelineId: PipelineId; outcome: PipelineOutcome }): Promise<{ status: PipelineStatus['kind']; isFirst: boolean }> => untilWritten(async () => {
  const stored = await getPipeline(needs.store, input.pipelineId);
  const cleared = await notRunning(needs, stored.value);
  if (stored.value.status.kind !== 'running') {
    await needs.store.transact(cleared);
    return { status: stored.value.status.kind, isFirst: false };
  }
  const status = statusOf(stored.value, input.outcome, needs.clock.now());
  const effects = status.kind === 'failed' ? [alerting(severityOf(status.error), 'pipeline-failed', { service: stored.value.service, environment: null, pipeline: stored.value.id }, `${stored.value.id} (${stored.value.version}): ${status.error}. ${status.reason}`)] : [];
  await commit(needs, [replacing(stored, { ...stored.value, status, stage: 'over' }), ...cleared], effects);
  return { status: status.kind, isFirst: true };
});

export async function unfinishedDeployments(needs: Pick<Ports, 'store'>, pipeline: Pipeline): Promise<Deployment[]> {
  const found = await Promise.all(pipeline.waves.flat().map((environment) => read(needs.store, Deployment, deploymentKey(deploymentId(pipeline.id, environment)))));
  return found.filter((stored) => stored !== undefined).map((stored) => stored.value).filter(({ status }) => status.kind === 'running' || status.kind === 'rolling-back');
}

async function notRunning(needs: Pick<Ports, 'store'>, pipeline: Pipeline): Promise<Write[]> {
  const running = await needs.store.get(runningKey(pipeline.id));
  if (running === undefined || (await unfinishedDeployments(needs, pipeline)).length > 0) return [];
  return [{ kind: 'delete', key: runningKey(pipeline.id), condition: { generation: running.generation } }];
}

function statusOf(pipeline: Pipeline, outcome: PipelineOutcome, at: number): PipelineStatus {
  if (outcome.kind === 'succeeded') return { kind: 'succeeded', at };
  if (pipeline.stop?.kind === 'superseded') return { kind: 'superseded', at, by: pipeline.stop.by };
  if (pipeline.stop?.kind === 'cancelled') return { kind: 'cancelled', at, by: pipeline.stop.by, why: pipeline.stop.why };
  return { kind: 'failed', at, ...outcomeOf({ Error: outcome.error, Cause: outcome.cause }, pipeline) };
}
