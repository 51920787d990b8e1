/** Typed items: parsed by their schema whenever they are read, so that a document of another shape stops here. */
import type * as z from 'zod';
import { Approval } from '../../domain/approval.ts';
import { Deployment, TestResult } from '../../domain/deployment.ts';
import { NotFound, SlipwayError } from '../../domain/errors.ts';
import { GateRun } from '../../domain/gate-run.ts';
import type { ApprovalId, DeliveryId, DeploymentId, EnvironmentName, PipelineId, ReleaseId, ServiceName } from '../../domain/ids.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import { Artifact, Release } from '../../domain/release.ts';
import { Delivery, Service } from '../../domain/service.ts';
import { Desired, Observed } from '../../domain/state.ts';
import type { Condition, ItemKey, ItemStore, Write } from '../../ports/item-store.ts';
import * as keys from './keys.ts';

/** A document with the generation it was read at. */
export interface Stored<T> {
  readonly key: ItemKey;
  readonly generation: number;
  readonly value: T;
}

/** What frozen values were parsed to: a store that hands the same one out again need not have it parsed again. */
const parsedBefore = new WeakMap<object, Map<z.ZodType, unknown>>();

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return schema.parse(value);
  const known = parsedBefore.get(value) ?? new Map<z.ZodType, unknown>();
  if (known.has(schema)) return known.get(schema) as T;
  const document = schema.parse(value);
  parsedBefore.set(value, known.set(schema, document));
  return document;
}

/** Reads one document; undefined when it is not there. Nobody may change what it answers: others may have been answered the same. */
export async function read<T>(store: ItemStore, schema: z.ZodType<T>, key: ItemKey): Promise<Stored<T> | undefined> {
  const item = await store.get(key);
  return item === undefined ? undefined : { key, generation: item.generation, value: parsed(schema, item.value) };
}

async function demand<T>(store: ItemStore, schema: z.ZodType<T>, key: ItemKey, what: string, list = '"slipway status" or "slipway history"'): Promise<Stored<T>> {
  const stored = await read(store, schema, key);
  if (stored === undefined) throw new NotFound(`There is no ${what}. Look at the names with ${list}.`, { what });
  return stored;
}

/**
 * The documents of a partition with a prefix, page after page.
 * @param size how many the next page may have at most, 1 to 1000; asked before each
 */
export async function* pages<T>(store: ItemStore, schema: z.ZodType<T>, partition: string, prefix: string, size: () => number, order: 'ascending' | 'descending' = 'ascending'): AsyncGenerator<readonly Stored<T>[]> {
  let after: string | undefined;
  do {
    const page = await store.query(partition, prefix, { limit: size(), order, ...(after === undefined ? {} : { after }) });
    yield page.items.map((item) => ({ key: { partition: item.partition, sort: item.sort }, generation: item.generation, value: schema.parse(item.value) }));
    after = page.next;
  } while (after !== undefined);
}

/** As many as are parsed in one go: thousands would keep all else that this process does waiting. */
const PAGE_ITEMS = 250;

/** All documents of a partition with a prefix, at most `limit`. */
export async function list<T>(store: ItemStore, schema: z.ZodType<T>, partition: string, prefix: string, limit = 10_000, order: 'ascending' | 'descending' = 'ascending'): Promise<Stored<T>[]> {
  const found: Stored<T>[] = [];
  for await (const page of pages(store, schema, partition, prefix, () => Math.min(PAGE_ITEMS, limit - found.length), order)) {
    found.push(...page);
    if (found.length >= limit) break;
  }
  return found;
}

/** The write that replaces a document as it was read. */
export const replacing = <T>(stored: Stored<T>, value: T): Write => ({ kind: 'put', key: stored.key, value, condition: { generation: stored.generation } });
export const creating = (key: ItemKey, value: unknown, expiresAtSeconds?: number): Write => ({ kind: 'put', key, value, condition: { absent: true }, ...(expiresAtSeconds === undefined ? {} : { expiresAtSeconds }) });
export const expecting = <T>(stored: Stored<T> | undefined): Condition => (stored === undefined ? { absent: true } : { generation: stored.generation });

export const getService = (store: ItemStore, name: ServiceName) => demand(store, Service, keys.serviceKey(name), `service "${name}"`);
export const getPipeline = (store: ItemStore, id: PipelineId) => demand(store, Pipeline, keys.pipelineKey(id), `pipeline "${id}"`);
export const getDeployment = (store: ItemStore, id: DeploymentId) => demand(store, Deployment, keys.deploymentKey(id), `deployment "${id}"`);
export const getRelease = (store: ItemStore, service: ServiceName, id: ReleaseId) => demand(store, Release, keys.releaseKey(service, id), `release "${id}"`, `"slipway releases ${service}"`);
export const getArtifact = (store: ItemStore, service: ServiceName, version: string) => demand(store, Artifact, keys.artifactKey(service, version), `artifact of "${service}" with the version "${version}"`, `"slipway releases ${service}"`);
export const getDelivery = (store: ItemStore, id: DeliveryId) => demand(store, Delivery, keys.deliveryKey(id), `delivery "${id}"`, '"slipway deliveries"');
export const getApproval = (store: ItemStore, id: ApprovalId) => demand(store, Approval, keys.approvalKey(id), `approval "${id}"`);
export const findDesired = (store: ItemStore, service: ServiceName, environment: EnvironmentName) => read(store, Desired, keys.desiredKey(service, environment));
export const findObserved = (store: ItemStore, service: ServiceName, environment: EnvironmentName) => read(store, Observed, keys.observedKey(service, environment));
export const testResults = async (store: ItemStore, id: DeploymentId) => (await list(store, TestResult, keys.deploymentKey(id).partition, 'test#')).map((stored) => stored.value);
/** The commands of a deployment's gates, in no order. */
export const gateRuns = async (store: ItemStore, id: DeploymentId) => (await list(store, GateRun, keys.deploymentKey(id).partition, 'gate#')).map((stored) => stored.value);

/** Runs a read-decide-write again when another writer was faster; at most 8 times. */
export async function untilWritten<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.name !== 'Conflict' || tries >= 8) throw error;
    }
  }
}
