/** One attempt to bring a notice to its recipient. */
import { InvalidInput, SlipwayError } from '../../domain/errors.ts';
import { cloudEventOf, CLOUDEVENTS_TYPE } from '../../domain/notification/cdevents.ts';
import type { Notice } from '../../domain/notification/notice.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import type { Tried } from '../../domain/notification/retry.ts';
import { slackMessageOf } from '../../domain/notification/slack-text.ts';
import { signatureHeaders, webhookBody } from '../../domain/notification/webhook.ts';
import type { Ports } from '../../ports/index.ts';
import type { Posted } from '../../ports/senders.ts';

export type SendNeeds = Pick<Ports, 'clock' | 'settings' | 'environments' | 'secrets' | 'senders' | 'slackMessages'>;

/** Never throws: what went wrong is the outcome. */
export async function send(needs: SendNeeds, notice: Notice): Promise<Tried> {
  try {
    return await through(needs, notice);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const seconds = error instanceof SlipwayError ? error.evidence['retryAfterSeconds'] : undefined;
    const isOfNotice = error instanceof InvalidInput;
    return { outcome: isOfNotice ? 'refused' : 'unavailable', detail, retryAfterSeconds: typeof seconds === 'number' ? seconds : null };
  }
}

function through(needs: SendNeeds, { id, channel, notification }: Notice): Promise<Tried> {
  switch (channel.kind) {
    case 'slack': return bySlack(needs, channel.channel, notification);
    case 'email': return byMail(needs, channel.to, id, notification);
    case 'topic': return byTopic(needs, channel.topic, notification);
    case 'webhook': return byRequest(needs, channel, { id, type: 'application/json', body: webhookBody(notification) });
    case 'cdevents': return byRequest(needs, channel, { id, type: CLOUDEVENTS_TYPE, body: JSON.stringify(cloudEventOf(notification, id, needs.settings)) });
  }
}

async function byRequest(needs: SendNeeds, { url, secret }: { readonly url: string; readonly secret?: string | undefined }, { id, type, body }: { readonly id: string; readonly type: string; readonly body: string }): Promise<Tried> {
  const signature = secret === undefined ? {} : signatureHeaders(await needs.secrets.resolve(secret), id, Math.floor(needs.clock.now() / 1000), body);
  return judged(await needs.senders.post({ url, headers: { 'content-type': type, 'user-agent': 'slipway', ...signature }, body }));
}

/** Refused for what it says, and the same again would be; anything else may pass. */
const REFUSED = [400, 413, 415, 422];

/** 410 asks to be left alone, as Standard Webhooks says; a redirect is no answer of a recipient. */
function judged({ status, text, retryAfterSeconds }: Posted): Tried {
  const detail = `${status}${text === '' ? '' : ` ${text}`}`;
  if (status >= 200 && status < 300) return { outcome: 'delivered', detail: String(status) };
  if (status === 410) return { outcome: 'gone', detail };
  if (status >= 300 && status < 400) return { outcome: 'unavailable', detail: `${status}: it points to another address, which is not followed. Name that address in the rule.` };
  return { outcome: REFUSED.includes(status) ? 'refused' : 'unavailable', detail, retryAfterSeconds };
}

async function bySlack({ slackMessages }: SendNeeds, channel: string, notification: Notification): Promise<Tried> {
  const sent = await slackMessages.post(channel, slackMessageOf(notification));
  return sent.kind === 'sent' ? { outcome: 'delivered', detail: sent.place.ts } : { outcome: 'unavailable', detail: `${sent.error}: ${sent.remedy}` };
}

async function byMail(needs: SendNeeds, to: readonly string[], id: string, { title, text, url }: Notification): Promise<Tried> {
  const { mail } = (await needs.environments.read()).notifications;
  if (mail === undefined) return { outcome: 'unavailable', detail: 'No mail server is named: add "mail" under notifications in environments.yaml.' };
  const password = mail.password === undefined ? null : await needs.secrets.resolve(mail.password);
  await needs.senders.mail(mail, password, { to, subject: title, text: url === null ? text : `${text}\n\n${url}`, id });
  return { outcome: 'delivered', detail: 'taken by the mail server' };
}

async function byTopic({ senders }: SendNeeds, topic: string, { kind, severity, service, environment, team, title, text, url }: Notification): Promise<Tried> {
  const attributes = Object.fromEntries(Object.entries({ kind, severity, service, environment, team }).filter((entry): entry is [string, string] => entry[1] !== null));
  await senders.publish(topic, { subject: title, text: url === null ? text : `${text}\n\n${url}`, attributes });
  return { outcome: 'delivered', detail: 'taken by SNS' };
}
