/** Answers Slack: the slash command `/slipway ...` and the buttons of an approval. */
import { Forbidden, InvalidInput, NotFound, SlipwayError, Unauthenticated } from '../domain/errors.ts';
import { Identity, ServiceName, type EnvironmentName } from '../domain/ids.ts';
import { SLACK_TIMESTAMP_TOLERANCE_SECONDS, slackSignatureHolds, timestampIsFresh } from '../domain/signature.ts';
import { parseSlackBody, questionBlocks, type SlackAction, type SlackBlock } from '../contracts/slack.ts';
import type { Ports } from '../ports/index.ts';
import { decide, pendingApprovals } from './decide.ts';
import { services, status, type ServiceStatus } from './look.ts';
import type { CommitNeeds } from './state/commit.ts';

export interface SlackRequest {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Uint8Array;
}

/** Shown to the person alone unless it is said to the channel. https://docs.slack.dev/interactivity/implementing-slash-commands */
export interface SlackAnswer {
  readonly response_type: 'ephemeral' | 'in_channel';
  readonly text: string;
  readonly blocks?: readonly SlackBlock[];
}

type SlackNeeds = CommitNeeds & Pick<Ports, 'webhookSecrets' | 'environments' | 'slackReplies'>;

/** A message has 50 blocks at most, and each takes two. */
const PENDING_MAXIMUM = 20;

const HELP = 'Use: /slipway status [service] | pending | approve <service> [environment] [comment] | reject <service> [environment] [comment] | help';

/** What is refused is answered in words, as Slack shows no status code to a person. @throws Unauthenticated */
export const answerSlack = (needs: SlackNeeds) => async (request: SlackRequest): Promise<SlackAnswer> => {
  if (!timestampIsFresh(request.timestamp, needs.clock.now())) throw new Unauthenticated(`The timestamp is missing or more than ${SLACK_TIMESTAMP_TOLERANCE_SECONDS} s away. Check the clocks.`);
  if (!slackSignatureHolds(await needs.webhookSecrets.slack(), request.body, request.timestamp, request.signature)) throw new Unauthenticated('The signature does not fit. Check the signing secret of the Slack app.');
  const action = read(request.body);
  if ('text' in action) return action;
  const answer = await inWords(() => act(needs, action));
  // Slack shows the response to a slash command, but takes the answer to a button elsewhere; what was decided stands without it.
  if (action.replyTo !== undefined) await needs.slackReplies.send(action.replyTo, { ...answer, replace_original: false }).catch(() => undefined);
  return answer;
};

function read(body: Uint8Array): SlackAction | SlackAnswer {
  try {
    return parseSlackBody(body);
  } catch (error) {
    if (error instanceof InvalidInput) return { response_type: 'ephemeral', text: error.message };
    throw error;
  }
}

async function inWords(run: () => Promise<SlackAnswer>): Promise<SlackAnswer> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof SlipwayError && error.retry === 'final') return { response_type: 'ephemeral', text: error.message };
    throw error;
  }
}

async function act(needs: SlackNeeds, action: SlackAction): Promise<SlackAnswer> {
  switch (action.verb) {
    case 'approve':
    case 'reject': {
      const by = await identityOf(needs, action.user);
      const approval = await decide(needs)({
        service: parse(ServiceName, action.words[0], 'service'), decision: action.verb, by, binding: action.binding,
        ...environmentAndComment(await environmentNames(needs), action.words.slice(1)),
      });
      const count = approval.status.kind === 'waiting' ? ` (${approval.decisions.length} of ${approval.rule.count})` : '';
      return { response_type: 'in_channel', text: `${by} ${action.verb === 'approve' ? 'approved' : 'rejected'} ${approval.subject.service} ${approval.subject.version} for ${approval.subject.environment}${count}: ${approval.subject.digest.slice(0, 19)}, plan ${approval.subject.planHash.slice(0, 12)}, request ${approval.binding}.` };
    }
    case 'pending':
      return pending(needs);
    case 'status':
      return { response_type: 'ephemeral', text: await statusText(needs, action.words[0]) };
    case 'help':
      return { response_type: 'ephemeral', text: HELP };
  }
}

async function identityOf(needs: Pick<Ports, 'environments'>, slackUser: string): Promise<Identity> {
  const { people } = await needs.environments.read();
  const person = people.find((known) => known.slack === slackUser);
  if (person === undefined) throw new Forbidden(`The Slack member ${slackUser} is nobody here. Add them under "people" in environments.yaml.`);
  return Identity.parse(person.name);
}

const environmentNames = async (needs: Pick<Ports, 'environments'>) => (await needs.environments.read()).environments.map((environment) => environment.name);

function environmentAndComment(names: readonly EnvironmentName[], words: readonly string[]): { environment?: EnvironmentName; comment: string } {
  const environment = names.find((name) => name === words[0]);
  return environment === undefined ? { comment: words.join(' ').slice(0, 1000) } : { environment, comment: words.slice(1).join(' ').slice(0, 1000) };
}

function parse<T>(schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new InvalidInput(`Which ${what}? ${HELP}`);
  return parsed.data;
}

/** What waits, each with its buttons; as many as one message may have blocks for. */
async function pending(needs: SlackNeeds): Promise<SlackAnswer> {
  const waiting = (await pendingApprovals(needs)).map(({ approval }) => approval.value).slice(0, PENDING_MAXIMUM);
  if (waiting.length === 0) return { response_type: 'ephemeral', text: 'Nothing waits for a decision.' };
  const line = ({ subject, binding, expiresAt }: (typeof waiting)[number]) =>
    `${subject.service} ${subject.version} in ${subject.environment}: ${subject.question} ${subject.digest.slice(0, 19)}, plan ${subject.planHash.slice(0, 12)} (request ${binding}, until ${new Date(expiresAt).toISOString()})`;
  return {
    response_type: 'ephemeral', text: waiting.map(line).join('\n'),
    blocks: waiting.flatMap((approval) => questionBlocks(line(approval), { service: approval.subject.service, environment: approval.subject.environment, binding: approval.binding })),
  };
}

async function statusText(needs: SlackNeeds, name: string | undefined): Promise<string> {
  const known = (await services(needs)()).filter((service) => name === undefined || service.name === name);
  if (known.length === 0) throw new NotFound(name === undefined ? 'No service is registered yet.' : `There is no service "${name}".`);
  return (await Promise.all(known.slice(0, 20).map((service) => status(needs)(service)))).map(statusLine).join('\n');
}

function statusLine(found: ServiceStatus): string {
  const places = found.places.filter((place) => place.desired !== null).map((place) => {
    const stable = place.desired?.stable;
    const version = stable == null ? 'nothing' : place.desired?.revisions[stable]?.spec.version ?? '?';
    const healthy = place.observed?.instances.filter((instance) => instance.health === 'healthy').length ?? 0;
    return `${place.environment}: ${version}, ${healthy} healthy${place.desired?.deployment == null ? '' : `, ${place.desired.deployment} at work`}`;
  });
  return `${found.service.name}: ${places.join('; ') || 'not deployed yet'}`;
}
