/** Compiles the plan of one environment and takes its lease, or says whom the pipeline waits for. */
import type { DescribeResult } from '../contracts/target.ts';
import type { Deployment } from '../domain/deployment.ts';
import { InvalidInput, LimitExceeded, NotSupported, Superseded } from '../domain/errors.ts';
import { deploymentId, pipelineParts, revisionOf, type DeploymentId, type EnvironmentName, type PipelineId } from '../domain/ids.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { Plan } from '../domain/plan.ts';
import { compilePlan } from '../domain/planner/compile-plan.ts';
import { planHash } from '../domain/planner/plan-hash.ts';
import { replayProblems } from '../domain/replay/limits.ts';
import { QUEUE_TURNS_MAX, queueWaitMs } from '../domain/queue-wait.ts';
import type { Release } from '../domain/release.ts';
import type { RevisionSpec } from '../domain/revision.ts';
import { Deployment as DeploymentSchema } from '../domain/deployment.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { withRelease } from './finish-build.ts';
import { newestRecording, noRecording } from './recordings.ts';
import { refuseStopped } from './stop-check.ts';
import { unfinishedPipelines } from './start-pipeline.ts';
import { desire, nothingDesired } from './state/desire.ts';
import { creating, findDesired, getDeployment, getPipeline, getRelease, read, untilWritten, type Stored } from './state/documents.ts';
import { deploymentKey } from './state/keys.ts';

export type PlanOutcome =
  | { readonly status: 'planned'; readonly deploymentId: DeploymentId; readonly kind: 'staging' | 'production'; readonly canary: boolean; readonly approval: boolean; readonly planHash: string }
  | { readonly status: 'queued'; readonly deploymentId: DeploymentId; readonly behind: string; readonly until: string };

export type PlanNeeds = Pick<Ports, 'store' | 'clock' | 'environments' | 'targets' | 'settings'>;

/**
 * Idempotent: a deployment that is planned already is answered as it was.
 * @param input.turn how often it was queued before
 * @throws Superseded, Cancelled, LimitExceeded when it was queued too often; InvalidInput for an environment that is gone; NotSupported for a target that cannot
 */
export const plan = (needs: PlanNeeds) => (input: { pipelineId: PipelineId; environment: EnvironmentName; turn: number }): Promise<PlanOutcome> => untilWritten(async () => {
  const stored = await getPipeline(needs.store, input.pipelineId);
  const id = deploymentId(input.pipelineId, input.environment);
  // First: one that has taken the lease already must go on to a stage, which sees a stop request and goes back.
  const existing = await read(needs.store, DeploymentSchema, deploymentKey(id));
  if (existing !== undefined) return planned(existing.value);
  refuseStopped(stored.value);
  const desired = await findDesired(needs.store, stored.value.service, input.environment);
  const behind = await ahead(needs, stored.value, input.environment, desired?.value ?? null);
  if (behind !== null) return queued(needs, id, behind, input.turn);
  const release = await releaseFor(needs, stored);
  return planned(await take(needs, stored.value, id, release, desired));
});

function queued(needs: PlanNeeds, id: DeploymentId, behind: string, turn: number): PlanOutcome {
  if (turn >= QUEUE_TURNS_MAX) throw new LimitExceeded(`The environment was not free for ${turn} looks, which is more than a week: ${behind} is at work there. End it with slipway cancel, then push again.`, { behind });
  return { status: 'queued', deploymentId: id, behind, until: new Date(needs.clock.now() + queueWaitMs(needs.settings.queuePollSeconds, turn)).toISOString() };
}

const planned = (deployment: Deployment): PlanOutcome => ({
  status: 'planned', deploymentId: deployment.id, kind: deployment.plan.stages.staging === null ? 'production' : 'staging',
  canary: deployment.plan.stages.canary !== null, approval: deployment.plan.approval !== null, planHash: deployment.planHash,
});

/** Whose turn it is: the lease's holder, or an older pipeline that has yet to come here. */
async function ahead(needs: PlanNeeds, pipeline: Pipeline, environment: EnvironmentName, desired: Desired | null): Promise<string | null> {
  if (desired?.deployment != null) {
    const holder = await getDeployment(needs.store, desired.deployment);
    if (pipelineParts(holder.value.pipeline).number > pipeline.number) throw new Superseded(`${holder.value.pipeline} is newer and is at work in ${environment} already.`, { by: holder.value.pipeline });
    return holder.value.id;
  }
  const stable = desired?.stable == null ? null : await read(needs.store, DeploymentSchema, deploymentKey(desired.stable as unknown as DeploymentId));
  if (stable !== null && stable !== undefined && pipelineParts(stable.value.pipeline).number > pipeline.number) throw new Superseded(`${stable.value.pipeline} is newer and serves in ${environment} already.`, { by: stable.value.pipeline });
  for (const { value: other } of await unfinishedPipelines(needs, pipeline.service)) {
    const waits = other.number < pipeline.number && other.waves.flat().includes(environment);
    if (waits && !(await hasPassed(needs, other, environment))) return other.id;
  }
  return null;
}

async function hasPassed(needs: PlanNeeds, pipeline: Pipeline, environment: EnvironmentName): Promise<boolean> {
  const deployment = await read(needs.store, DeploymentSchema, deploymentKey(deploymentId(pipeline.id, environment)));
  return deployment !== undefined && deployment.value.status.kind !== 'running' && deployment.value.status.kind !== 'rolling-back';
}

