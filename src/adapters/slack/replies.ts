/** Answers Slack's commands and buttons over HTTPS. */
import { ProviderUnavailable } from '../../domain/errors.ts';
import type { SlackReplies } from '../../ports/slack-replies.ts';

const TIMEOUT_MS = 5000;
const URL_CHARACTERS_MAX = 1000;

/** Of a stand-in everything is at its own address. */
const prefixOf = (origin: string): string => (origin.startsWith('https://') ? `${origin.replace('https://', 'https://hooks.')}/` : `${origin}/`);

/** @param origin where Slack is, such as `https://slack.com`: its answers go to `https://hooks.slack.com/` only */
export const createSlackReplies = ({ origin }: { readonly origin: string }): SlackReplies => {
  const takes = (url: string): boolean => url.length <= URL_CHARACTERS_MAX && url.startsWith(prefixOf(origin)) && /^[\x21-\x7e]+$/.test(url);
  return {
    takes,
    async send(url, answer) {
      if (!takes(url)) throw new TypeError('an answer goes to Slack only');
      const response = await fetch(url, { method: 'POST', redirect: 'error', headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer), signal: AbortSignal.timeout(TIMEOUT_MS) })
        .catch((cause: unknown) => Promise.reject(new ProviderUnavailable(`Slack did not take the answer: ${cause instanceof Error ? cause.message : String(cause)}. What was done stands.`, {}, { cause })));
      await response.body?.cancel();
      if (response.ok) return 'sent';
      if (response.status === 404 || response.status === 403) return 'gone';
      throw new ProviderUnavailable(`Slack did not take the answer: it answered with status ${response.status}. What was done stands.`, { status: response.status });
    },
  };
};
