/** The one message of a pipeline: progress, traffic, evidence, questions. Made from what is stored alone, so the same state is the same message. */
import { clipped, code, codeBlock, context, escaped, header, link, section, SLACK_LIMITS, type SlackBlock } from '../../../contracts/slack/blocks.ts';
import type { Row } from '../../../contracts/progress/row.ts';
import { viewOf } from '../../../contracts/progress/view.ts';
import { span } from '../../../contracts/text/time.ts';
import { pipelineUrl } from '../../../domain/host-facts.ts';
import type { Pipeline } from '../../../domain/pipeline.ts';
import type { SlackMessage } from '../../../ports/slack-messages.ts';
import type { PipelineDetail } from '../../look.ts';
import { trafficChart, type TrafficRow } from './chart.ts';
import { evidenceText } from './evidence.ts';
import { person, type People } from './people.ts';
import { questionBlocks } from './question.ts';
import { rowLines } from './rows.ts';

type Part = PipelineDetail['deployments'][number];

/** With six blocks each they stay far under a message's fifty. */
const QUESTIONS_MAX = 6;
const PARTS_MAX = 4;

/** Names the message in its channel. */
export const messageBlockId = (pipeline: string): string => `slipway-${pipeline}`;

/** @param publicUrl where the console is; null: nothing leads there */
export function pipelineMessage(detail: PipelineDetail, people: People, publicUrl: string | null): SlackMessage {
  const { pipeline, deployments } = detail;
  const { rows } = viewOf(detail);
  const questions = deployments.flatMap(({ approvals }) => approvals.filter(({ status }) => status.kind === 'waiting')).slice(0, QUESTIONS_MAX);
  const now = nowText(pipeline, rows);
  const blocks: SlackBlock[] = [
    header(`${markOf(pipeline, questions.length > 0)} ${pipeline.service} ${pipeline.version}`, messageBlockId(pipeline.id)),
    section(`*${now}*`),
    section(lines(rowLines(rows))),
    ...deployments.filter(isAtWork).slice(0, PARTS_MAX).flatMap(partBlocks),
    ...questions.flatMap((asked) => questionBlocks(asked, people)),
    context([aboutText(pipeline, people, pipelineUrl(publicUrl, pipeline))]),
  ];
  return { text: clipped(`${escaped(pipeline.service)} ${escaped(pipeline.version)}: ${now}`, SLACK_LIMITS.fallback), blocks };
}

const isAtWork = ({ deployment }: Part): boolean => deployment.status.kind === 'running' || deployment.status.kind === 'rolling-back';

function markOf({ status }: Pipeline, isAsking: boolean): string {
  switch (status.kind) {
    case 'running': return isAsking ? '🔔' : '🚀';
    case 'succeeded': return '✅';
    case 'failed': return '❌';
    case 'superseded': return '⏭️';
    case 'cancelled': return '🚫';
  }
}

/** What is going on, in a sentence of markup. */
function nowText({ status }: Pipeline, rows: readonly Row[]): string {
  switch (status.kind) {
    case 'succeeded': return escaped('In place: it serves all traffic.');
    case 'failed': return escaped(`Failed: ${status.error}. ${clipped(status.reason.replaceAll(/\s+/g, ' '), 600)}`);
    case 'superseded': return escaped(`Superseded by ${status.by}.`);
    case 'cancelled': return escaped(`Cancelled by ${status.by}${status.why === '' ? '' : `: ${status.why}`}.`);
    case 'running': break;
  }
  const asking = rows.find(({ state }) => state === 'asking');
  if (asking !== undefined) return escaped(`Waiting for a decision in ${asking.environment ?? ''}.`);
  const row = rows.findLast(({ state }) => state === 'running');
  if (row === undefined) return 'Starting.';
  return escaped(`${row.stage}${row.environment === null ? '' : ` in ${row.environment}`}`);
}

function partBlocks(part: Part): SlackBlock[] {
  const rows = trafficRows(part);
  const hold = part.deployment.holds.findLast(({ verdict }) => verdict !== null);
  return [
    ...(rows.length === 0 ? [] : [section(`*Traffic in ${part.deployment.environment}*\n${codeBlock(trafficChart(rows))}`)]),
    ...(hold?.verdict == null ? [] : [section(`*Evidence* ${hold.stage === 'watch' ? 'while a decision is awaited' : `of the ${hold.stage}`}\n${evidenceText(hold.verdict)}`)]),
  ];
}

/** Stable, then candidate, as they really are. */
function trafficRows({ deployment: { plan }, observed }: Part): TrafficRow[] {
  if (observed === null) return [];
  const named = [...(plan.stable === null ? [] : [['stable', plan.stable] as const]), ['candidate', plan.candidate] as const];
  return named.map(([name, revision]) => {
    const instances = observed.instances.filter((instance) => instance.revision === revision);
    return { name, weight: observed.weights[revision] ?? 0, healthy: instances.filter(({ health }) => health === 'healthy').length, instances: instances.length };
  }).filter(({ weight, instances }) => weight > 0 || instances > 0);
}

function aboutText(pipeline: Pipeline, people: People, url: string | null): string {
  const { cause, startedBy, author, commit, branch, status, id, startedAt } = pipeline;
  return [
    `${cause} by ${person(people, startedBy)}`,
    ...(author === null || author === startedBy ? [] : [`written by ${person(people, author)}`]),
    ...(commit === null ? [] : [`commit ${code(commit.slice(0, 10))}${branch === null ? '' : ` on ${escaped(branch)}`}`]),
    ...(status.kind === 'running' ? [] : [`took ${span((status.at - startedAt) / 1000)}`]),
    url === null ? code(id) : link(url, id),
  ].join(' · ');
}

/** As many lines as there is room for; the last ones are the newest. */
function lines(all: readonly string[]): string {
  const kept: string[] = [];
  let room = SLACK_LIMITS.text - 2;
  for (const line of [...all].reverse()) {
    room -= line.length + 1;
    if (room < 0) return ['…', ...kept].join('\n');
    kept.unshift(line);
  }
  return kept.join('\n');
}
