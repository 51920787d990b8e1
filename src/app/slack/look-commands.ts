/** `/slipway status`, `pending`, `history`: for those who may look, and only at what they may look at. */
import { code, context, divider, escaped, section, time, type SlackBlock } from '../../contracts/slack/blocks.ts';
import { Forbidden } from '../../domain/errors.ts';
import type { Identity } from '../../domain/ids.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { Service } from '../../domain/service.ts';
import { access } from '../../domain/roles.ts';
import type { Ports } from '../../ports/index.ts';
import type { SlackMessage } from '../../ports/slack-messages.ts';
import { authorize, placeOf, rulesFor } from '../authorize.ts';
import { pendingApprovals } from '../decide.ts';
import { history, services, statuses, type ServiceStatus } from '../look.ts';
import { nothingMore } from './commands.ts';
import { serviceNamed, sightOf } from './member.ts';
import { questionBlocks } from './show/question.ts';

type LookNeeds = Pick<Ports, 'store' | 'environments'>;

const SERVICES_MAX = 20;
/** A question takes six blocks of a message's fifty. */
const QUESTIONS_MAX = 7;
const PIPELINES_MAX = 10;

/** @throws Forbidden for somebody without a role */
export async function mayLook(needs: LookNeeds, by: Identity): Promise<void> {
  const ruling = access(await rulesFor(needs, by), by, 'view', { kind: 'anywhere' });
  if (!ruling.allowed) throw new Forbidden(`Not allowed: ${ruling.reason}.`);
}

async function chosen(needs: LookNeeds, by: Identity, word: string | undefined): Promise<readonly Service[]> {
  if (word !== undefined) return [await serviceNamed(needs, by, word)];
  const sees = await sightOf(needs, by);
  return (await services(needs)()).filter(({ team }) => sees(team));
}

export async function statusAnswer(needs: LookNeeds, by: Identity, words: readonly string[]): Promise<SlackMessage> {
  const [name, ...rest] = words;
  nothingMore('status', rest);
  const all = await chosen(needs, by, name);
  if (all.length === 0) return { text: 'There is no service yet that you may look at.' };
  const sees = await sightOf(needs, by);
  const lines = (await statuses(needs)(all.slice(0, SERVICES_MAX))).map((found) => statusLine(found, sees));
  return { text: [...lines, ...(all.length > SERVICES_MAX ? [`and ${all.length - SERVICES_MAX} more: say which`] : [])].join('\n') };
}

function statusLine(found: ServiceStatus, sees: (team: string, environment?: string) => boolean): string {
  const places = found.places.filter(({ desired, environment }) => desired !== null && sees(found.service.team, environment)).map(({ desired, observed, environment }) => {
    const stable = desired?.stable;
    const version = stable == null ? 'nothing' : desired?.revisions[stable]?.spec.version ?? '?';
    const instances = observed?.instances.filter(({ revision }) => revision === stable) ?? [];
    const healthy = instances.filter(({ health }) => health === 'healthy').length;
    return `${environment} ${code(version)} ${healthy}/${instances.length} healthy${desired?.paused == null ? '' : ', repair paused'}${desired?.deployment == null ? '' : `, ${code(desired.deployment)} at work`}`;
  });
  const waits = found.waiting.filter(({ subject }) => sees(found.service.team, subject.environment)).length;
  return `*${found.service.name}* ${places.join(' · ') || 'not deployed yet'}${waits === 0 ? '' : ` · 🔔 ${waits} to decide`}`;
}

export async function pendingAnswer(needs: LookNeeds, by: Identity, words: readonly string[]): Promise<SlackMessage> {
  const [name, ...rest] = words;
  nothingMore('pending', rest);
  const service = name === undefined ? undefined : await serviceNamed(needs, by, name);
  const sees = await sightOf(needs, by);
  const waiting = [];
  for (const { approval: { value } } of await pendingApprovals(needs, service?.name)) {
    const where = await placeOf(needs, value.subject.service, []);
    if (where.kind === 'place' && sees(where.team, value.subject.environment)) waiting.push(value);
  }
  if (waiting.length === 0) return { text: 'Nothing waits for a decision.' };
  const { people } = await needs.environments.read();
  const shown = waiting.slice(0, QUESTIONS_MAX);
  const more: SlackBlock[] = waiting.length > shown.length ? [context([`and ${waiting.length - shown.length} more: say of which service`])] : [];
  return {
    text: shown.map(({ subject, binding }) => `${escaped(subject.question)} (request ${binding})`).join('\n'),
    blocks: [...shown.flatMap((approval, index) => [...(index === 0 ? [] : [divider]), ...questionBlocks(approval, people)]), ...more],
  };
}

export async function historyAnswer(needs: LookNeeds, by: Identity, words: readonly string[]): Promise<SlackMessage> {
  const [word, ...rest] = words;
  nothingMore('history', rest);
  const service = await serviceNamed(needs, by, word);
  await authorize(needs)(by, 'view', await placeOf(needs, service.name, []));
  const pipelines = await history(needs)(service.name, PIPELINES_MAX);
  if (pipelines.length === 0) return { text: `${service.name} has no pipelines yet.` };
  const lines = pipelines.map(pipelineLine);
  return { text: `The newest pipelines of ${service.name}`, blocks: [section(`*${service.name}*\n${lines.join('\n')}`)] };
}

const ENDS = { running: '🚀', succeeded: '✅', failed: '❌', superseded: '⏭️', cancelled: '🚫' } as const satisfies Record<Pipeline['status']['kind'], string>;

function pipelineLine({ id, version, cause, startedBy, startedAt, status, stage }: Pipeline): string {
  const how = status.kind === 'running' ? stage : status.kind === 'failed' ? `failed: ${status.error}` : status.kind;
  return `${ENDS[status.kind]} ${code(id)} ${escaped(version)} · ${escaped(how)} · ${cause} by ${escaped(startedBy)}, ${time(startedAt, '{date_short_pretty} {time}')}`;
}
