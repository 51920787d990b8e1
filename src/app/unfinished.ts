/** What somebody who missed events must look at: what is unfinished, and what ended or was told meanwhile. */
import * as z from 'zod';
import { Approval } from '../domain/approval.ts';
import { type Change, type ChangeEvent, eventIds } from '../domain/change.ts';
import { Deployment } from '../domain/deployment.ts';
import { ApprovalId, deploymentId, PipelineId } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { Service } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import type { ItemKey } from '../ports/item-store.ts';
import { changeOf } from './state/changes.ts';
import { getPipeline, list, read } from './state/documents.ts';
import { approvalKey, deploymentKey, pipelineKey, servicePartition, shards } from './state/keys.ts';

/** Of one service; what ended before these is no news to anybody. */
const ENDED_MAX = 5;
const ALERTS_MAX = 100;
const Running = z.object({ pipeline: PipelineId });

type Needs = Pick<Ports, 'store' | 'clock'>;

/**
 * One event for each document, as if it had just been written. A pipeline comes with its deployments.
 * @param since when the last event was seen, milliseconds since the epoch
 */
export async function unfinished(needs: Needs, since: number): Promise<ChangeEvent[]> {
  const pipelines = [...await running(needs), ...await endedSince(needs, since)];
  const documents = [
    ...(await Promise.all(pipelines.map((pipeline) => withDeployments(needs, pipeline)))).flat(),
    ...await waiting(needs),
    ...await alertsSince(needs, since),
  ];
  const now = needs.clock.now();
  const nextId = eventIds('miss');
  return documents.flatMap(({ key, value }): ChangeEvent[] => {
    const change: Change | undefined = changeOf({ kind: 'put', key, value, condition: { absent: true } });
    return change === undefined ? [] : [{ id: nextId(now), at: now, changes: [change] }];
  });
}

interface Document {
  readonly key: ItemKey;
  readonly value: unknown;
}

async function running({ store }: Needs): Promise<Pipeline[]> {
  const marks = (await Promise.all(shards().map((shard) => list(store, Running, `running#${shard}`, '')))).flat();
  return Promise.all(marks.map(async ({ value }) => (await getPipeline(store, value.pipeline)).value));
}

async function endedSince({ store }: Needs, since: number): Promise<Pipeline[]> {
  const services = await list(store, Service, 'services', '');
  const newest = await Promise.all(services.map(({ value }) => list(store, Pipeline, servicePartition(value.name), 'pipeline#', ENDED_MAX, 'descending')));
  return newest.flat().map(({ value }) => value).filter(({ status }) => status.kind !== 'running' && status.at >= since);
}

async function withDeployments({ store }: Needs, pipeline: Pipeline): Promise<Document[]> {
  const keys = pipeline.waves.flat().map((environment) => deploymentKey(deploymentId(pipeline.id, environment)));
  const deployments = (await Promise.all(keys.map((key) => read(store, Deployment, key)))).filter((found) => found !== undefined);
  return [{ key: pipelineKey(pipeline.id), value: pipeline }, ...deployments];
}

async function waiting({ store }: Needs): Promise<Document[]> {
  const pending = await list(store, z.unknown(), 'approvals', '');
  return (await Promise.all(pending.map(({ key }) => read(store, Approval, approvalKey(ApprovalId.parse(key.sort)))))).filter((found) => found !== undefined);
}

async function alertsSince({ store }: Needs, since: number): Promise<Document[]> {
  const { items } = await store.query('alerts', '', { limit: ALERTS_MAX, behind: String(since) });
  return items.map(({ partition, sort, value }) => ({ key: { partition, sort }, value }));
}
