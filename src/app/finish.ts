/** Ends a pipeline: how it ended, for whoever looks. */
import type { PipelineId } from '../domain/ids.ts';
import { outcomeOf } from '../domain/failure.ts';
import type { Pipeline, PipelineStatus } from '../domain/pipeline.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { getPipeline, replacing, untilWritten } from './state/documents.ts';
import { runningKey } from './state/keys.ts';

export type PipelineOutcome = { readonly kind: 'succeeded' } | { readonly kind: 'failed'; readonly error: string; readonly cause: string };

/** Idempotent: the first end stands. */
export const finish = (needs: CommitNeeds) => (input: { pipelineId: PipelineId; outcome: PipelineOutcome }): Promise<{ status: PipelineStatus['kind'] }> => untilWritten(async () => {
  const stored = await getPipeline(needs.store, input.pipelineId);
  if (stored.value.status.kind !== 'running') return { status: stored.value.status.kind };
  const status = statusOf(stored.value, input.outcome, needs.clock.now());
  const effects = status.kind === 'failed' ? [alerting('critical', 'pipeline-failed', { service: stored.value.service, environment: null }, `${stored.value.id} (${stored.value.version}): ${status.error}. ${status.reason}`)] : [];
  const running = await needs.store.get(runningKey(input.pipelineId));
  await commit(needs, [
    replacing(stored, { ...stored.value, status, stage: 'over' }),
    ...(running === undefined ? [] : [{ kind: 'delete' as const, key: runningKey(input.pipelineId), condition: { generation: running.generation } }]),
  ], effects);
  return { status: status.kind };
});

function statusOf(pipeline: Pipeline, outcome: PipelineOutcome, at: number): PipelineStatus {
  if (outcome.kind === 'succeeded') return { kind: 'succeeded', at };
  if (pipeline.stop?.kind === 'superseded') return { kind: 'superseded', at, by: pipeline.stop.by };
  if (pipeline.stop?.kind === 'cancelled') return { kind: 'cancelled', at, by: pipeline.stop.by, why: pipeline.stop.why };
  return { kind: 'failed', at, ...outcomeOf({ Error: outcome.error, Cause: outcome.cause }, pipeline) };
}
