/** Sends the notices that are due. Recipients are told beside each other; one in trouble is left alone for a while, and holds up nobody else. */
import * as z from 'zod';
import { SlipwayError } from '../../domain/errors.ts';
import { Notice, NoticeId, Recipient } from '../../domain/notification/notice.ts';
import { afterAttempt, type AfterAttempt } from '../../domain/notification/retry.ts';
import { describeChannel } from '../../domain/notification/rule.ts';
import type { Effect } from '../../domain/outbox.ts';
import type { Write } from '../../ports/item-store.ts';
import { pipelineTrace } from '../pipeline-trace.ts';
import { alerting, commit, type CommitNeeds } from '../state/commit.ts';
import { expecting, list, read, replacing, type Stored } from '../state/documents.ts';
import { alertedKey, dueNoticeKey, noticeKey, recipientKey } from '../state/keys.ts';
import { send, type SendNeeds } from './send.ts';
import { NOTICES_KEPT_SECONDS } from './subscriber.ts';

export type DeliverNeeds = CommitNeeds & SendNeeds;

export interface Delivered {
  readonly delivered: number;
  readonly failed: number;
  /** Left for later: not due yet, their recipient in trouble, or more than one run sends. */
  readonly left: number;
}

const DUE_MAX = 1000;
/** Of one recipient in one run. */
const EACH_MAX = 25;
const RECIPIENTS_AT_ONCE = 8;
/** An attempt whose process died is made again after this. */
const CLAIM_MS = 60_000;
const DAY_MS = 86_400_000;

const Due = z.strictObject({ recipient: z.string(), isAsked: z.boolean() });

export const deliver = (needs: DeliverNeeds) => async (): Promise<Delivered> => {
  const due = await list(needs.store, Due, 'notices-due', '', DUE_MAX);
  const groups = new Map<string, NoticeId[]>();
  const asked = due.filter(({ value }) => value.isAsked).map(({ key }) => NoticeId.parse(key.sort));
  for (const { key, value } of due.filter((one) => !one.value.isAsked)) groups.set(value.recipient, [...(groups.get(value.recipient) ?? []), NoticeId.parse(key.sort)]);
  const waiting: (() => Promise<Told>)[] = [...asked.map((id) => () => count(attempt(needs, id, null))), ...[...groups].map(([recipient, ids]) => () => tellOne(needs, recipient, ids))];
  const sum = { delivered: 0, failed: 0 };
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { delivered, failed } = await next();
      sum.delivered += delivered;
      sum.failed += failed;
    }
  };
  await Promise.all(Array.from({ length: RECIPIENTS_AT_ONCE }, worker));
  return { ...sum, left: due.length - sum.delivered - sum.failed };
};

type Told = Pick<Delivered, 'delivered' | 'failed'>;
const count = async (outcome: Promise<'delivered' | 'failed' | 'left'>): Promise<Told> => ({ delivered: (await outcome) === 'delivered' ? 1 : 0, failed: (await outcome) === 'failed' ? 1 : 0 });

/** Oldest first, until one could not be brought there. */
async function tellOne(needs: DeliverNeeds, recipient: string, ids: readonly NoticeId[]): Promise<Told> {
  const sum = { delivered: 0, failed: 0 };
  for (const id of ids.slice(0, EACH_MAX)) {
    const state = (await read(needs.store, Recipient, recipientKey(recipient)))?.value;
    if (state?.disabled == null && (state?.trouble?.retryAt ?? 0) > needs.clock.now()) break;
    const { delivered, failed } = await count(attempt(needs, id, state?.disabled ?? null));
    sum.delivered += delivered;
    sum.failed += failed;
  }
  return sum;
}

async function attempt(needs: DeliverNeeds, id: NoticeId, disabled: Recipient['disabled']): Promise<'delivered' | 'failed' | 'left'> {
  const stored = await read(needs.store, Notice, noticeKey(id));
  if (stored === undefined || stored.value.status.kind !== 'waiting') return 'left';
  const now = needs.clock.now();
  if (stored.value.status.nextAt > now) return 'left';
  if (disabled !== null) {
    await settle(needs, { ...stored.value, status: { kind: 'held', at: now, reason: disabled.reason } }, stored, []);
    return 'left';
  }
  const claimed = await claim(needs, stored, now);
  return claimed === undefined ? 'left' : trySending(needs, claimed, now);
}

