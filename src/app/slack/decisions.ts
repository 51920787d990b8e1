/** Decisions in Slack, by command, button and dialog: bound to what was shown, by the request's rule and by roles. */
import { clipped, code, escaped } from '../../contracts/slack/blocks.ts';
import type { Question } from '../../contracts/slack/requests.ts';
import type { Approval } from '../../domain/approval.ts';
import { NotFound } from '../../domain/errors.ts';
import type { Identity } from '../../domain/ids.ts';
import type { Ports } from '../../ports/index.ts';
import type { SlackMessage } from '../../ports/slack-messages.ts';
import { authorize, placeOfDecision } from '../authorize.ts';
import { decide, pendingApprovals, type DecideInput } from '../decide.ts';
import type { CommitNeeds } from '../state/commit.ts';
import { environmentFirst, serviceNamed } from './member.ts';
import { rejectionDialog } from './show/dialog.ts';

export type DecisionNeeds = CommitNeeds & Pick<Ports, 'environments'>;

const COMMENT_CHARACTERS = 1000;

/** What waits when the command arrives: its answer says what that was. */
export async function decideByCommand(needs: DecisionNeeds, by: Identity, decision: 'approve' | 'reject', words: readonly string[]): Promise<SlackMessage> {
  const [word, ...others] = words;
  const { name: service } = await serviceNamed(needs, by, word);
  const { environment, rest } = await environmentFirst(needs, others);
  return decided(needs, { service, environment, decision, by, comment: rest.join(' ').slice(0, COMMENT_CHARACTERS) });
}

/** Exactly what the button or dialog was shown with. */
export const decideShown = (needs: DecisionNeeds, by: Identity, decision: 'approve' | 'reject', question: Question, comment: string): Promise<SlackMessage> =>
  decided(needs, { ...question, decision, by, comment: comment.slice(0, COMMENT_CHARACTERS) });

async function decided(needs: DecisionNeeds, input: DecideInput): Promise<SlackMessage> {
  await authorize(needs)(input.by, 'decide', await placeOfDecision(needs, input.service, input.environment));
  return { text: sentence(await decide(needs)(input), input) };
}

function sentence({ subject, status, decisions, rule, binding }: Approval, { by, decision, comment }: DecideInput): string {
  const count = status.kind === 'waiting' ? ` (${decisions.length} of ${rule.count})` : '';
  const said = comment === '' ? '' : ` "${clipped(escaped(comment), COMMENT_CHARACTERS)}"`;
  return `${by} ${decision === 'approve' ? 'approved' : 'rejected'} ${subject.service} ${escaped(subject.version)} for ${subject.environment}${count}: ${code(subject.digest.slice(0, 19))}, plan ${code(subject.planHash.slice(0, 12))}, request ${code(binding)}.${said}`;
}

export interface Pressed {
  readonly question: Question;
  readonly trigger: string;
  readonly channel: string | null;
  readonly replyTo: string | null;
}

/** Opens the dialog that asks for the reason. Null: it is open, and what it says comes as a request of its own. @throws NotFound */
export async function askWhy(needs: DecisionNeeds & Pick<Ports, 'slackMessages'>, by: Identity, { question, trigger, channel, replyTo }: Pressed): Promise<SlackMessage | null> {
  await authorize(needs)(by, 'decide', await placeOfDecision(needs, question.service, question.environment));
  const asked = (await pendingApprovals(needs, question.service, question.environment)).find(({ approval }) => approval.value.binding === question.binding)?.approval.value;
  if (asked === undefined) throw new NotFound(`What ${question.binding} showed does not wait any more. See "slipway history" for what became of it.`);
  const opened = await needs.slackMessages.openView(trigger, rejectionDialog(asked, { channel, replyTo }));
  if (opened.kind === 'sent') return null;
  return { text: `The dialog could not be opened (${opened.error}). ${opened.remedy} Or say it in a command: ${code(`/slipway reject ${question.service} ${question.environment} REASON`)}` };
}
