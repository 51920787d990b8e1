/** What people ask for: a notice again, or a test of a rule. Both are sent by the next run, whatever is known about their recipients. */
import { InvalidInput, NotFound } from '../../domain/errors.ts';
import type { Identity } from '../../domain/ids.ts';
import { Notice, type NoticeId } from '../../domain/notification/notice.ts';
import { NO_FACTS, type Notification } from '../../domain/notification/notification.ts';
import type { NotificationRule } from '../../domain/notification/rule.ts';
import type { Ports } from '../../ports/index.ts';
import type { Write } from '../../ports/item-store.ts';
import { creating, read, replacing, untilWritten, type Stored } from '../state/documents.ts';
import { dueNoticeKey, noticeKey } from '../state/keys.ts';
import { noticeOf, NOTICES_KEPT_SECONDS } from './subscriber.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** @throws NotFound for a notice that there is not, or not any more */
export const resend = (needs: Needs) => ({ id, by }: { readonly id: NoticeId; readonly by: Identity }): Promise<Notice> => untilWritten(async () => {
  const stored = await demandNotice(needs, id);
  const now = needs.clock.now();
  const expiresAtSeconds = Math.floor(now / 1000) + NOTICES_KEPT_SECONDS;
  const notice: Notice = { ...stored.value, createdAt: now, asked: { by, at: now }, status: { kind: 'waiting', nextAt: now } };
  const due = await needs.store.get(dueNoticeKey(id));
  const dueWrite: Write = { kind: 'put', key: dueNoticeKey(id), value: { recipient: notice.recipient, isAsked: true }, condition: due === undefined ? { absent: true } : { generation: due.generation }, expiresAtSeconds };
  await needs.store.transact([{ ...(replacing(stored, notice) as Extract<Write, { kind: 'put' }>), expiresAtSeconds }, dueWrite]);
  return notice;
});

export async function demandNotice({ store }: Pick<Needs, 'store'>, id: NoticeId): Promise<Stored<Notice>> {
  const stored = await read(store, Notice, noticeKey(id));
  if (stored === undefined) throw new NotFound(`There is no notice ${id}. They are kept for 30 days: slipway notification notices`, { id });
  return stored;
}

/** One notice for each recipient of the rule. They are tried once. @throws NotFound for a rule that environments.yaml has not */
export const testRule = (needs: Needs & Pick<Ports, 'ids' | 'settings' | 'environments'>) => async (input: { readonly rule: string; readonly by: Identity }): Promise<Notice[]> => {
  const rule = await demandRule(needs, input.rule);
  const at = needs.clock.now();
  const notification: Notification = {
    id: `test:${needs.ids.next()}`, kind: 'test', severity: 'info', at, service: null, team: null, environment: null, pipeline: null,
    title: `A test of the rule ${rule.name}`, text: `${input.by} asked for this: notifications of the rule ${rule.name} arrive here.`, url: needs.settings.publicUrl, facts: NO_FACTS,
  };
  const expiresAtSeconds = Math.floor(at / 1000) + NOTICES_KEPT_SECONDS;
  const notices = rule.to.map((channel): Notice => ({ ...noticeOf(notification, rule.name, channel, at), asked: { by: input.by, at } }));
  await needs.store.transact(notices.flatMap((notice) => [creating(noticeKey(notice.id), notice, expiresAtSeconds), creating(dueNoticeKey(notice.id), { recipient: notice.recipient, isAsked: true }, expiresAtSeconds)]));
  return notices;
};

async function demandRule({ environments }: Pick<Ports, 'environments'>, name: string): Promise<NotificationRule> {
  const { rules } = (await environments.read()).notifications;
  const rule = rules.find((one) => one.name === name);
  if (rule !== undefined) return rule;
  if (rules.length === 0) throw new InvalidInput('environments.yaml has no rules for notifications. Write one under notifications.rules.');
  throw new NotFound(`environments.yaml has no rule "${name}" under notifications. It has: ${rules.map((one) => one.name).join(', ')}.`, { rule: name });
}
