/** The rules for notifications as a subscriber: what happened becomes notices, each kept before anything is sent. */
import type { ChangeEvent } from '../../domain/change.ts';
import { SlipwayError } from '../../domain/errors.ts';
import { type Notice, noticeId, recipientOf } from '../../domain/notification/notice.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import { type Channel, type NotificationRule, wants } from '../../domain/notification/rule.ts';
import { hasCdevent } from '../../domain/notification/cdevents.ts';
import type { Ports } from '../../ports/index.ts';
import type { Subscriber } from '../../ports/subscriber.ts';
import { creating } from '../state/documents.ts';
import { dueNoticeKey, noticeKey } from '../state/keys.ts';
import { notificationsIn } from './notifications-in.ts';

/** Notices are kept for so long. */
export const NOTICES_KEPT_SECONDS = 30 * 86_400;

type Needs = Pick<Ports, 'store' | 'clock' | 'settings' | 'environments'>;

export const notificationsSubscriber = (needs: Needs): Subscriber => ({
  name: 'notifications',
  isWanted: async () => (await needs.environments.read()).notifications.rules.length > 0,
  take: async (events) => {
    const { rules } = (await needs.environments.read()).notifications;
    for (const event of events) await note(needs, rules, event);
  },
});

async function note(needs: Needs, rules: readonly NotificationRule[], event: ChangeEvent): Promise<void> {
  for (const notification of await notificationsIn(needs, event)) {
    for (const rule of rules.filter((one) => wants(one, notification))) {
      for (const channel of rule.to) if (channel.kind !== 'cdevents' || hasCdevent(notification)) await keep(needs, noticeOf(notification, rule.name, channel, needs.clock.now()));
    }
  }
}

export function noticeOf(notification: Notification, rule: string, channel: Channel, now: number): Notice {
  const recipient = recipientOf(channel);
  return { id: noticeId(notification, rule, recipient), rule, channel, recipient, notification, status: { kind: 'waiting', nextAt: now }, attempts: [], begun: 0, createdAt: now, asked: null };
}

/** One that is there already was made of the same happening: it is not sent again. */
export async function keep({ store, clock }: Pick<Needs, 'store' | 'clock'>, notice: Notice): Promise<void> {
  if ((await store.get(noticeKey(notice.id))) !== undefined) return;
  const expiresAtSeconds = Math.floor(clock.now() / 1000) + NOTICES_KEPT_SECONDS;
  try {
    await store.transact([creating(noticeKey(notice.id), notice, expiresAtSeconds), creating(dueNoticeKey(notice.id), { recipient: notice.recipient, isAsked: false }, expiresAtSeconds)]);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}
