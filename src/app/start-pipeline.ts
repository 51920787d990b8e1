/** Starts a pipeline, and settles what becomes of older ones of the same service. */
import * as z from 'zod';
import { Approval } from '../domain/approval.ts';
import type { Environments } from '../domain/environment.ts';
import { InvalidInput, Superseded } from '../domain/errors.ts';
import { deploymentId, pipelineId, PipelineId, type CommitId, type DeliveryId, type Digest, type EnvironmentName, type Identity, type ReleaseId, type ServiceName } from '../domain/ids.ts';
import type { Manifest } from '../domain/manifest.ts';
import type { Effect } from '../domain/outbox.ts';
import { isOver, Pipeline } from '../domain/pipeline.ts';
import { Service } from '../domain/service.ts';
import type { WorkflowRun } from '../domain/workflow.ts';
import type { Ports } from '../ports/index.ts';
import type { Write } from '../ports/item-store.ts';
import { commit, type CommitNeeds } from './state/commit.ts';
import { creating, expecting, list, read, replacing, untilWritten, type Stored } from './state/documents.ts';
import { approvalKey, pendingApprovalKey, pipelineDayKey, pipelineKey, releasedCommitKey, releasedImageKey, releasedRunKey, runningKey, serviceKey, servicePartition } from './state/keys.ts';

export interface PipelineStart {
  readonly service: ServiceName;
  readonly cause: Pipeline['cause'];
  readonly mode: Pipeline['mode'];
  readonly manifest: Manifest;
  readonly manifestPath: string | null;
  readonly repository: string | null;
  readonly commit: CommitId | null;
  /** The first line of the commit's message, where the commit was read. */
  readonly subject?: string | null;
  readonly branch: string | null;
  readonly version: string;
  readonly author: Identity | null;
  readonly startedBy: Identity;
  /** What exists already: no build then. */
  readonly digest: Digest | null;
  readonly release: ReleaseId | null;
  /** Set when an image's push caused it: it does so once. */
  readonly image?: Digest;
  /** The push that caused it. */
  readonly delivery?: DeliveryId;
  /** The workflow's run that it waited for: when a newer one has released the service already, it comes too late. */
  readonly run?: WorkflowRun;
  /** Only this environment; absent: all, wave by wave. */
  readonly only?: EnvironmentName;
}

export type StartNeeds = CommitNeeds & Pick<Ports, 'environments'>;

/** Extra time beyond the manifest's own for the builder to stop a build that overruns. */
const BUILD_MARGIN_SECONDS = 120;
const RECENT_PIPELINES = 50;

/**
 * Writes the pipeline and starts its execution.
 * @throws Conflict (evidence.alreadyReleased) when this commit has released the service already and the cause is a push
 * @throws Superseded when a newer run of the workflow that it waited for has released the service
 * @throws InvalidInput when the environment named is not in environments.yaml
 */
export const startPipeline = (needs: StartNeeds) => (start: PipelineStart): Promise<Pipeline> => untilWritten(async () => {
  const waves = wavesOf(await needs.environments.read(), start.only);
  const service = await read(needs.store, Service, serviceKey(start.service));
  const number = (service?.value.pipelines ?? 0) + 1;
  const now = needs.clock.now();
  const trace = needs.traces.toStart('pipeline');
  const pipeline: Pipeline = {
    id: pipelineId(start.service, number), service: start.service, number, cause: start.cause, mode: start.mode,
    repository: start.repository, commit: start.commit, subject: start.subject ?? null, manifestPath: start.manifestPath, branch: start.branch, version: start.version,
    manifest: start.manifest, author: start.author, startedBy: start.startedBy, digest: start.digest, release: start.release,
    waves, stage: start.digest === null ? 'build' : 'starting', status: { kind: 'running' }, stop: null, startedAt: now, trace,
  };
  const known: Service = {
    name: start.service, team: start.manifest.team, repository: start.repository ?? service?.value.repository ?? null, manifestPath: start.manifestPath ?? service?.value.manifestPath ?? null,
    pipelines: number, lastRelease: service?.value.lastRelease ?? null, registeredAt: service?.value.registeredAt ?? now,
  };
  const older = await superseded(needs, pipeline);
  const run = start.run === undefined ? [] : [await newestRun(needs, pipeline, start.run)];
  await commit(needs, [
    { kind: 'put', key: serviceKey(start.service), value: known, condition: expecting(service) },
    creating(pipelineKey(pipeline.id), pipeline),
    creating(runningKey(pipeline.id), { pipeline: pipeline.id }),
    creating(pipelineDayKey(now, pipeline.id), { pipeline: pipeline.id, at: now }),
    ...(start.cause === 'push' && start.commit !== null ? [creating(releasedCommitKey(start.service, start.commit), { pipeline: pipeline.id, delivery: start.delivery ?? null })] : []),
    ...(start.image === undefined ? [] : [creating(releasedImageKey(start.service, start.image), { pipeline: pipeline.id })]),
    ...run,
    ...older.writes,
  ], [
    { kind: 'start', machine: 'pipeline', name: pipeline.id, input: executionInput(pipeline), ...(trace === null ? {} : { trace }) },
    ...older.effects,
  ]);
  return pipeline;
});

