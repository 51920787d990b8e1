/** Keeps a push under its delivery id, once, and starts the machine that reads it. */
import { createHash } from 'node:crypto';
import { SlipwayError } from '../domain/errors.ts';
import type { DeliveryId } from '../domain/ids.ts';
import type { Delivery } from '../domain/service.ts';
import { commit, type CommitNeeds } from './state/commit.ts';
import { creating, getDelivery } from './state/documents.ts';
import { admissionKey, deliveryKey, toldKey } from './state/keys.ts';

export type PushAnswer = { kind: 'accepted' | 'duplicate' | 'refused' | 'pong'; delivery: DeliveryId | null; reason: string };

/** As long as GitHub can be asked to send one again, and far longer. */
const DELIVERY_KEPT_SECONDS = 90 * 86_400;
/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const EXECUTION_NAME_MAX = 80;
const HASH_DIGITS = 16;

/** The name of the delivery's execution. An id that is none gets a hash to it, so that no two ids share one. */
export function executionNameOf(id: DeliveryId): string {
  if (/^[0-9A-Za-z_-]+$/.test(id) && id.length <= EXECUTION_NAME_MAX) return id;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, HASH_DIGITS);
  return `${id.replace(/[^0-9A-Za-z_-]/g, '_').slice(0, EXECUTION_NAME_MAX - HASH_DIGITS - 1)}-${hash}`;
}

/** Idempotent by the delivery's id. @param refusal why it starts nothing; null when it is to be read */
export async function keepDelivery(needs: CommitNeeds, push: Omit<Delivery, 'outcome'>, refusal: string | null): Promise<PushAnswer> {
  const { id, receivedAt } = push;
  const expires = Math.floor(receivedAt / 1000) + DELIVERY_KEPT_SECONDS;
  const delivery: Delivery = { ...push, outcome: refusal === null ? { kind: 'pending' } : { kind: 'decided', admissions: [{ kind: 'refused', service: null, reason: refusal }] } };
  try {
    // The end of a workflow's run says that the commit is there, and not what its push has changed: a push that was lost is looked for all the same.
    const told = push.workflow === undefined ? [creating(toldKey(push.repository, push.after, push.ref, id), { delivery: id }, expires)] : [];
    await commit(needs, [creating(deliveryKey(id), delivery, expires), creating(admissionKey(receivedAt, id, ''), { delivery: id }, expires), ...told],
      refusal === null ? [{ kind: 'start', machine: 'delivery', name: executionNameOf(id), input: { deliveryId: id } }] : []);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
    const first = await getDelivery(needs.store, id);
    return { kind: 'duplicate', delivery: id, reason: `This delivery came before, at ${new Date(first.value.receivedAt).toISOString()}; nothing is done again.` };
  }
  return refusal === null ? { kind: 'accepted', delivery: id, reason: 'The push is being read.' } : { kind: 'refused', delivery: id, reason: refusal };
}
