/** Who is told of what: the section `notifications` of environments.yaml. */
import * as z from 'zod';
import { EnvironmentName, ServiceName } from '../ids.ts';
import { SECRET_REFERENCE } from '../secret-reference.ts';
import { isAtLeast, type Notification, NOTIFIED, Severity } from './notification.ts';

const Secret = z.string().regex(SECRET_REFERENCE, 'the name of a secret, secretsmanager:NAME, secretsmanager:NAME#KEY or ssm:/PATH');
const SECRET_WORDS = 'The secret that each request is signed with, by its name: `whsec_` and 24 to 64 random bytes in base64. Two of them with a space between while one replaces the other.';
const Url = z.string().max(2000).regex(/^https?:\/\/\S+$/, 'an address that begins with https:// (or http:// on this machine)').meta({ description: 'Where requests go: https://, or http:// to this machine.', examples: ['https://example.com/hook'] });
const kind = <K extends string>(name: K, description: string) => z.literal(name).meta({ description, examples: [name] });

export const Channel = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: kind('slack', 'A channel in Slack that the app is in.'),
    channel: z.string().regex(/^[CG][A-Z0-9]{2,30}$/, 'the id of a channel such as C024BE7LH, which Slack shows in the channel\'s details').meta({ description: 'The channel\'s id, which Slack shows in its details.', examples: ['C024BE7LH'] }),
  }),
  z.strictObject({ kind: kind('email', 'Mail, by the server under `mail`. On AWS use a topic instead.'), to: z.array(z.email()).min(1).max(50).meta({ description: 'Who gets it.', examples: [['anna@example.com']] }) }),
  z.strictObject({
    kind: kind('topic', 'A topic of SNS: whoever subscribes to it gets mail, or what else SNS sends. Only on AWS.'),
    topic: z.string().regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:slipway-[A-Za-z0-9_-]{1,248}$/, 'the ARN of a topic of SNS whose name begins with slipway-').meta({ description: 'The topic\'s ARN. Its name begins with `slipway-`: Slipway may publish to no other.', examples: ['arn:aws:sns:eu-central-1:123456789012:slipway-on-call'] }),
  }),
  z.strictObject({ kind: kind('webhook', 'A signed request to an address, as Standard Webhooks describes it.'), url: Url, secret: Secret.meta({ description: SECRET_WORDS, examples: ['on-call-hook'] }) }),
  z.strictObject({ kind: kind('cdevents', 'CDEvents 0.5.1 as CloudEvents, for deployments and approvals.'), url: Url, secret: Secret.optional().meta({ description: `${SECRET_WORDS} Absent: it is not signed.`, examples: ['events-hook'] }) }),
]);
export type Channel = z.infer<typeof Channel>;
export type ChannelKind = Channel['kind'];

const Names = <S extends z.ZodType>(schema: S) => z.array(schema).min(1).max(200);

export const NotificationRule = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, 'lower case letters, digits and hyphens, 2 to 40 characters, beginning with a letter').meta({ description: 'The rule\'s name, for `slipway notification test`.', examples: ['shop-failures'] }),
  teams: Names(z.string().min(1).max(100)).optional().meta({ description: 'Only of services of these teams. Absent: of all, and of the installation itself.', examples: [['shop']] }),
  services: Names(ServiceName).optional().meta({ description: 'Only of these services. Absent: of all.', examples: [['catalog']] }),
  environments: Names(EnvironmentName).optional().meta({ description: 'Only in these environments. Absent: in all, and what is about a whole pipeline.', examples: [['production']] }),
  events: z.array(z.enum(NOTIFIED).exclude(['test'])).min(1).optional().meta({ description: 'Only of these. Absent: of all.', examples: [['deployment-rolled-back', 'approval-requested', 'alert']] }),
  severity: Severity.default('info').meta({ description: 'Only what is at least so severe.', examples: ['warning'] }),
  to: z.array(Channel).min(1).max(10).meta({ description: 'Who is told.', examples: [[{ kind: 'slack', channel: 'C024BE7LH' }]] }),
});
export type NotificationRule = z.infer<typeof NotificationRule>;

export const Mail = z.strictObject({
  server: z.string().regex(/^smtps?:\/\/[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?$/, 'smtp://HOST:587 (with STARTTLS) or smtps://HOST:465').meta({ description: 'The mail server. `smtp://` begins without encryption and goes on only with it (STARTTLS), except to this machine.', examples: ['smtp://mail.example.com:587'] }),
  from: z.email().meta({ description: 'The sender.', examples: ['slipway@example.com'] }),
  user: z.string().min(1).max(255).optional().meta({ description: 'Who logs in there. Absent: nobody has to.', examples: ['slipway'] }),
  password: Secret.optional().meta({ description: 'The secret with the password, by its name.', examples: ['smtp-password'] }),
});
export type Mail = z.infer<typeof Mail>;

export const Notifications = z.strictObject({
  rules: z.array(NotificationRule).max(200).default([]).meta({ description: 'Each says who is told of what. Whoever fits several rules is told by each of them.', examples: [[{ name: 'shop-failures', teams: ['shop'], severity: 'warning', to: [{ kind: 'slack', channel: 'C024BE7LH' }] }]] }),
  mail: Mail.optional().meta({ description: 'How mail goes out on one machine.', examples: [{ server: 'smtp://mail.example.com:587', from: 'slipway@example.com' }] }),
});
export type Notifications = z.infer<typeof Notifications>;

const among = (names: readonly string[] | undefined, name: string | null): boolean => names === undefined || (name !== null && names.includes(name));

export const wants = (rule: NotificationRule, { kind, severity, team, service, environment }: Notification): boolean =>
  among(rule.teams, team) && among(rule.services, service) && among(rule.environments, environment) && among(rule.events, kind) && isAtLeast(severity, rule.severity);

/** As it may be shown to everybody who looks: paths and queries of addresses may hold keys. */
export function describeChannel(channel: Channel): string {
  switch (channel.kind) {
    case 'slack': return `Slack ${channel.channel}`;
    case 'email': return channel.to.join(', ');
    case 'topic': return `SNS ${channel.topic.slice(channel.topic.lastIndexOf(':') + 1)}`;
    case 'webhook': return `webhook ${originOf(channel.url)}`;
    case 'cdevents': return `CDEvents ${originOf(channel.url)}`;
  }
}

function originOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '(no address)' : `${parsed.origin}${parsed.pathname === '/' && parsed.search === '' ? '' : '/...'}`;
}
