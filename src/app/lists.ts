/** Lists, part after part, as the API gives them. */
import * as z from 'zod';
import { DeliveryId, type EnvironmentName, type ServiceName } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { Delivery, Service } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import { KeptAlert } from './alerts.ts';
import { AuditEntry } from './state/desire.ts';
import { read } from './state/documents.ts';
import { auditKey, deliveryKey, servicePartition } from './state/keys.ts';

/** One part of a list, and where the next one begins. */
export interface Part<T> {
  readonly items: readonly T[];
  /** The cursor of the next part; absent at the end. */
  readonly next: string | undefined;
}

export interface PageInput {
  /** 1 to 1000. */
  readonly limit: number;
  /** `next` of the part before. */
  readonly cursor?: string | undefined;
}

type Needs = Pick<Ports, 'store'>;

/** @throws InvalidInput for a cursor of another list */
export async function partOf<T>({ store }: Needs, schema: z.ZodType<T>, partition: string, prefix: string, page: PageInput, order: 'ascending' | 'descending'): Promise<Part<T>> {
  const found = await store.query(partition, prefix, { limit: page.limit, order, ...(page.cursor === undefined ? {} : { after: page.cursor }) });
  return { items: found.items.map((item) => schema.parse(item.value)), next: found.next };
}

export const servicesPart = (needs: Needs) => (page: PageInput): Promise<Part<Service>> => partOf(needs, Service, 'services', '', page, 'ascending');

/** Newest first, like all that follow. */
export const pipelinesPart = (needs: Needs) => (service: ServiceName, page: PageInput): Promise<Part<Pipeline>> => partOf(needs, Pipeline, servicePartition(service), 'pipeline#', page, 'descending');

/** What each push became, refusals with their reasons. */
export const deliveriesPart = (needs: Needs) => async (page: PageInput): Promise<Part<Delivery>> => {
  const refs = await partOf(needs, z.object({ delivery: DeliveryId }), 'admissions', '', page, 'descending');
  const found = await Promise.all(refs.items.map((ref) => read(needs.store, Delivery, deliveryKey(ref.delivery))));
  return { items: found.filter((delivery) => delivery !== undefined).map((delivery) => delivery.value), next: refs.next };
};

/** Every change of a place's desired state: who, why, from which commit, old and new. */
export const auditPart = (needs: Needs) => (service: ServiceName, environment: EnvironmentName, page: PageInput): Promise<Part<AuditEntry>> => partOf(needs, AuditEntry, auditKey(service, environment, 0).partition, '', page, 'descending');

export const alertsPart = (needs: Needs) => (page: PageInput): Promise<Part<KeptAlert>> => partOf(needs, KeptAlert, 'alerts', '', page, 'descending');
