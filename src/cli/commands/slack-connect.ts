/** `slipway slack connect`: what the Slack app still lacks, and who is who there. */
import * as z from 'zod';
import { SlackCheck } from '../../contracts/api/slack.ts';
import { shown } from '../answers/text.ts';
import type { Client } from '../client.ts';
import { CliError, EXIT } from '../exit.ts';
import { example, runs, type Host, type Session } from '../session.ts';

const Checks = z.object({ checks: z.array(shown(SlackCheck)) });
const Link = z.object({ code: z.string().regex(/^[0-9a-z]{6,64}$/), expiresAt: z.number() });
const Members = z.object({ identity: z.string(), members: z.array(z.string().regex(/^\w{1,50}$/)) });
const LOOK_EACH_MS = 2000;
const MARKS = { ok: '✓', missing: '✗', unknown: '?' } as const;
const STYLES = { ok: 'good', missing: 'bad', unknown: 'quiet' } as const;

interface Options {
  readonly publicUrl?: string;
  readonly me?: boolean;
}

export function addSlackConnect(host: Host, slack: Host['program']): void {
  const command = slack.command('connect').description('Looks at the Slack app: token, scopes, workspace, channels, signing secret, request URL; and says what is missing. It posts nothing. With --me it also makes you known in Slack, by a code that you type there.')
    .option('--public-url <url>', 'where Slack reaches the control plane').option('--me', 'link your own Slack user to your identity here, without looking at the app');
  example(command, 'slipway slack connect --public-url https://slipway.example.com', 'slipway slack connect --me');
  runs<Options>(host, command, async (session, { publicUrl, me }) => {
    const client = await session.connect();
    return me === true ? linkMe(session, client) : look(session, client, publicUrl);
  });
}

async function look(session: Session, client: Client, url: string | undefined): Promise<number> {
  const { value: { checks }, raw } = await client.post('/v1/slack/checks', url === undefined ? {} : { url }, Checks);
  session.answer(raw, () => checks.flatMap(({ check, outcome, said, remedy }) => [`${session.style(STYLES[outcome], MARKS[outcome])} ${check}: ${said}`, ...(remedy === null || outcome === 'ok' ? [] : [`  ${remedy}`])]));
  return checks.some(({ outcome }) => outcome === 'missing') ? EXIT.failed : EXIT.ok;
}

async function linkMe(session: Session, client: Client): Promise<number> {
  const { value: before } = await client.get('/v1/slack/members', Members);
  const { value: { code, expiresAt } } = await client.post('/v1/slack/links', {}, Link);
  session.remark(`Type in Slack, within ten minutes:  /slipway link ${code}`);
  const { needs } = session;
  const stop = new AbortController();
  const off = needs.onInterrupt(() => stop.abort());
  try {
    while (!stop.signal.aborted && needs.now() < expiresAt) {
      await needs.sleep(LOOK_EACH_MS, stop.signal);
      const { value, raw } = await client.get('/v1/slack/members', Members);
      const member = value.members.find((one) => !before.members.includes(one));
      if (member === undefined) continue;
      session.answer(raw, () => [`${member} is ${value.identity} from now on.`]);
      return EXIT.ok;
    }
  } finally {
    off();
  }
  if (stop.signal.aborted) return EXIT.interrupted;
  throw new CliError(EXIT.failed, 'Nobody has typed the code in Slack. If the command failed there, look at the app: slipway slack connect');
}
