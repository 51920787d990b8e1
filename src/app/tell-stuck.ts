/** Tells once of a pipeline that runs and gets nowhere, and once that it moves again. What to do about it is a person's to say. */
import { Approval } from '../domain/approval.ts';
import { Deployment } from '../domain/deployment.ts';
import { deploymentId, type EnvironmentName } from '../domain/ids.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { afterLook, SeenProgress, stuckAfterMs } from '../domain/stuck.ts';
import type { Ports } from '../ports/index.ts';
import type { Item } from '../ports/item-store.ts';
import { unfinishedPipelines } from './start-pipeline.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { expecting, findDesired, read, type Stored } from './state/documents.ts';
import { approvalKey, deploymentKey, progressKey } from './state/keys.ts';

/** Most are over by then, and none can be stuck. */
const YOUNG_MS = 5 * 60_000;
const KEPT_SECONDS = 7 * 86_400;
const ITEMS_MAX = 1000;

/** Only for one whose execution runs. @throws Conflict when another pass was faster */
export async function tellStuck(needs: CommitNeeds, stored: Stored<Pipeline>): Promise<void> {
  const pipeline = stored.value;
  const now = needs.clock.now();
  if (pipeline.status.kind !== 'running' || now - pipeline.startedAt < YOUNG_MS) return;
  const places = await Promise.all(pipeline.waves.flat().map((environment) => placeOf(needs.store, pipeline, environment)));
  const deployments = places.flatMap(({ deployment }) => deployment ?? []);
  const before = await read(needs.store, SeenProgress, progressKey(pipeline.id));
  const isWaiting = places.some(({ asks }) => asks) || await waitsItsTurn(needs, pipeline, deployments);
  const progress = [stored.generation, ...places.map((place) => place.writes)].join(' ');
  const { seen, tell } = afterLook(before?.value, { progress, isWaiting, limitMs: stuckAfterMs(pipeline, deployments), now });
  if (seen === null) return;
  const place = { service: pipeline.service, environment: null };
  await commit(needs, [{ kind: 'put', key: progressKey(pipeline.id), value: seen, condition: expecting(before), expiresAtSeconds: Math.floor(now / 1000) + KEPT_SECONDS }],
    tell === null ? [] : [tell === 'moves'
      ? alerting('info', 'pipeline-moves', place, `${pipeline.id} moves again.`)
      : alerting('warning', 'pipeline-stuck', place, `${pipeline.id} (${pipeline.version}) runs, and nothing of it has changed since ${new Date(seen.since).toISOString()}. It is in "${pipeline.stage}", asks nobody and waits for no other. See what it is at: slipway show ${pipeline.id} --events. End it and take back what it changed: slipway cancel ${pipeline.id} --why "it is stuck".`)]);
}

interface PipelinePlace {
  readonly deployment: Deployment | undefined;
  /** Another text after each write of its deployment or of a test's result. */
  readonly writes: string;
  readonly asks: boolean;
}

async function placeOf(store: Ports['store'], pipeline: Pipeline, environment: EnvironmentName): Promise<PipelinePlace> {
  const id = deploymentId(pipeline.id, environment);
  const { partition, sort } = deploymentKey(id);
  const { items } = await store.query(partition, '', { limit: ITEMS_MAX });
  const kept = items.find((item) => item.sort === sort);
  const writes = items.map((item: Item) => `${item.sort}:${item.generation}`).join(' ');
  return { deployment: kept === undefined ? undefined : Deployment.parse(kept.value), writes: `${environment} ${writes}`, asks: await asks(store, id) };
}

async function asks(store: Ports['store'], id: Deployment['id']): Promise<boolean> {
  const pending = await store.query('approvals', `${id}-`, { limit: ITEMS_MAX });
  for (const { sort } of pending.items) if ((await read(store, Approval, approvalKey(sort as Approval['id'])))?.value.subject.deployment === id) return true;
  return false;
}

/** Nothing of it is at work, and an older pipeline of the service is unfinished, or another's deployment holds one of its environments. */
async function waitsItsTurn(needs: Pick<Ports, 'store'>, pipeline: Pipeline, deployments: readonly Deployment[]): Promise<boolean> {
  if (pipeline.digest === null || deployments.some(({ status }) => status.kind === 'running' || status.kind === 'rolling-back')) return false;
  if ((await unfinishedPipelines(needs, pipeline.service)).some(({ value }) => value.number < pipeline.number)) return true;
  const desired = await Promise.all(pipeline.waves.flat().map((environment) => findDesired(needs.store, pipeline.service, environment)));
  return desired.some((stored) => stored !== undefined && stored.value.deployment !== null);
}
