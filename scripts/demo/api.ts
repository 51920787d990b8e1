/** Slipway as its users reach it: the HTTP API with the token of this installation, and Slack's signed commands. */
import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { signSlack } from '../../src/domain/signature.ts';
import type { Home } from '../../src/main/home.ts';
import { WORKSPACE, type Workspace } from './workspace.ts';

const ANSWER_WITHIN_MS = 30_000;

export interface Api {
  /** @throws TypeError while nobody answers; Error with the API's own words for a refusal */
  get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>>;
  post(path: string, body: unknown): Promise<unknown>;
  /** What Slack sends when this member types `/slipway <text>`. */
  slash(member: string, text: string): Promise<string>;
}

const secretIn = (path: string): string => readFileSync(path, 'utf8').trim();

export function apiOf(home: Home, slack: Workspace): Api {
  const call = async (method: string, path: string, headers: Record<string, string>, body?: string): Promise<unknown> => {
    const response = await fetch(`${secretIn(home.address)}${path}`, { method, headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 500)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const known = () => ({ authorization: `Bearer ${secretIn(home.token)}`, 'content-type': 'application/json' });
  return {
    get: async (path, schema) => schema.parse(await call('GET', path, known())),
    post: (path, body) => call('POST', path, known(), JSON.stringify(body)),
    slash: async (member, text) => {
      const { url, answered } = slack.expectAnswer();
      const body = new URLSearchParams({ command: '/slipway', text, user_id: member, team_id: WORKSPACE, channel_id: 'C0DEMO', response_url: url, trigger_id: url }).toString();
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = signSlack(secretIn(home.slackSecret), Buffer.from(body), timestamp);
      await call('POST', '/slack', { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }, body);
      return answered;
    },
  };
}

/** Undefined while nobody answers, which is what happens when the control plane was killed. */
export async function unlessAway<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TypeError || (error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT')) return undefined;
    throw error;
  }
}
