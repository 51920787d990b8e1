/** Looks whether the Slack app is connected, and says what is missing. It posts nothing. */
import { SLACK_SCOPES } from '../../contracts/slack/app-manifest.ts';
import type { SlackCheck } from '../../contracts/api/slack.ts';
import { SSL_CHECK_BODY } from '../../contracts/slack/requests.ts';
import type { Environments } from '../../domain/environment.ts';
import { SlipwayError } from '../../domain/errors.ts';
import { signSlack } from '../../domain/signature.ts';
import type { Ports } from '../../ports/index.ts';
import type { SlackConnection } from '../../ports/slack-messages.ts';
import { lastHeard } from './heard.ts';

export type ConnectNeeds = Pick<Ports, 'store' | 'clock' | 'environments' | 'webhookSecrets' | 'slackMessages' | 'senders'>;

const ok = (check: string, said: string): SlackCheck => ({ check, outcome: 'ok', said, remedy: null });
const missing = (check: string, said: string, remedy: string): SlackCheck => ({ check, outcome: 'missing', said, remedy });
const unknown = (check: string, said: string, remedy: string): SlackCheck => ({ check, outcome: 'unknown', said, remedy });

/** @param url where Slack reaches the control plane, over https; null: that is not looked at */
export const checkSlack = (needs: ConnectNeeds) => async (url: string | null): Promise<readonly SlackCheck[]> => {
  const { slack } = await needs.environments.read();
  const connection = await needs.slackMessages.connection().catch(passing);
  const token: readonly SlackCheck[] = connection.kind === 'refused' ? [missing('token', `Slack does not take the bot token: ${connection.error}.`, connection.remedy)]
    : connection.kind === 'away' ? [unknown('token', connection.why, 'Try again.')] : [ok('token', `The bot token is of ${connection.user || 'the app'} in ${connection.teamName}.`), scopes(connection), workspace(connection, slack)];
  return [...token, ...(connection.kind === 'connected' ? await channels(needs, slack) : []), await secretForm(needs), await requestUrl(needs, url), await heard(needs)];
};

type Away = { readonly kind: 'away'; readonly why: string };

/** What may pass is no finding. */
function passing(error: unknown): Away {
  if (error instanceof SlipwayError && error.name === 'ProviderUnavailable') return { kind: 'away', why: error.message };
  throw error;
}

function scopes({ scopes: given }: SlackConnection): SlackCheck {
  if (given === null) return unknown('scopes', 'Slack did not say which scopes the token has.', 'Compare them with "slipway slack manifest".');
  const lacking = SLACK_SCOPES.filter((scope) => !given.includes(scope));
  if (lacking.length === 0) return ok('scopes', `The token has what is needed: ${SLACK_SCOPES.join(', ')}.`);
  return missing('scopes', `The token lacks ${lacking.join(', ')}.`, 'Add it under OAuth & Permissions (or take "slipway slack manifest" anew), install the app again, and give Slipway the new token.');
}

function workspace({ team, teamName }: SlackConnection, settings: Environments['slack']): SlackCheck {
  if (settings === undefined) return missing('workspace', 'environments.yaml has no "slack": no workspace is listened to.', `Write there: slack: { workspace: ${team} }`);
  if (settings.workspace === team) return ok('workspace', `${teamName} (${team}) is the one that is listened to.`);
  return missing('workspace', `The token is of ${teamName} (${team}), and environments.yaml listens to ${settings.workspace}.`, `Take the token of that workspace, or write under "slack": workspace: ${team}`);
}

/** Each by reading nothing from it: what may be read may be written to, as the app is in it. */
async function channels({ slackMessages, clock }: ConnectNeeds, settings: Environments['slack']): Promise<SlackCheck[]> {
  if (settings === undefined) return [];
  const named = [...new Set([settings.channel, ...Object.values(settings.teams), ...Object.values(settings.services)].filter((channel) => channel !== undefined))];
  if (named.length === 0) return [unknown('channel', 'No channel is named, so nothing is posted.', 'Write under "slack" in environments.yaml: channel: C...')];
  return Promise.all(named.map(async (channel) => {
    const found = await slackMessages.find(channel, 'slipway-connect', { sinceMs: clock.now() }).catch(passing);
    if (found.kind === 'away') return unknown(`channel ${channel}`, found.why, 'Try again.');
    return found.kind === 'refused' ? missing(`channel ${channel}`, `Slack does not let the app in: ${found.error}.`, found.remedy) : ok(`channel ${channel}`, 'The app is in it.');
  }));
}

const SIGNING_SECRET = /^[0-9a-f]{32}$/;

async function secretForm({ webhookSecrets }: ConnectNeeds): Promise<SlackCheck> {
  const remedy = 'Copy the Signing Secret of the app (Basic Information, App Credentials) to where docs/slack.md says.';
  const secret = await webhookSecrets.slack().catch((error: unknown) => {
    if (error instanceof SlipwayError && error.name === 'NotFound') return null;
    throw error;
  });
  if (secret === null) return missing('signing secret', 'There is none.', remedy);
  if (SIGNING_SECRET.test(secret)) return ok('signing secret', 'It has the form of one of Slack. Whether it is this app\'s shows when Slack is heard.');
  return missing('signing secret', 'It has not the form of one of Slack, which is 32 hexadecimal digits: it may be the random value of the first start.', remedy);
}

/** What is not signed must be refused there, and what is must be taken: then it is this control plane, and bodies come as they were sent. */
async function requestUrl(needs: ConnectNeeds, url: string | null): Promise<SlackCheck> {
  const check = 'request URL';
  if (url === null) return unknown(check, 'It was not looked at.', 'Say where Slack reaches the control plane: slipway slack connect --public-url https://...');
  const [timestamp, body] = [String(Math.floor(needs.clock.now() / 1000)), SSL_CHECK_BODY];
  const send = (signature: string) => needs.senders.post({ url: `${url}/slack`, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }, body });
  try {
    const refused = await send(`v0=${'0'.repeat(64)}`);
    if (refused.status !== 401) return missing(check, `${url}/slack answered ${refused.status} to a request that nobody signed, where Slipway answers 401.`, 'Have your proxy hand POST /slack to the control plane as it is.');
    const taken = await send(signSlack(await needs.webhookSecrets.slack(), Buffer.from(body), timestamp));
    if (taken.status !== 200) return missing(check, `${url}/slack answered ${taken.status} to a request that was signed with the signing secret.`, 'See that it is this control plane that answers there, and that your proxy changes neither body nor headers.');
    return ok(check, `${url}/slack is this control plane, as seen from itself.`);
  } catch (error) {
    if (error instanceof SlipwayError) return missing(check, error.message, 'See that the name resolves, and that the address is open to Slack over https.');
    throw error;
  }
}

async function heard(needs: ConnectNeeds): Promise<SlackCheck> {
  const at = await lastHeard(needs);
  if (at === null) return unknown('heard', 'Slack was never heard: no request of it has come that the signing secret fits.', 'Type /slipway help in Slack. If it fails there, the secret or the request URL of the app is another one.');
  return ok('heard', `Slack was last heard at ${new Date(at).toISOString()}, and its signature held.`);
}
