/** What Slack's Web API answers, as far as it is used. https://docs.slack.dev/apis/web-api */
import * as z from 'zod';

export const SlackAnswer = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  needed: z.string().optional(),
  channel: z.string().optional(),
  team: z.string().optional(),
  team_id: z.string().optional(),
  user: z.string().optional(),
  ts: z.string().optional(),
  messages: z.array(z.object({ ts: z.string(), bot_id: z.string().optional(), blocks: z.array(z.object({ block_id: z.string().optional() })).optional() })).optional(),
});
export type SlackAnswer = z.infer<typeof SlackAnswer>;

/** Slack's passing faults: the same call may succeed later. */
export const PASSING: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org']);

/** The token counts no more: nothing can be posted anywhere until there is another. */
export const TOKEN_ERRORS: ReadonlySet<string> = new Set(['not_connected', 'not_authed', 'invalid_auth', 'account_inactive', 'token_revoked', 'token_expired', 'org_login_required']);

/** The message that should change is not there, or not the app's. */
export const LOST_ERRORS: ReadonlySet<string> = new Set(['message_not_found', 'cant_update_message', 'thread_not_found']);

const RECONNECT = 'Install the app again, and give Slipway its new bot token: docs/slack.md.';
const REMEDIES: Readonly<Record<string, string>> = {
  not_connected: 'Slipway has no bot token. Give it one: docs/slack.md.',
  channel_not_found: 'There is no such channel, or it is private and the app is not in it. Correct the channel under "slack" in environments.yaml, or invite the app there.',
  not_in_channel: 'Invite the app into the channel: /invite @slipway.',
  is_archived: 'The channel is archived. Name another one under "slack" in environments.yaml.',
  missing_scope: 'The app lacks a scope. Compare it with "slipway slack manifest", and install it again.',
  expired_trigger_id: 'Too much time went by before the dialog could be opened. Press it again.',
  message_not_found: 'The message is not there any more.',
  edit_window_closed: 'The workspace lets nobody change messages that are this old.',
};

/** What to do about an error that stays. */
export function remedyOf(method: string, error: string): string {
  return REMEDIES[error] ?? (TOKEN_ERRORS.has(error) ? RECONNECT : `See https://docs.slack.dev/reference/methods/${method}#errors.`);
}
