/** Requests of Slack that are at work, or were: each is carried out once, however often it arrives. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { SlackRequest } from '../../contracts/slack/requests.ts';
import { SlipwayError } from '../../domain/errors.ts';
import type { Ports } from '../../ports/index.ts';
import type { Write } from '../../ports/item-store.ts';
import { creating, list, read, type Stored } from '../state/documents.ts';
import { pendingSlackRequestKey, SLACK_REQUESTS, slackRequestKey } from '../state/keys.ts';

/** As long as Slack takes an answer; a replay is refused by its timestamp long before. https://docs.slack.dev/interactivity/handling-user-interaction */
export const ANSWERABLE_MS = 30 * 60_000;
const KEPT_SECONDS = 3600;

export const KeptRequest = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('taken'), at: z.number(), request: SlackRequest }),
  /** Somebody is carrying it out, or broke off. */
  z.strictObject({ status: z.literal('begun'), at: z.number(), request: SlackRequest }),
  /** Without the request: the address for its answer is nobody's any more. */
  z.strictObject({ status: z.literal('done'), at: z.number() }),
]);
export type KeptRequest = z.infer<typeof KeptRequest>;
const Pending = z.strictObject({ id: z.string() });

/** A body names its moment (`trigger_id`), so the same one is the same request, whenever it was signed. */
export const requestIdOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 32);

/** Answers false for one that has come before. */
export async function keepRequest({ store, clock }: Pick<Ports, 'store' | 'clock'>, id: string, request: SlackRequest): Promise<boolean> {
  const at = clock.now();
  const expires = Math.floor(at / 1000) + KEPT_SECONDS;
  try {
    await store.transact([creating(slackRequestKey(id), { status: 'taken', at, request } satisfies KeptRequest, expires), creating(pendingSlackRequestKey(id), { id }, expires)]);
    return true;
  } catch (error) {
    if (error instanceof SlipwayError && error.name === 'Conflict') return false;
    throw error;
  }
}

export const findRequest = ({ store }: Pick<Ports, 'store'>, id: string): Promise<Stored<KeptRequest> | undefined> => read(store, KeptRequest, slackRequestKey(id));

/** @throws Conflict when another one was faster */
export async function beginRequest({ store }: Pick<Ports, 'store'>, stored: Stored<KeptRequest>, request: SlackRequest): Promise<Stored<KeptRequest>> {
  const value: KeptRequest = { status: 'begun', at: stored.value.at, request };
  await store.transact([rewriting(stored, value)]);
  return { ...stored, value, generation: stored.generation + 1 };
}

export async function endRequest({ store }: Pick<Ports, 'store'>, id: string, stored: Stored<KeptRequest>): Promise<void> {
  const pending = await store.get(pendingSlackRequestKey(id));
  await store.transact([
    rewriting(stored, { status: 'done', at: stored.value.at }),
    ...(pending === undefined ? [] : [{ kind: 'delete' as const, key: pendingSlackRequestKey(id), condition: { generation: pending.generation } }]),
  ]);
}

/** Its end stays where it was. */
const rewriting = ({ key, generation, value: { at } }: Stored<KeptRequest>, value: KeptRequest): Write => ({ kind: 'put', key, value, condition: { generation }, expiresAtSeconds: Math.floor(at / 1000) + KEPT_SECONDS });

export const pendingRequests = async ({ store }: Pick<Ports, 'store'>): Promise<string[]> => (await list(store, Pending, SLACK_REQUESTS, '', 1000)).map(({ value }) => value.id);
