/** Carries out one request of Slack, as the member who sent it. */
import type { SlackRequest } from '../../contracts/slack/requests.ts';
import { escaped } from '../../contracts/slack/blocks.ts';
import { SlipwayError } from '../../domain/errors.ts';
import type { Ports } from '../../ports/index.ts';
import type { SlackMessage } from '../../ports/slack-messages.ts';
import { CHANGING, commandOf, HELP, type SlackVerb } from './commands.ts';
import { askWhy, decideByCommand, decideShown, type DecisionNeeds } from './decisions.ts';
import { historyAnswer, mayLook, pendingAnswer, statusAnswer } from './look-commands.ts';
import { linkAnswer } from './link-member.ts';
import { identityOf } from './member.ts';
import { steerAnswer, type SteerNeeds } from './steer-commands.ts';

export type ActNeeds = DecisionNeeds & SteerNeeds & Pick<Ports, 'slackMessages' | 'ids'>;

/** What is said, and to whom: a change to the channel, all else to whoever asked. */
export interface Said extends SlackMessage {
  readonly to: 'channel' | 'member';
}

/** Refusals are answered in words. Null: there is nothing to say. @throws ProviderUnavailable and what is nobody's mistake */
export async function actOn(needs: ActNeeds, request: SlackRequest): Promise<Said | null> {
  try {
    return await act(needs, request);
  } catch (error) {
    if (error instanceof SlipwayError && error.retry === 'final') return { to: 'member', text: escaped(error.message) };
    throw error;
  }
}

/** Whether doing it a second time could do something else. */
export function isChanging(request: SlackRequest): boolean {
  if (request.kind !== 'command') return request.kind === 'rejection' || request.decision === 'approve';
  try {
    return CHANGING.has(commandOf(request.text).verb);
  } catch {
    return false;
  }
}

async function act(needs: ActNeeds, request: SlackRequest): Promise<Said | null> {
  if (request.kind === 'command') return command(needs, request);
  const by = await identityOf(needs, request.user);
  if (request.kind === 'rejection') return toChannel(await decideShown(needs, by, 'reject', request.question, request.why));
  if (request.decision === 'approve') return toChannel(await decideShown(needs, by, 'approve', request.question, ''));
  const refused = await askWhy(needs, by, request);
  return refused === null ? null : toMember(refused);
}

async function command(needs: ActNeeds, request: SlackRequest & { kind: 'command' }): Promise<Said> {
  const { verb, words } = commandOf(request.text);
  if (verb === 'help') return toMember({ text: HELP });
  if (verb === 'link') return toMember(await linkAnswer(needs, request.user, words));
  const by = await identityOf(needs, request.user);
  if (!CHANGING.has(verb)) await mayLook(needs, by);
  const answer = await answerTo(needs, verb, by, words);
  return CHANGING.has(verb) ? toChannel(answer) : toMember(answer);
}

function answerTo(needs: ActNeeds, verb: Exclude<SlackVerb, 'help' | 'link'>, by: Awaited<ReturnType<typeof identityOf>>, words: readonly string[]): Promise<SlackMessage> {
  switch (verb) {
    case 'status': return statusAnswer(needs, by, words);
    case 'pending': return pendingAnswer(needs, by, words);
    case 'history': return historyAnswer(needs, by, words);
    case 'approve':
    case 'reject': return decideByCommand(needs, by, verb, words);
    case 'promote':
    case 'rollback':
    case 'pause':
    case 'resume': return steerAnswer(needs, by, verb, words);
  }
}

const toChannel = (message: SlackMessage): Said => ({ ...message, to: 'channel' });
const toMember = (message: SlackMessage): Said => ({ ...message, to: 'member' });