const ReleasedRun = z.strictObject({ number: z.int().min(0), pipeline: PipelineId });

/** Runs may end in another order than they began: of an older one nothing is released any more. */
async function newestRun(needs: Pick<Ports, 'store'>, { id, service }: Pipeline, { file, number }: WorkflowRun): Promise<Write> {
  const key = releasedRunKey(service, file);
  const known = await read(needs.store, ReleasedRun, key);
  if (known !== undefined && known.value.number > number) throw new Superseded(`Run ${number} of ${file} came too late: run ${known.value.number}, which began after it, has released the service as ${known.value.pipeline}. To release this commit all the same, run the workflow anew for it.`);
  return { kind: 'put', key, value: { number, pipeline: id } satisfies z.infer<typeof ReleasedRun>, condition: expecting(known) };
}

const executionInput = (pipeline: Pipeline) => ({
  pipelineId: pipeline.id,
  waves: pipeline.waves.map((environments) => ({ environments })),
  build: pipeline.digest === null,
  buildTimeoutSeconds: Math.ceil(pipeline.manifest.build.timeout) + BUILD_MARGIN_SECONDS,
});

function wavesOf(environments: Environments, only: EnvironmentName | undefined): EnvironmentName[][] {
  const chosen = environments.environments.filter((environment) => only === undefined || environment.name === only);
  if (chosen.length === 0) {
    const names = environments.environments.map((environment) => environment.name);
    throw new InvalidInput(`There is no environment "${only ?? ''}". environments.yaml has: ${names.join(', ')}.`, { allowed: names });
  }
  const waves = new Map<number, EnvironmentName[]>();
  for (const environment of chosen) waves.set(environment.wave, [...(waves.get(environment.wave) ?? []), environment.name]);
  return [...waves].sort(([one], [other]) => one - other).map(([, names]) => names);
}

/** A pipeline whose rollout has begun is not superseded: its release is approved and half in place; the newer one queues behind it, unless a person rolls back. */
const mayBeSuperseded = (older: Pipeline, newer: Pipeline): boolean => !isOver(older) && older.stop === null && (older.stage !== 'rollout' || newer.cause === 'rollback');

/** The unfinished pipelines of a service, newest first. */
export async function unfinishedPipelines(needs: Pick<Ports, 'store'>, service: ServiceName): Promise<Stored<Pipeline>[]> {
  const recent = await list(needs.store, Pipeline, servicePartition(service), 'pipeline#', RECENT_PIPELINES, 'descending');
  return recent.filter((stored) => !isOver(stored.value));
}

async function superseded(needs: StartNeeds, newer: Pipeline): Promise<{ writes: Write[]; effects: Effect[] }> {
  if (newer.manifest.onNewerPush === 'queue' && newer.cause === 'push') return { writes: [], effects: [] };
  const writes: Write[] = [];
  const effects: Effect[] = [];
  for (const older of await unfinishedPipelines(needs, newer.service)) {
    if (!mayBeSuperseded(older.value, newer) || !overlap(older.value, newer)) continue;
    const stopped = await stopping(needs, older, { kind: 'superseded', by: newer.id });
    writes.push(...stopped.writes);
    effects.push(...stopped.effects);
  }
  return { writes, effects };
}

const overlap = (one: Pipeline, other: Pipeline): boolean => one.waves.flat().some((environment) => other.waves.flat().includes(environment));

/** The writes and effects that make a pipeline end at its next turn: a decision it waits for is voided, its build cancelled. */
export async function stopping(needs: Pick<Ports, 'store' | 'clock'>, stored: Stored<Pipeline>, stop: NonNullable<Pipeline['stop']>): Promise<{ writes: Write[]; effects: Effect[] }> {
  const pipeline = stored.value;
  const error = stop.kind === 'superseded' ? 'Superseded' : 'Cancelled';
  const reason = stop.kind === 'superseded' ? `${stop.by} has taken its place` : `${stop.by} cancelled it: ${stop.why}`;
  const writes: Write[] = [replacing(stored, { ...pipeline, stop })];
  // By its deployments: `catalog-1-` is also how everything of a service named catalog-1 begins.
  const own = pipeline.waves.flat().map((environment) => deploymentId(pipeline.id, environment));
  const effects: Effect[] = [{ kind: 'cancel-build', build: pipeline.id }, ...own.map((deployment): Effect => ({ kind: 'cancel-commands', idPrefix: `${deployment}-` }))];
  for (const pending of await needs.store.query('approvals', `${pipeline.id}-`, { limit: 100 }).then((page) => page.items)) {
    const approval = await read(needs.store, Approval, approvalKey(pending.sort as Approval['id']));
    if (approval === undefined || approval.value.status.kind !== 'waiting' || !own.includes(approval.value.subject.deployment)) continue;
    writes.push(replacing(approval, { ...approval.value, status: { kind: 'voided', at: needs.clock.now(), reason } }), { kind: 'delete', key: pendingApprovalKey(approval.value.id), condition: { generation: pending.generation } });
    effects.push({ kind: 'fail-task', token: approval.value.token, error, cause: reason });
  }
  return { writes, effects };
}
