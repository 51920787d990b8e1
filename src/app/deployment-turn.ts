/** What every turn of a stage machine begins with: the deployment, its pipeline, its place, and whether it may go on. */
import type { Deployment } from '../domain/deployment.ts';
import { StaleGeneration } from '../domain/errors.ts';
import type { DeploymentId } from '../domain/ids.ts';
import type { StageName } from '../domain/manifest.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { Batch, StagePlan } from '../domain/plan.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { refuseStopped } from './stop-check.ts';
import { findDesired, getDeployment, getPipeline, type Stored } from './state/documents.ts';

export interface Turn {
  readonly deployment: Stored<Deployment>;
  readonly pipeline: Stored<Pipeline>;
  readonly desired: Stored<Desired>;
}

/** @throws StaleGeneration when the deployment does not hold its environment's lease any more */
export async function turnOf(needs: Pick<Ports, 'store'>, id: DeploymentId): Promise<Turn> {
  const deployment = await getDeployment(needs.store, id);
  const desired = await findDesired(needs.store, deployment.value.service, deployment.value.environment);
  if (desired === undefined || desired.value.deployment !== id) {
    throw new StaleGeneration(`${id} does not hold ${deployment.value.environment} any more${desired?.value.deployment == null ? '' : `; ${desired.value.deployment} does`}. Nothing was changed.`, { deployment: id, holder: desired?.value.deployment ?? null });
  }
  return { deployment, pipeline: await getPipeline(needs.store, deployment.value.pipeline), desired };
}

/** As turnOf, for the way forward: a pipeline that was superseded or cancelled goes no further. */
export async function forwardTurn(needs: Pick<Ports, 'store'>, id: DeploymentId): Promise<Turn> {
  const turn = await turnOf(needs, id);
  refuseStopped(turn.pipeline.value);
  return turn;
}

export function stageOf(deployment: Deployment, stage: StageName): StagePlan {
  const planned = deployment.plan.stages[stage];
  if (planned === null) throw new TypeError(`the plan of ${deployment.id} has no stage ${stage}`);
  return planned;
}

export function batchOf(deployment: Deployment, stage: StageName, index: number): Batch {
  const batch = stageOf(deployment, stage).batches[index];
  if (batch === undefined) throw new TypeError(`the stage ${stage} of ${deployment.id} has no batch ${index}`);
  return batch;
}
