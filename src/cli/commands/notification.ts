/** `slipway notification`: who is told of what, what became of it, a test, and sending again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Notice, Notice as NoticeAnswer, Notices, type Rules, Rules as RulesAnswer } from '../answers/notifications.ts';
import { limitOption } from '../arguments.ts';
import type { Client } from '../client.ts';
import { EXIT } from '../exit.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { table } from '../text/cells.ts';
import { ago, clockTime } from '../text/time.ts';

const PATH = '/v1/notifications';
/** A notice is sent by the next pass: seconds on one machine, a minute on AWS. */
const WAIT_MAX_MS = 150_000;
const LOOK_EVERY_MS = 500;

export function addNotification(host: Host): void {
  const notification = host.program.command('notification').summary('who is told of what: rules, notices, a test').helpGroup('The installation:')
    .description('Who is told of what happens, by the rules in environments.yaml, and what became of it.');
  example(notification, 'slipway notification list', 'slipway notification test on-call');
  addList(host, notification);
  addNotices(host, notification);
  addShow(host, notification);
  addTest(host, notification);
  addResend(host, notification);
}

function addList(host: Host, notification: Host['program']): void {
  const command = notification.command('list', { isDefault: true }).description('Lists the rules in force, whom each tells, and how it is with them.');
  example(command, 'slipway notification list');
  runs(host, command, async (session) => {
    const { value, raw } = await (await session.connect()).get(`${PATH}/rules`, RulesAnswer);
    session.answer(raw, () => rules(session, value));
  });
}

function addNotices(host: Host, notification: Host['program']): void {
  const command = notification.command('notices').description('Lists what was sent or is to be sent, newest first.').addOption(limitOption())
    .option('--rule <name>', 'only of this rule').option('--status <status>', 'only waiting, delivered, given-up or held ones');
  example(command, 'slipway notification notices --status held');
  runs<{ limit: number; rule?: string; status?: string }>(host, command, async (session, { limit, rule, status }) => {
    const query = new URLSearchParams(Object.entries({ limit: String(limit), rule, status }).filter((entry): entry is [string, string] => entry[1] !== undefined));
    const { value, raw } = await (await session.connect()).get(`${PATH}/notices?${query.toString()}`, Notices);
    session.answer(raw, () => (value.length === 0 ? ['Nobody was told of anything in the newest part of the list.'] : table([
      ['WHEN', 'RULE', 'TO', 'WHAT', 'STATUS', 'ID'].map((title) => session.style('quiet', title)),
      ...value.map((notice) => [clockTime(notice.notification.at), notice.rule, notice.describes, notice.notification.title, statusOf(session, notice), notice.id]),
    ])));
  });
}

function addShow(host: Host, notification: Host['program']): void {
  const command = notification.command('show').description('Shows a notice with its last attempts.').argument('<id>', 'the notice');
  example(command, 'slipway notification show 1763640000000-0123456789abcdef');
  runs(host, command, async (session, _options, id) => {
    const { value, raw } = await (await session.connect()).get(pathOf(id), NoticeAnswer);
    session.answer(raw, () => details(session, value));
  });
}

function addTest(host: Host, notification: Host['program']): void {
  const command = notification.command('test').argument('<rule>', 'the rule')
    .description('Sends a test to everybody whom a rule tells, and waits for what becomes of it. A test that arrives also ends that somebody is not told any more.');
  example(command, 'slipway notification test on-call');
  runs(host, command, async (session, _options, rule) => {
    const client = await session.connect();
    const { value } = await client.post(`${PATH}/rules/${encodeURIComponent(rule ?? '')}/test`, {}, Notices);
    return whatBecame(session, client, value);
  });
}

function addResend(host: Host, notification: Host['program']): void {
  const command = notification.command('resend').argument('<id>', 'the notice').description('Sends a notice again, also one that arrived, and waits for what becomes of it.');
  example(command, 'slipway notification resend 1763640000000-0123456789abcdef');
  runs(host, command, async (session, _options, id) => {
    const client = await session.connect();
    const { value } = await client.post(`${pathOf(id)}/resend`, {}, NoticeAnswer);
    return whatBecame(session, client, [value]);
  });
}

const pathOf = (id: string | undefined): string => `${PATH}/notices/${encodeURIComponent(id ?? '')}`;

/** Looks until each was tried, and ends with 1 when one was not taken. */
async function whatBecame(session: Session, client: Client, sent: readonly Notice[]): Promise<number> {
  session.remark(`${sent.length === 1 ? 'It is' : `${sent.length} are`} sent by the next pass ...`);
  const found = await Promise.all(sent.map((notice) => untilTried(client, notice)));
  session.answer(found.map(({ raw }) => raw), () => found.flatMap(({ value }) => details(session, value)));
  return found.every(({ value }) => value.status.kind === 'delivered') ? EXIT.ok : EXIT.failed;
}

async function untilTried(client: Client, { id, attempts }: Notice): Promise<{ value: Notice; raw: unknown }> {
  const last = attempts.at(-1)?.at;
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const found = await client.get(pathOf(id), NoticeAnswer);
    if (found.value.attempts.at(-1)?.at !== last || waited >= WAIT_MAX_MS) return found;
    await sleep(LOOK_EVERY_MS);
  }
}

function rules({ style, needs }: Session, all: Rules): string[] {
  if (all.length === 0) return ['environments.yaml has no rules for notifications: nobody is told of anything. Write one under notifications.rules.'];
  const only = (names: readonly string[] | undefined): string => names?.join(', ') ?? 'all';
  return table([
    ['RULE', 'OF', 'IN', 'EVENTS', 'FROM', 'TELLS', 'LAST', ''].map((title) => style('quiet', title)),
    ...all.flatMap((rule) => rule.to.map((recipient, index) => [
      ...(index === 0 ? [rule.name, rule.services?.join(', ') ?? (rule.teams === undefined ? 'all' : `team ${rule.teams.join(', ')}`), only(rule.environments), only(rule.events), rule.severity] : ['', '', '', '', '']),
      recipient.describes, recipient.deliveredAt === null ? '-' : ago(recipient.deliveredAt, needs.now()),
      recipient.disabled !== null ? style('bad', `not told any more: ${recipient.disabled.reason}`) : recipient.trouble === null ? '' : style('warn', `since ${clockTime(recipient.trouble.since)}: ${recipient.trouble.reason}`),
    ])),
  ]);
}

const STYLES = { delivered: 'good', waiting: 'quiet', 'given-up': 'bad', held: 'warn' } as const;
const statusOf = ({ style }: Session, { status }: Notice): string => style(STYLES[status.kind as keyof typeof STYLES] ?? 'quiet', status.kind);

function details(session: Session, notice: Notice): string[] {
  const facts = [
    ['notice', notice.id], ['rule', notice.rule], ['to', notice.describes], ['what', notice.notification.title], ['when', clockTime(notice.notification.at)],
    ['status', `${statusOf(session, notice)}${notice.status.reason === undefined ? '' : `: ${notice.status.reason}`}${notice.status.nextAt === undefined || notice.attempts.length === 0 ? '' : `, tried again at ${clockTime(notice.status.nextAt)}`}`],
    ...(notice.asked === null ? [] : [['asked by', `${notice.asked.by} at ${clockTime(notice.asked.at)}`]]),
  ].map(([name = '', value = '']) => [session.style('quiet', name), value]);
  return [...table(facts), ...notice.attempts.map(({ at, outcome, detail, seconds }) => `  ${clockTime(at)} ${outcome} after ${seconds.toFixed(1)} s: ${detail}`)];
}
