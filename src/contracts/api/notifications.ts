/** Who is told of what, and what became of it. */
import * as z from 'zod';
import { Attempt, NOTICE_STATUS, NoticeId, NoticeStatus, Recipient } from '../../domain/notification/notice.ts';
import { Notification } from '../../domain/notification/notification.ts';
import { NotificationRule } from '../../domain/notification/rule.ts';
import { Identity } from '../../domain/ids.ts';
import { operation, paging, Time } from './operation.ts';

/** Addresses are shown without what may be a key in them. */
export const ShownRule = NotificationRule.omit({ to: true }).extend({ to: z.array(z.strictObject({ kind: z.string(), ...Recipient.shape })) });
export type ShownRule = z.infer<typeof ShownRule>;

export const ShownNotice = z.strictObject({
  id: NoticeId, rule: z.string(), kind: z.string(), recipient: z.string(), describes: z.string().meta({ description: 'The recipient, without what may be a key in its address.' }),
  notification: Notification, status: NoticeStatus, attempts: z.array(Attempt).meta({ description: 'The last ten, newest last.' }),
  begun: z.number().meta({ description: 'How many attempts there were.' }), createdAt: Time, asked: z.strictObject({ by: Identity, at: Time }).nullable().meta({ description: 'Who asked for it by hand, last.' }),
});
export type ShownNotice = z.infer<typeof ShownNotice>;

const RuleParams = z.object({ rule: NotificationRule.shape.name });
const NoticeParams = z.object({ notice: NoticeId });
const NoticesQuery = z.object({ ...paging(50), rule: NotificationRule.shape.name.optional(), status: z.enum(NOTICE_STATUS).optional().meta({ description: 'Only those that are waiting, delivered, given-up or held.' }) });

const tag = 'Notifications';
export const listNotificationRules = operation({ id: 'listNotificationRules', method: 'GET', path: '/v1/notifications/rules', tag, action: 'view', summary: 'The rules in force, and how it is with their recipients', answer: z.array(ShownRule) });
export const testNotificationRule = operation({ id: 'testNotificationRule', method: 'POST', path: '/v1/notifications/rules/:rule/test', tag, action: 'repair', params: RuleParams, body: z.strictObject({}), status: 202, summary: 'Sends a test to each recipient of a rule; one that arrives at a recipient that was not told any more tells it again', answer: z.array(ShownNotice) });
export const listNotices = operation({ id: 'listNotices', method: 'GET', path: '/v1/notifications/notices', tag, action: 'view', paged: true, query: NoticesQuery, summary: 'What was sent or is to be sent, and each attempt; newest first. A part may be shorter than asked for, or empty', answer: z.array(ShownNotice) });
export const readNotice = operation({ id: 'readNotice', method: 'GET', path: '/v1/notifications/notices/:notice', tag, action: 'view', params: NoticeParams, summary: 'One notice, with its attempts', answer: ShownNotice });
export const resendNotice = operation({ id: 'resendNotice', method: 'POST', path: '/v1/notifications/notices/:notice/resend', tag, action: 'repair', params: NoticeParams, body: z.strictObject({}), status: 202, summary: 'Sends a notice again, also one that arrived', answer: ShownNotice });
