/** Answers Slack's buttons over HTTPS. */
import { ProviderUnavailable } from '../../domain/errors.ts';
import type { SlackReplies } from '../../ports/slack-replies.ts';

const TIMEOUT_MS = 5000;

export const createSlackReplies = (): SlackReplies => ({
  async send(url, answer) {
    try {
      const response = await fetch(url, { method: 'POST', redirect: 'error', headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer), signal: AbortSignal.timeout(TIMEOUT_MS) });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered with status ${response.status}`);
    } catch (cause) {
      throw new ProviderUnavailable(`Slack did not take the answer: ${cause instanceof Error ? cause.message : String(cause)}. What was decided stands.`, {}, { cause });
    }
  },
});
