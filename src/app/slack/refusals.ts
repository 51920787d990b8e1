/** What Slack refuses for good is an alert, once a day, and stalls nobody else. */
import { TOKEN_ERRORS } from '../../contracts/slack/web-api.ts';
import type { Ports } from '../../ports/index.ts';
import type { SlackRefusal } from '../../ports/slack-messages.ts';
import { alerting, commit, type CommitNeeds } from '../state/commit.ts';
import { creating } from '../state/documents.ts';
import { alertedKey } from '../state/keys.ts';

const DAY_MS = 86_400_000;

/** A token that counts no more is the same trouble in every channel. */
export async function tellRefusal(needs: CommitNeeds & Pick<Ports, 'store' | 'clock'>, { error, remedy }: SlackRefusal, about: { readonly channel: string; readonly service: string }): Promise<void> {
  const isToken = TOKEN_ERRORS.has(error);
  const now = needs.clock.now();
  const key = alertedKey(`slack#${isToken ? 'token' : about.channel}#${error}#${Math.floor(now / DAY_MS)}`);
  if ((await needs.store.get(key)) !== undefined) return;
  const what = isToken ? 'Slack takes no messages of Slipway' : `Slack does not take messages for the channel ${about.channel}`;
  await commit(needs, [creating(key, { at: now }, Math.floor((now + 2 * DAY_MS) / 1000))], [alerting('warning', 'slack-refused', { service: isToken ? null : about.service, environment: null }, `${what} (${error}). ${remedy}`)]);
}
