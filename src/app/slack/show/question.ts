/** A question with all that a decision on it is bound to, and its buttons. */
import { actions, clipped, code, confirmation, context, escaped, link, plain, section, SLACK_LIMITS, time, type Button, type SlackBlock } from '../../../contracts/slack/blocks.ts';
import type { Question } from '../../../contracts/slack/requests.ts';
import type { Approval } from '../../../domain/approval.ts';
import { evidenceInShort, frozenText } from './evidence.ts';
import { person, persons, type People } from './people.ts';

export type Asked = Omit<Approval, 'token'>;

const short = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);
const questionOf = ({ subject, binding }: Asked): Question => ({ service: subject.service, environment: subject.environment, binding });

/** Six blocks at most. */
export function questionBlocks(asked: Asked, people: People): SlackBlock[] {
  const { subject, binding } = asked;
  return [
    section(`🔔 *${escaped(subject.question)}*${subject.url === null ? '' : `\nTry it: ${link(subject.url, subject.url)}`}`, `question-${binding}`),
    ...(subject.checklist.length === 0 ? [] : [section(subject.checklist.map((item) => `☐ ${escaped(item)}`).join('\n'))]),
    section(frozenText(subject.evidence)),
    context([whoText(asked, people)]),
    context([`${escaped(subject.version)} · artifact ${code(short(subject.digest))} · plan ${code(subject.planHash.slice(0, 12))} · request ${code(binding)}`]),
    actions(buttons(asked), `decide-${binding}`),
  ];
}

function whoText({ rule, author, expiresAt, decisions }: Asked, people: People): string {
  const others = author === null || rule.authorMayApprove ? '' : `, not ${person(people, author)} who wrote it`;
  const said = decisions.map(({ by, decision }) => `${person(people, by)} said ${decision}`);
  return [`*Who may decide:* ${rule.count} of ${persons(people, rule.approvers) || 'nobody: name approvers in slipway.yaml or environments.yaml'}${others}`, `until ${time(expiresAt, '{date_short_pretty} {time}')}, then ${rule.onTimeout}`, ...said].join(' · ');
}

/** Each carries what it was shown with; a decision for anything else is refused. */
function buttons(asked: Asked): Button[] {
  const value = JSON.stringify(questionOf(asked));
  const { subject, binding } = asked;
  const bound = `${subject.service} ${clipped(subject.version, 40)} in ${subject.environment}. Artifact ${short(subject.digest)}, plan ${subject.planHash.slice(0, 12)}, request ${binding}. `;
  const listed = subject.checklist.length === 0 ? '' : ` You have checked all ${subject.checklist.length} points.`;
  return [
    { type: 'button', action_id: 'approve', style: 'primary', text: plain('Approve', SLACK_LIMITS.buttonText), value, confirm: confirmation('Approve this?', `${bound}${evidenceInShort(subject.evidence)}${listed}`, 'Approve', 'primary') },
    { type: 'button', action_id: 'reject', style: 'danger', text: plain('Reject…', SLACK_LIMITS.buttonText), value },
  ];
}