/** The pipeline's release; one that skipped the build gets it here. */
async function releaseFor(needs: PlanNeeds, stored: Stored<Pipeline>): Promise<Release> {
  const { service, release } = stored.value;
  if (release !== null) return (await getRelease(needs.store, service, release)).value;
  await needs.store.transact(await withRelease(needs, stored, null));
  const again = await getPipeline(needs.store, stored.value.id);
  if (again.value.release === null) throw new TypeError(`${stored.value.id} has no release`);
  return (await getRelease(needs.store, service, again.value.release)).value;
}

/** Where the platform scales a revision by itself, more instances mean nothing. */
export const tooMany = (instances: number, maximum: number | undefined): string[] =>
  maximum === undefined || instances <= maximum ? [] : [`A revision has ${maximum === 1 ? 'one instance' : `${maximum} instances at most`} there, and ${instances} were asked for. Say "instances: ${maximum}" in slipway.yaml.`];

function candidateSpec({ specs, candidate }: Plan): RevisionSpec {
  const spec = specs[candidate];
  if (spec === undefined) throw new TypeError(`the plan of ${candidate} has no specification of it`);
  return spec;
}

export type RefuseNeeds = Pick<Ports, 'targets' | 'store' | 'settings'>;

/** Asks the target, which knows its platform, before anything runs. @throws NotSupported for a kind that is not registered, or with the target's objections */
export async function refuseImpossible(needs: RefuseNeeds, plan: Plan): Promise<void> {
  const { target, service, environment, specs, stable, stages, instances } = plan;
  const spec = candidateSpec(plan);
  const shares = Object.values(stages).some((stage) => stage?.batches.some(({ weights }) => Object.values(weights).filter((weight) => weight > 0).length > 1) === true);
  const { problems: own, instancesMaximum, ...can } = await needs.targets.describe(target, { place: { service, environment, access: spec.access, settings: spec.settings }, candidate: spec, stable: stable === null ? null : specs[stable] ?? null, shares });
  await refuseComparison(needs, plan, can);
  const problems = [...own, ...tooMany(instances, instancesMaximum)];
  if (problems.length > 0) throw new NotSupported(`The target "${target}" cannot do this: ${problems.join(' ')}`, { target, problems });
  refuseReplays(needs, plan, can);
}

/** Refused, and not left out: a release that was to be compared would go through without it. */
async function refuseComparison(needs: RefuseNeeds, { target, service, environment, stages }: Plan, { mirrors, compares }: Pick<DescribeResult, 'mirrors' | 'compares'>): Promise<void> {
  const asked = Object.values(stages).some((stage) => stage?.batches.some(({ parallelRun }) => parallelRun !== undefined) === true);
  if (!asked || mirrors === true) return;
  if (compares !== true) throw new NotSupported(`The target "${target}" cannot mirror requests, nor ask its revisions recorded ones, so the manifest's parallelRun cannot be done in ${environment}. Compare answers in staging instead: a test with "replay" and "compare: true".`, { target });
  if (await newestRecording(needs, service, environment) === undefined) throw new NotSupported(`The target "${target}" cannot mirror requests. It asks its revisions recorded ones for the manifest's parallelRun. ${noRecording(service, environment)}`, { target });
}

/** Where a function sends them, replays have limits, and revisions are asked through the target. */
function refuseReplays({ settings: { replaysHere } }: RefuseNeeds, { target, stages: { staging } }: Plan, { compares }: Pick<DescribeResult, 'compares'>): void {
  if (replaysHere === undefined) return;
  const tests = staging?.tests ?? [];
  const comparing = tests.filter(({ replay }) => replay?.compare === true && compares !== true).map(({ name }) => `The test "${name}" compares answers of two revisions, and the target "${target}" does not ask them. Leave "compare" out.`);
  const problems = [...replayProblems(tests, replaysHere), ...comparing];
  if (problems.length > 0) throw new NotSupported(problems.join(' '), { problems });
}

async function take(needs: PlanNeeds, pipeline: Pipeline, id: DeploymentId, release: Release, desired: Stored<Desired> | undefined): Promise<Deployment> {
  const environments = await needs.environments.read();
  const environment = environments.environments.find((known) => id === deploymentId(pipeline.id, known.name));
  if (environment === undefined) throw new InvalidInput(`The environment of ${id} is not in environments.yaml any more. Put it back, or cancel the pipeline.`);
  const compiled = compilePlan({ release, environment, environments, desired: desired?.value ?? null, candidate: revisionOf(id), mode: pipeline.mode });
  await refuseImpossible(needs, compiled);
  const now = needs.clock.now();
  const deployment: Deployment = {
    id, pipeline: pipeline.id, service: pipeline.service, environment: environment.name, plan: compiled, planHash: planHash(compiled), status: { kind: 'running' },
    stage: null, batch: 0, launchedAt: null, holds: [], promoteRequestedBy: null, startedAt: now,
  };
  const change = desired?.value ?? nothingDesired(pipeline.service, environment.name, compiled.target, release.manifest.routing);
  const { access, settings } = candidateSpec(compiled);
  const { writes } = desire(desired, { ...change, deployment: id, place: { access, settings } }, { by: pipeline.startedBy, at: now, reason: `${id} begins: ${compiled.strategy} of ${release.version}`, commit: release.commit });
  await needs.store.transact([creating(deploymentKey(id), deployment), ...writes]);
  return deployment;
}
