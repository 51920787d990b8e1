/** Looks whether what a batch asked for is healthy yet. Waiting is the machine's: the answer says until when. */
import type { Deployment } from '../domain/deployment.ts';
import { InstancesUnhealthy } from '../domain/errors.ts';
import type { DeploymentId, RevisionId } from '../domain/ids.ts';
import type { StageName } from '../domain/manifest.ts';
import type { Desired, Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { batchOf, forwardTurn, turnOf } from './deployment-turn.ts';
import { problemsOf } from './instance-problems.ts';
import { observe } from './observe.ts';
import { replacements } from './replacements.ts';
import type { TargetCall } from './target-calls.ts';

export type Settled = { readonly status: 'healthy' } | { readonly status: 'waiting'; readonly until: string; readonly healthy: number; readonly wanted: number; readonly requests: readonly TargetCall[] };

export type SettleNeeds = Pick<Ports, 'store' | 'clock' | 'targets' | 'settings' | 'starts'>;

/** Beyond a service's own time to start: unpacking the artifact, a slow provider. */
const START_MARGIN_SECONDS = 30;

/** So long a look is put off while something starts, where its end is heard of. A stop or a newer push waits no longer than this. */
const HELD_MS = 1000;

/**
 * In a rollback it waits for the stable revision only, and goes on after its time to start, whatever is healthy by then:
 * the candidate must go in any case, and repair sees to the rest.
 * @throws InstancesUnhealthy when the time is up or the target has given up; Superseded, Cancelled, StaleGeneration
 */
export const settle = (needs: SettleNeeds) => async (input: { deploymentId: DeploymentId; stage: StageName | 'rollback'; batch: number }): Promise<Settled> => {
  const back = input.stage === 'rollback';
  const turn = await (back ? turnOf : forwardTurn)(needs, input.deploymentId);
  const deployment = turn.deployment.value;
  const desired = turn.desired.value;
  const wanted = input.stage === 'rollback' ? wantedBack(deployment, desired) : batchOf(deployment, input.stage, input.batch).launch;
  await needs.starts?.over(desired.service, desired.environment, wanted.map(({ revision }) => revision), HELD_MS);
  const observed = await observe(needs, desired);
  const short = wanted.filter(({ revision, count }) => healthyOf(observed, revision) < count);
  if (short.length === 0) return { status: 'healthy' };
  const waitedMs = needs.clock.now() - (deployment.launchedAt ?? deployment.startedAt);
  if (overdue(deployment, short, waitedMs) || (!back && givenUp(observed, short))) {
    if (back) return { status: 'healthy' };
    throw unhealthy(observed, short, waitedMs);
  }
  const count = (list: typeof wanted, of: (revision: RevisionId) => number) => list.reduce((sum, { revision }) => sum + of(revision), 0);
  return {
    status: 'waiting', until: new Date(needs.clock.now() + nextWaitMs(needs.settings, waitedMs)).toISOString(),
    healthy: count(wanted, (revision) => healthyOf(observed, revision)), wanted: wanted.reduce((sum, launch) => sum + launch.count, 0),
    requests: replacements(desired, observed, needs.clock.now()),
  };
};

const wantedBack = (deployment: Deployment, desired: Desired) => {
  const { stable } = deployment.plan;
  return stable === null ? [] : [{ revision: stable, count: desired.revisions[stable]?.count ?? 0 }];
};

export const healthyOf = (observed: Observed, revision: RevisionId): number => observed.instances.filter((instance) => instance.revision === revision && instance.health === 'healthy').length;

const overdue = (deployment: Deployment, short: readonly { revision: RevisionId }[], waitedMs: number): boolean =>
  short.every(({ revision }) => waitedMs > ((deployment.plan.specs[revision]?.health.startWithin ?? 0) + START_MARGIN_SECONDS) * 1000);

/** The target has seen it fail too often to try again. */
const givenUp = (observed: Observed, short: readonly { revision: RevisionId; count: number }[]): boolean =>
  short.some(({ revision }) => observed.instances.some((instance) => instance.revision === revision && instance.quarantined));

function unhealthy(observed: Observed, short: readonly { revision: RevisionId; count: number }[], waitedMs: number): InstancesUnhealthy {
  const parts = short.map(({ revision, count }) => {
    const problems = problemsOf(observed.instances.filter((instance) => instance.revision === revision));
    return `${healthyOf(observed, revision)} of ${count} instances of ${revision} are healthy${problems.length > 0 ? ` (${problems.slice(0, 3).join('; ')})` : ''}`;
  });
  return new InstancesUnhealthy(`After ${Math.round(waitedMs / 1000)} s ${parts.join(', ')}. See their output: slipway logs ${observed.service} --environment ${observed.environment}`, { short });
}

/** A quarter of what was waited already, within the limits: quick services are seen quickly, slow ones cost few looks. */
function nextWaitMs(settings: SettleNeeds['settings'], waitedMs: number): number {
  return Math.min(settings.settleLongestSeconds * 1000, Math.max(settings.settleShortestSeconds * 1000, waitedMs / 4));
}