/** Nobody else attempts it meanwhile; undefined when somebody does. */
async function claim(needs: DeliverNeeds, stored: Stored<Notice>, now: number): Promise<Stored<Notice> | undefined> {
  const value: Notice = { ...stored.value, begun: stored.value.begun + 1, status: { kind: 'waiting', nextAt: now + CLAIM_MS } };
  try {
    await needs.store.transact([replacing(stored, value)].map((write) => kept(write, value)));
    return { ...stored, generation: stored.generation + 1, value };
  } catch (error) {
    if (error instanceof SlipwayError && error.name === 'Conflict') return undefined;
    throw error;
  }
}

const kept = (write: Write, { createdAt }: Notice): Write => (write.kind === 'put' ? { ...write, expiresAtSeconds: Math.floor(createdAt / 1000) + NOTICES_KEPT_SECONDS } : write);

/** Sends it, and writes down what became of it. @param claimed as it is stored now */
async function trySending(needs: DeliverNeeds, claimed: Stored<Notice>, startedAt: number): Promise<'delivered' | 'failed'> {
  const tried = await needs.traces.within(pipelineTrace(needs, claimed.value.notification.pipeline), `notify by ${claimed.value.channel.kind}`, () => send(needs, claimed.value));
  const { recipient: name, channel } = claimed.value;
  for (let turn = 0; ; turn += 1) {
    const known = await read(needs.store, Recipient, recipientKey(name));
    const before: Recipient = known?.value ?? { recipient: name, describes: describeChannel(channel), trouble: null, disabled: null, deliveredAt: null };
    const after = afterAttempt(claimed.value, before, tried, needs.clock.now(), startedAt);
    try {
      const told = await telling(needs, after);
      await settle(needs, after.notice, claimed, [{ kind: 'put', key: recipientKey(name), value: after.recipient, condition: expecting(known) }, ...told.writes], told.effects);
      return tried.outcome === 'delivered' ? 'delivered' : 'failed';
    } catch (error) {
      // Another notice of the same recipient came back at the same time.
      if (!(error instanceof SlipwayError && error.name === 'Conflict') || turn >= 8) throw error;
    }
  }
}

/** The notice as it is now; what is due no more leaves the list. */
async function settle(needs: DeliverNeeds, notice: Notice, stored: Stored<Notice>, more: readonly Write[], effects: readonly Effect[] = []): Promise<void> {
  const isOver = notice.status.kind !== 'waiting';
  const due = isOver ? await needs.store.get(dueNoticeKey(notice.id)) : undefined;
  await commit(needs, [kept(replacing(stored, notice), notice), ...(due === undefined ? [] : [{ kind: 'delete' as const, key: dueNoticeKey(notice.id), condition: { generation: due.generation } }]), ...more], effects);
}

const NOWHERE = { service: null, environment: null };

async function telling(needs: DeliverNeeds, { tell, notice, recipient }: AfterAttempt): Promise<{ writes: Write[]; effects: Effect[] }> {
  if (tell === null) return { writes: [], effects: [] };
  const whose = `${recipient.describes} (rule ${notice.rule})`;
  if (tell === 'disabled') return { writes: [], effects: [alerting('critical', 'recipient-disabled', NOWHERE, `${whose} is not told any more. ${recipient.disabled?.reason ?? ''} Mend it, then: slipway notification test ${notice.rule}. A test that arrives tells it again; what it missed is sent with: slipway notification resend ID`)] };
  // Once a day for a recipient: what one notice was refused for, others are too.
  const key = alertedKey(`given-up#${recipient.recipient}#${Math.floor(needs.clock.now() / DAY_MS)}`);
  if ((await needs.store.get(key)) !== undefined) return { writes: [], effects: [] };
  const expiresAtSeconds = Math.floor((needs.clock.now() + 2 * DAY_MS) / 1000);
  return { writes: [{ kind: 'put', key, value: { at: needs.clock.now() }, condition: { absent: true }, expiresAtSeconds }], effects: [alerting('warning', 'notice-given-up', NOWHERE, `${whose} did not take "${notice.notification.title}" for 24 hours: ${notice.attempts.at(-1)?.detail ?? ''}. Others may have fared alike: slipway notification notices`)] };
}
