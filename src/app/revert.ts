/** Writes the desired state of before the deployment, and hands the calls that go back to the machine. */
import type { Deployment } from '../domain/deployment.ts';
import { outcomeOf, type TaskFailure } from '../domain/failure.ts';
import type { DeploymentId, RevisionId } from '../domain/ids.ts';
import { rollbackSteps } from '../domain/rollback.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { turnOf } from './deployment-turn.ts';
import { desire } from './state/desire.ts';
import { replacing, untilWritten } from './state/documents.ts';
import { launchCall, retireCall, routeCall, type TargetCall } from './target-calls.ts';
import { keptAt } from './kept-revisions.ts';

export interface Reverted {
  /** Traffic back at once, when the stable revision still has instances. */
  readonly routesNow: readonly TargetCall[];
  readonly launches: readonly TargetCall[];
  /** Again when its capacity is back. */
  readonly routesAfter: readonly TargetCall[];
  readonly retires: readonly TargetCall[];
}

/** Idempotent. Goes back also when the pipeline was superseded or cancelled. @throws StaleGeneration */
export const revert = (needs: Pick<Ports, 'store' | 'clock'>) => (input: { deploymentId: DeploymentId; failure: TaskFailure }): Promise<Reverted> => untilWritten(async () => {
  const turn = await turnOf(needs, input.deploymentId);
  const deployment = turn.deployment.value;
  const steps = rollbackSteps(deployment.plan, turn.desired.value);
  const { stable } = deployment.plan;
  // Once the way back is written, the counts say what is asked for and no longer what runs: a repeated call must not route there first.
  const hadInstances = stable !== null && deployment.status.kind !== 'rolling-back' && (turn.desired.value.revisions[stable]?.count ?? 0) > 0;
  const { error, reason } = outcomeOf(input.failure, turn.pipeline.value);
  const now = needs.clock.now();
  const { mirror: _ended, ...others } = turn.desired.value;
  const { desired, writes } = desire(turn.desired, { ...others, revisions: revisionsAfter(deployment, turn.desired.value, steps.launch), weights: steps.weights }, {
    by: turn.pipeline.value.startedBy, at: now, reason: `${deployment.id} goes back: ${error}`, commit: turn.pipeline.value.commit,
  });
  const status: Deployment['status'] = deployment.status.kind === 'rolling-back' ? deployment.status : { kind: 'rolling-back', error, reason };
  await needs.store.transact([replacing(turn.deployment, { ...deployment, status, launchedAt: now }), ...writes]);
  const { specs, candidate } = deployment.plan;
  const routes = [routeCall(desired, specs[candidate])];
  return {
    routesNow: hadInstances || stable === null ? routes : [],
    launches: steps.launch.map(({ revision, count }) => launchCall(desired, keptAt(deployment, desired, revision).spec, count)),
    routesAfter: routes,
    retires: steps.retire.map((revision) => retireCall(desired, revision, specs[revision])),
  };
});

function revisionsAfter(deployment: Deployment, desired: Desired, launches: readonly { revision: RevisionId; count: number }[]): Desired['revisions'] {
  const { stable } = deployment.plan;
  if (stable === null) return {};
  const kept = keptAt(deployment, desired, stable);
  return { [stable]: { spec: kept.spec, count: launches.find((launch) => launch.revision === stable)?.count ?? kept.count } };
}
