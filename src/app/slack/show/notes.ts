/** What is said in the thread of a pipeline's message, each once: ends of stages, failures, verdicts, decisions, the way back, alerts. */
import { createHash } from 'node:crypto';
import { clipped, code, context, escaped, section, SLACK_LIMITS } from '../../../contracts/slack/blocks.ts';
import { STAGES } from '../../../contracts/progress/detail.ts';
import { viewOf } from '../../../contracts/progress/view.ts';
import type { SlackMessage } from '../../../ports/slack-messages.ts';
import type { KeptAlert } from '../../alerts.ts';
import type { PipelineDetail } from '../../look.ts';
import { evidenceText, outputText } from './evidence.ts';
import { person, persons, type People } from './people.ts';
import type { Asked } from './question.ts';
import { MARKS, rowText } from './rows.ts';

export interface Note {
  /** The same for the same news. */
  readonly id: string;
  readonly message: SlackMessage;
}

type Part = PipelineDetail['deployments'][number];

/** What the notes below say in more words. */
const SAID_ELSEWHERE: ReadonlySet<string> = new Set(['approval-requested', 'approval-expired', 'approval-voided', 'deployed', 'rolled-back', 'pipeline-failed']);

/** Finds a note in its thread again. */
export const noteBlockId = (id: string): string => `note-${id}`;

const note = (key: string, text: string): Note => {
  const id = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return { id, message: { text: clipped(text, SLACK_LIMITS.text), blocks: [section(text, noteBlockId(id))] } };
};

/** In the order in which such things happen. */
export function threadNotes(detail: PipelineDetail, people: People, alerts: readonly KeptAlert[]): Note[] {
  return [
    ...stageNotes(detail),
    ...detail.deployments.flatMap((part) => [...testNotes(part), ...verdictNotes(part), ...part.approvals.flatMap((asked) => decisionNotes(asked, people)), ...backNotes(part)]),
    ...alerts.filter(({ kind }) => !SAID_ELSEWHERE.has(kind)).map((alert) => note(`alert ${alert.at} ${alert.kind} ${alert.text}`, `${alert.severity === 'info' ? 'ℹ️' : '⚠️'} ${alert.environment === null ? '' : `*${alert.environment}* `}${escaped(alert.text)}`)),
    ...endNotes(detail),
  ];
}

/** A failed stage is told by what made it fail. */
function stageNotes(detail: PipelineDetail): Note[] {
  return viewOf(detail).rows.filter(({ stage, state }) => state === 'passed' && ([...STAGES, 'build'] as string[]).includes(stage)).map((row) => {
    const text = rowText(row);
    return note(`stage ${row.environment ?? ''} ${row.stage}`, `${MARKS.passed} ${row.stage}${row.environment === null ? '' : ` in ${row.environment}`} passed${text === '' ? '' : ` · ${text}`}`);
  });
}

const testNotes = ({ deployment, tests }: Part): Note[] => tests.filter(({ outcome }) => outcome === 'failed')
  .map(({ name, seconds, attempts, detail }) => note(`test ${deployment.id} ${name}`, `${MARKS.failed} *${escaped(name)}* failed in ${deployment.environment} after ${Math.round(seconds * 10) / 10} s${attempts > 1 ? ` and ${attempts} attempts` : ''}${outputText(detail)}`));

function verdictNotes({ deployment }: Part): Note[] {
  return deployment.holds.flatMap(({ stage, batch, verdict, parallelRun }) => {
    const where = `${stage === 'watch' ? 'the watch' : `${stage}, batch ${batch + 1}`} in ${deployment.environment}`;
    const key = `verdict ${deployment.id} ${stage} ${batch}`;
    if (parallelRun !== undefined) return parallelRun.verdict.kind === 'unclear' ? [] : [note(`${key} ${parallelRun.verdict.kind}`, `*${parallelRun.verdict.kind}* at ${where}: ${escaped(parallelRun.verdict.reason)}`)];
    return verdict === null || verdict.kind === 'continue' ? [] : [note(`${key} ${verdict.kind}`, `*${verdict.kind}* at ${where}: ${escaped(verdict.reason)}\n${evidenceText(verdict)}`)];
  });
}

function decisionNotes({ id, subject, rule, decisions, status }: Asked, people: People): Note[] {
  const asked = note(`asked ${id}`, `🔔 ${escaped(subject.question)} ${persons(people, rule.approvers)}`);
  const said = decisions.map(({ by, decision, comment }) => note(`decision ${id} ${by} ${decision}`, `${decision === 'approve' ? '👍' : '👎'} ${person(people, by)} said *${decision}*${comment === '' ? '' : `: ${escaped(comment)}`} · plan ${code(subject.planHash.slice(0, 12))}`));
  switch (status.kind) {
    case 'voided': return [asked, ...said, note(`voided ${id}`, `🚫 The question is void: ${escaped(status.reason)}`)];
    case 'expired': return [asked, ...said, note(`expired ${id}`, `⌛ Nobody decided in time, which means ${status.taken}.`)];
    case 'approved':
    case 'rejected':
    case 'waiting': return [asked, ...said];
  }
}

function backNotes({ deployment: { id, environment, plan, status } }: Part): Note[] {
  if (status.kind !== 'rolling-back' && status.kind !== 'rolled-back') return [];
  const began = note(`back ${id}`, `⏪ ${environment} goes back${plan.stable === null ? '' : ` to ${code(plan.stable)}`}: *${escaped(status.error)}* ${escaped(status.reason)}`);
  return status.kind === 'rolled-back' ? [began, note(`is back ${id}`, `⏪ ${environment} is back${plan.stable === null ? ': nothing of it is left' : ` at ${code(plan.stable)}`}.`)] : [began];
}

function endNotes({ pipeline: { id, status } }: PipelineDetail): Note[] {
  switch (status.kind) {
    case 'running': return [];
    case 'succeeded': return [note(`over ${id}`, '✅ It serves all traffic.')];
    case 'failed': return [note(`over ${id}`, `❌ *${escaped(status.error)}* ${escaped(status.reason)}`)];
    case 'superseded': return [note(`over ${id}`, `⏭️ ${code(status.by)} has taken its place.`)];
    case 'cancelled': return [note(`over ${id}`, `🚫 ${escaped(status.by)} cancelled it${status.why === '' ? '' : `: ${escaped(status.why)}`}.`)];
  }
}

/** Many at once, as after a while without Slack, are one message: nobody reads thirty. */
export function joined(notes: readonly Note[]): SlackMessage {
  const [only] = notes;
  if (only !== undefined && notes.length === 1) return only.message;
  const blocks = notes.slice(0, SLACK_LIMITS.blocks - 1).map(({ id, message }) => section(clipped(message.text, JOINED_CHARACTERS), noteBlockId(id)));
  return { text: notes.map(({ message }) => message.text.split('\n')[0] ?? '').join('\n').slice(0, SLACK_LIMITS.fallback), blocks: [...blocks, ...(notes.length > blocks.length ? [context([`and ${notes.length - blocks.length} more`])] : [])] };
}

/** So that a message of many stays under what Slack takes. */
const JOINED_CHARACTERS = 800;
