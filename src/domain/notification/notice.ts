/** A notice: one notification to one recipient, with what became of it. And the recipients, as far as they are in trouble. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../canonical.ts';
import { Identity } from '../ids.ts';
import { Notification } from './notification.ts';
import { Channel } from './rule.ts';

export const NOTICE_STATUS = ['waiting', 'delivered', 'given-up', 'held'] as const;

export const NoticeStatus = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('waiting'), nextAt: z.number() }),
  z.strictObject({ kind: z.literal('delivered'), at: z.number() }),
  z.strictObject({ kind: z.literal('given-up'), at: z.number(), reason: z.string() }),
  /** Its recipient is not told any more; `slipway notification resend` sends it. */
  z.strictObject({ kind: z.literal('held'), at: z.number(), reason: z.string() }),
]);
export type NoticeStatus = z.infer<typeof NoticeStatus>;

export const Attempt = z.strictObject({ at: z.number(), outcome: z.enum(['delivered', 'refused', 'unavailable', 'gone']), detail: z.string().max(1000), seconds: z.number() });
export type Attempt = z.infer<typeof Attempt>;
export type Outcome = Attempt['outcome'];

/** `<when it happened>-<16 hexadecimal digits>`: of the same happening, rule and recipient always the same. */
export const NoticeId = z.string().regex(/^\d{13}-[0-9a-f]{16}$/, 'the id of a notice, unchanged').brand<'NoticeId'>();
export type NoticeId = z.infer<typeof NoticeId>;

/** Older ones are dropped. */
export const ATTEMPTS_KEPT = 10;

export const Notice = z.strictObject({
  id: NoticeId,
  rule: z.string(),
  channel: Channel,
  recipient: z.string(),
  notification: Notification,
  status: NoticeStatus,
  /** Newest last. */
  attempts: z.array(Attempt).max(ATTEMPTS_KEPT),
  /** How often it was begun, with those that are not kept and those in which the process died. */
  begun: z.int().min(0),
  /** When it was made, or asked for again. */
  createdAt: z.number(),
  /** A person asked for it: it is sent whatever is known about its recipient. */
  asked: z.strictObject({ by: Identity, at: z.number() }).nullable(),
});
export type Notice = z.infer<typeof Notice>;

export const Recipient = z.strictObject({
  recipient: z.string(),
  describes: z.string(),
  /** Nothing has reached it since. */
  trouble: z.strictObject({ since: z.number(), attempts: z.int().min(1), retryAt: z.number(), reason: z.string() }).nullable(),
  disabled: z.strictObject({ at: z.number(), reason: z.string() }).nullable(),
  deliveredAt: z.number().nullable(),
});
export type Recipient = z.infer<typeof Recipient>;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Who is told, whatever rule says so: a rule with another address, or another secret, has another recipient. */
export const recipientOf = (channel: Channel): string => hash(canonicalJson(channel));
export const noticeId = (notification: Notification, rule: string, recipient: string): NoticeId => NoticeId.parse(`${String(notification.at).padStart(13, '0')}-${hash(`${notification.id}\n${rule}\n${recipient}`)}`);
