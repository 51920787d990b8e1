/** The dialog that asks for the reason of a rejection, with what is rejected in view. */
import { clipped, code, context, escaped, plain, section, SLACK_LIMITS, type SlackView } from '../../../contracts/slack/blocks.ts';
import { WHY, type DialogMemory } from '../../../contracts/slack/requests.ts';
import { frozenText } from './evidence.ts';
import type { Asked } from './question.ts';

/** A decision's comment has at most so many. */
const WHY_CHARACTERS = 1000;

export const rejectionDialog = (asked: Asked, from: Omit<DialogMemory, 'question'>): SlackView => ({
  type: 'modal', callback_id: 'reject',
  private_metadata: JSON.stringify({ question: { service: asked.subject.service, environment: asked.subject.environment, binding: asked.binding }, ...from } satisfies DialogMemory),
  title: plain(clipped(`Reject ${asked.subject.service}`, SLACK_LIMITS.viewTitle), SLACK_LIMITS.viewTitle), submit: plain('Reject', SLACK_LIMITS.viewLabel), close: plain('Back', SLACK_LIMITS.viewLabel),
  blocks: [
    section(`*${escaped(asked.subject.question)}*\n${frozenText(asked.subject.evidence)}`),
    context([`${escaped(asked.subject.version)} in ${asked.subject.environment} · plan ${code(asked.subject.planHash.slice(0, 12))} · request ${code(asked.binding)}`]),
    { type: 'input', block_id: WHY, label: plain('Why?', SLACK_LIMITS.inputLabel), optional: false, element: { type: 'plain_text_input', action_id: WHY, multiline: true, max_length: WHY_CHARACTERS, placeholder: plain('The author and the audit will read it', SLACK_LIMITS.placeholder) } },
  ],
});
