/**
 * A pipeline whose execution ended without telling it (stopped by hand, a machine that failed) is ended, and what it left in an
 * environment is taken back: no lease stays for ever, and nothing queues behind the dead. One that runs and gets nowhere is told of.
 */
import * as z from 'zod';
import { SlipwayError } from '../domain/errors.ts';
import { PipelineId, type DeploymentId } from '../domain/ids.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { Execution } from '../ports/orchestrator.ts';
import { finish, unfinishedDeployments } from './finish.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { getPipeline, list } from './state/documents.ts';
import { shards } from './state/keys.ts';
import { tellStuck } from './tell-stuck.ts';

const ATTEMPT_EVERY_MS = 60_000;
/** An execution that is not known yet may be on its way through the outbox. */
const START_GRACE_MS = 120_000;
const Running = z.strictObject({ pipeline: PipelineId });

/** Answers how many pipelines it had to see to. */
export async function resumeStuck(needs: CommitNeeds): Promise<number> {
  let seen = 0;
  for (const shard of shards()) {
    for (const { value } of await list(needs.store, Running, `running#${shard}`, '')) if (await resumeOne(needs, value.pipeline)) seen += 1;
  }
  return seen;
}

async function resumeOne(needs: CommitNeeds, id: PipelineId): Promise<boolean> {
  const execution = await needs.orchestrator.describe('pipeline', id);
  const stored = await getPipeline(needs.store, id);
  if (execution?.status === 'RUNNING') {
    await tellStuck(needs, stored).catch(unlessFaster);
    return false;
  }
  const pipeline = stored.value;
  if (execution === undefined && needs.clock.now() - pipeline.startedAt < START_GRACE_MS) return false;
  const unfinished = await unfinishedDeployments(needs, pipeline);
  for (const deployment of unfinished) await takeBack(needs, deployment, execution, pipeline.trace);
  if (unfinished.length === 0) await finish(needs)({ pipelineId: id, outcome: { kind: 'failed', error: execution?.error ?? execution?.status ?? 'NotStarted', cause: execution?.cause ?? 'The execution ended before the pipeline did.' } });
  return true;
}

function unlessFaster(error: unknown): void {
  if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
}

async function takeBack(needs: CommitNeeds, deployment: Deployment, execution: Execution | undefined, trace: Pipeline['trace']): Promise<void> {
  const attempt = Math.floor(needs.clock.now() / ATTEMPT_EVERY_MS);
  const names = (id: DeploymentId) => [`${id}-rollback-0-0`, `${id}-rollback-1-${attempt}`, `${id}-rollback-1-${attempt - 1}`];
  for (const earlier of names(deployment.id)) if ((await needs.orchestrator.describe('rollback', earlier))?.status === 'RUNNING') return;
  const name = `${deployment.id}-rollback-1-${attempt}`;
  if ((await needs.orchestrator.describe('rollback', name)) !== undefined) return;
  const failure = { Error: execution?.error ?? execution?.status ?? 'NotStarted', Cause: execution?.cause ?? `The execution of ${deployment.pipeline} ended before its deployment did.` };
  await commit(needs, [], [
    { kind: 'start', machine: 'rollback', name, input: { deploymentId: deployment.id, failure }, ...(trace === null ? {} : { trace }) },
    alerting('critical', 'stuck-deployment', deployment, `${deployment.id} was left behind by its pipeline (${failure.Error}) and is taken back now.`),
  ]);
}
