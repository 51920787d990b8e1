/** What people say to a pipeline that runs. */
import { Conflict, NotFound } from '../domain/errors.ts';
import type { EnvironmentName, Identity, PipelineId, ServiceName } from '../domain/ids.ts';
import { isOver, type Pipeline } from '../domain/pipeline.ts';
import type { Deployment } from '../domain/deployment.ts';
import { stopping } from './start-pipeline.ts';
import { commit, type CommitNeeds } from './state/commit.ts';
import { findDesired, getDeployment, getPipeline, replacing, untilWritten } from './state/documents.ts';

/** Ends a pipeline at its next turn; whatever it changed is taken back. */
export const cancel = (needs: CommitNeeds) => (input: { pipelineId: PipelineId; by: Identity; why: string }): Promise<Pipeline> => untilWritten(async () => {
  const stored = await getPipeline(needs.store, input.pipelineId);
  if (isOver(stored.value)) throw new Conflict(`${input.pipelineId} is over already (${stored.value.status.kind}).`);
  if (stored.value.stop !== null) return stored.value;
  const stop = { kind: 'cancelled', by: input.by, why: input.why } as const;
  const { writes, effects } = await stopping(needs, stored, stop);
  await commit(needs, writes, effects);
  return { ...stored.value, stop };
});

/** Ends the hold at work early, on the evidence there is: without enough of it the judge goes on. */
export const promote = (needs: CommitNeeds) => (input: { service: ServiceName; environment: EnvironmentName; by: Identity }): Promise<Deployment> => untilWritten(async () => {
  const desired = await findDesired(needs.store, input.service, input.environment);
  if (desired?.value.deployment == null) throw new NotFound(`No deployment of ${input.service} is at work in ${input.environment}.`);
  const stored = await getDeployment(needs.store, desired.value.deployment);
  const { stage, batch, holds } = stored.value;
  if (!holds.some((hold) => hold.stage === stage && hold.batch === batch && hold.verdict?.kind !== 'promote')) throw new Conflict(`${stored.value.id} is not being watched now, so there is nothing to end early. See: slipway show ${stored.value.pipeline}`);
  const deployment: Deployment = { ...stored.value, promoteRequestedBy: input.by };
  await commit(needs, [replacing(stored, deployment)]);
  return deployment;
});
