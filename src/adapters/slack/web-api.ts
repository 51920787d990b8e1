/** Slack's Web API by plain requests: a few methods need no client of half a megabyte. */
import { LOST_ERRORS, PASSING, remedyOf, SlackAnswer } from '../../contracts/slack/web-api.ts';
import { ProviderUnavailable } from '../../domain/errors.ts';
import type { SlackMessage, SlackMessages, SlackRefusal, SlackSent } from '../../ports/slack-messages.ts';
import { createPace, type Limit, type Pace } from './pace.ts';

export interface SlackWebApiOptions {
  /** Where the API is: `https://slack.com`, or of GovSlack `https://slack-gov.com`. */
  readonly origin: string;
  /** The bot token; null where there is none. Read for each call, so that another one counts at once. */
  readonly token: () => Promise<string | null>;
  readonly pace?: Pace;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
/** A function and a pass have other things to do. */
const LONGEST_WAIT_MS = 8_000;
/** Where Slack asks to wait without saying how long. */
const RETRY_AFTER_SECONDS = 30;
/** As far back as a message is looked for. */
const HISTORY_MESSAGES = 100;

/** Posting: 1 per second and channel, with short bursts. Tier 3 (chat.update, history): 50 per minute. https://docs.slack.dev/apis/web-api/rate-limits */
const posting = (channel: string): Limit[] => [{ name: 'chat.postMessage', intervalMs: 200, burst: 20 }, { name: `channel ${channel}`, intervalMs: 1000, burst: 3 }];
const tier3 = (method: string): Limit => ({ name: method, intervalMs: 1200, burst: 10 });
/** People read no faster. */
const updating = (ts: string): Limit[] => [tier3('chat.update'), { name: `message ${ts}`, intervalMs: 1000, burst: 1 }];

export function createSlackWebApi({ origin, token, pace = createPace({ now: () => performance.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), longestWaitMs: LONGEST_WAIT_MS }) }: SlackWebApiOptions): SlackMessages {
  const call = async (method: string, input: Readonly<Record<string, unknown>>, limits: readonly Limit[]): Promise<(SlackAnswer & Heard) | SlackRefusal> => {
    const bearer = await token();
    if (bearer === null) return { kind: 'refused', error: 'not_connected', remedy: remedyOf(method, 'not_connected') };
    await pace.turn(limits);
    const { answer, scopes } = await ask(`${origin}/api/${method}`, bearer, input, (seconds) => limits.forEach(({ name }) => pace.block(name, seconds * 1000)));
    if (answer.ok) return { ...answer, scopes };
    const error = answer.error ?? 'unknown_error';
    if (PASSING.has(error)) throw new ProviderUnavailable(`Slack answered ${method} with ${error}. It is tried again.`, { method, error });
    return { kind: 'refused', error, remedy: `${remedyOf(method, error)}${answer.needed === undefined ? '' : ` It needs ${answer.needed}.`}` };
  };
  const sent = (answer: SlackAnswer | SlackRefusal): SlackSent => {
    if ('kind' in answer) return answer;
    if (answer.channel === undefined || answer.ts === undefined) throw new ProviderUnavailable('Slack took a message and did not say where it is.');
    return { kind: 'sent', place: { channel: answer.channel, ts: answer.ts } };
  };
  const done = (answer: SlackAnswer | SlackRefusal): { kind: 'sent' } | SlackRefusal => ('kind' in answer ? answer : { kind: 'sent' });
  const shown = ({ text, blocks }: SlackMessage) => ({ text, ...(blocks === undefined ? {} : { blocks }) });
  return {
    connection: async () => {
      const answer = await call('auth.test', {}, []);
      if ('kind' in answer) return answer;
      if (answer.team_id === undefined) throw new ProviderUnavailable('Slack took the token and did not say which workspace it is of.');
      return { kind: 'connected', team: answer.team_id, teamName: answer.team ?? answer.team_id, user: answer.user ?? '', scopes: answer.scopes };
    },
    post: async (channel, message, thread) => sent(await call('chat.postMessage', { channel, ...shown(message), unfurl_links: false, unfurl_media: false, ...(thread === undefined ? {} : { thread_ts: thread }) }, posting(channel))),
    // Without blocks those that are there would stay.
    update: async (place, message) => sent(await call('chat.update', { ...place, blocks: [], ...shown(message) }, updating(place.ts))),
    whisper: async (channel, user, message) => done(await call('chat.postEphemeral', { channel, user, ...shown(message) }, posting(channel))),
    find: async (channel, blockId, { sinceMs, thread }) => {
      const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
      const answer = await call(method, { channel, limit: HISTORY_MESSAGES, oldest: (sinceMs / 1000).toFixed(6), ...(thread === undefined ? {} : { ts: thread }) }, [tier3(method)]);
      if ('kind' in answer) return LOST_ERRORS.has(answer.error) ? { kind: 'absent' } : answer;
      const found = answer.messages?.find(({ bot_id: bot, blocks }) => bot !== undefined && blocks?.some((block) => block.block_id === blockId) === true);
      return found === undefined ? { kind: 'absent' } : { kind: 'found', place: { channel, ts: found.ts } };
    },
    openView: async (trigger, view) => done(await call('views.open', { trigger_id: trigger, view }, [])),
  };
}

/** @throws ProviderUnavailable when there is no answer of Slack's, or it asks to wait */
async function ask(url: string, bearer: string, input: Readonly<Record<string, unknown>>, wait: (seconds: number) => void): Promise<{ readonly answer: SlackAnswer } & Heard> {
  const method = url.slice(url.lastIndexOf('/') + 1);
  const response = await fetch(url, {
    method: 'POST', redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS), body: JSON.stringify(input),
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json; charset=utf-8' },
  }).catch((cause: unknown) => Promise.reject(new ProviderUnavailable(`Slack did not answer ${method}: ${causeOf(cause)}. It is tried again.`, { method }, { cause })));
  if (response.status === 429) {
    await response.body?.cancel();
    const given = Number(response.headers.get('retry-after'));
    const seconds = Number.isFinite(given) && given > 0 ? given : RETRY_AFTER_SECONDS;
    wait(seconds);
    throw new ProviderUnavailable(`Slack takes no more of ${method} for ${seconds} s. It is tried again then.`, { method, retryAfterSeconds: seconds });
  }
  const parsed = SlackAnswer.safeParse(await bounded(response, method));
  if (!response.ok || !parsed.success) throw new ProviderUnavailable(`Slack answered ${method} with status ${response.status} and nothing that is understood. It is tried again.`, { method, status: response.status });
  return { answer: parsed.data, scopes: scopesIn(response.headers.get('x-oauth-scopes')) };
}

/** What every answer of Slack says beside itself: the scopes of the token. https://docs.slack.dev/authentication/installing-with-oauth */
interface Heard {
  readonly scopes: readonly string[] | null;
}

const scopesIn = (header: string | null): readonly string[] | null => (header === null ? null : header.split(',').map((scope) => scope.trim()).filter((scope) => scope !== ''));

const causeOf = (error: unknown): string => (error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error));

async function bounded(response: Response, method: string): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of response.body ?? []) {
      bytes += part.byteLength;
      if (bytes > ANSWER_BYTES_MAX) throw new ProviderUnavailable(`Slack answered ${method} with more than ${ANSWER_BYTES_MAX} bytes.`, { method });
      parts.push(part);
    }
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof ProviderUnavailable) throw error;
    throw new ProviderUnavailable(`The answer of Slack to ${method} broke off: ${causeOf(error)}. It is tried again.`, { method }, { cause: error });
  }
}
