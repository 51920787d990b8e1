/** Keeps one pipeline's message in Slack as the pipeline is, and its thread complete. Made again from what is stored each time, so it may be called at any time. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical.ts';
import { ProviderUnavailable } from '../../domain/errors.ts';
import type { PipelineId } from '../../domain/ids.ts';
import { isOver } from '../../domain/pipeline.ts';
import { channelOf } from '../../domain/slack.ts';
import { LOST_ERRORS } from '../../contracts/slack/web-api.ts';
import type { Ports } from '../../ports/index.ts';
import type { SlackMessage, SlackPlace, SlackRefusal } from '../../ports/slack-messages.ts';
import { alerts } from '../alerts.ts';
import { pipelineDetail, type PipelineDetail } from '../look.ts';
import type { CommitNeeds } from '../state/commit.ts';
import { getService, type Stored } from '../state/documents.ts';
import { slackMessageKey } from '../state/keys.ts';
import { messageState, noMessage, POSTING_MS, type SlackMessageState, writeMessageState } from './message-state.ts';
import { tellRefusal } from './refusals.ts';
import { joined, noteBlockId, threadNotes } from './show/notes.ts';
import { messageBlockId, pipelineMessage } from './show/pipeline-message.ts';

export type ShowNeeds = CommitNeeds & Pick<Ports, 'environments' | 'settings' | 'slackMessages'>;

/** Slack is not asked again at every change. */
const REFUSED_FOR_MS = 60_000;
/** What ended longer ago is history. */
const NEWS_MS = 86_400_000;
const ALERTS_MAX = 50;
/** Clocks differ a little. */
const SEARCH_MARGIN_MS = 60_000;

interface Showing {
  readonly needs: ShowNeeds;
  readonly detail: PipelineDetail;
  readonly message: SlackMessage;
}

/** @throws ProviderUnavailable when Slack does not answer; Conflict when somebody else shows it at this moment */
export const showPipeline = (needs: ShowNeeds) => async (id: PipelineId): Promise<void> => {
  const detail = await pipelineDetail(needs)(id);
  const stored = await placeFor(needs, detail);
  if (stored === null) return;
  const { people } = await needs.environments.read();
  const showing = { needs, detail, message: pipelineMessage(detail, people, needs.settings.publicUrl) };
  const refused = stored.value.refused;
  if (refused !== null && needs.clock.now() - refused.at < REFUSED_FOR_MS) return;
  const shown = stored.value.place === null ? await post(showing, stored) : await update(showing, stored, stored.value.place);
  if (shown === null || shown.value.place === null) return;
  await tell(showing, shown, shown.value.place);
};

/** What was told so far. Null: it is shown nowhere. */
async function placeFor(needs: ShowNeeds, { pipeline }: PipelineDetail): Promise<Stored<SlackMessageState> | null> {
  const known = await messageState(needs, pipeline.id);
  if (known !== undefined) return known;
  if (pipeline.status.kind !== 'running' && needs.clock.now() - pipeline.status.at > NEWS_MS) return null;
  const service = await getService(needs.store, pipeline.service);
  const channel = channelOf((await needs.environments.read()).slack, pipeline.service, service.value.team);
  return channel === null ? null : { key: slackMessageKey(pipeline.id), generation: 0, value: noMessage(pipeline.id, channel) };
}

const digestOf = (message: SlackMessage): string => createHash('sha256').update(canonicalJson(message)).digest('hex').slice(0, 32);

/** Written down before it is posted: after a crash in between the message is looked for, and posted only when it is not there. */
async function post(showing: Showing, stored: Stored<SlackMessageState>): Promise<Stored<SlackMessageState> | null> {
  const { needs, detail: { pipeline }, message } = showing;
  const { slackMessages } = needs;
  const now = needs.clock.now();
  const { channel, postingSince: since } = stored.value;
  if (since !== null && now - since < POSTING_MS) throw new ProviderUnavailable(`The message of ${pipeline.id} is being posted, or was when somebody died. It is looked for in a moment.`, { pipeline: pipeline.id });
  const begun = await writeMessageState(needs, stored, { ...stored.value, postingSince: now, refused: null });
  const earlier = since === null ? null : await slackMessages.find(channel, messageBlockId(pipeline.id), { sinceMs: since - SEARCH_MARGIN_MS });
  if (earlier?.kind === 'found') return update(showing, await writeMessageState(needs, begun, { ...begun.value, place: earlier.place, postingSince: null }), earlier.place);
  const posted = await slackMessages.post(channel, message).catch((error: unknown) => notPosted(needs, begun, error));
  if (posted.kind === 'refused') return refuse(showing, begun, posted);
  return writeMessageState(needs, begun, { ...begun.value, place: posted.place, postingSince: null, shown: digestOf(message) });
}

/** Where Slack said to wait, it has taken nothing: there is nothing to be looked for. */
async function notPosted(needs: ShowNeeds, begun: Stored<SlackMessageState>, error: unknown): Promise<never> {
  if (error instanceof ProviderUnavailable && error.evidence['retryAfterSeconds'] !== undefined) await writeMessageState(needs, begun, { ...begun.value, postingSince: null, telling: null });
  throw error;
}

async function update(showing: Showing, stored: Stored<SlackMessageState>, place: SlackPlace): Promise<Stored<SlackMessageState> | null> {
  const { needs, message, detail: { pipeline } } = showing;
  const shown = digestOf(message);
  if (stored.value.shown === shown) return stored;
  const updated = await needs.slackMessages.update(place, message);
  if (updated.kind === 'sent') return writeMessageState(needs, stored, { ...stored.value, shown, refused: null });
  if (!LOST_ERRORS.has(updated.error)) return refuse(showing, stored, updated);
  // Somebody deleted it. While something may be asked it is needed; else it was meant so.
  if (isOver(pipeline)) return null;
  return post(showing, await writeMessageState(needs, stored, { ...noMessage(pipeline.id, stored.value.channel), told: stored.value.told }));
}

async function refuse({ needs, detail: { pipeline } }: Showing, stored: Stored<SlackMessageState>, refusal: SlackRefusal): Promise<null> {
  await writeMessageState(needs, stored, { ...stored.value, postingSince: null, telling: null, refused: { error: refusal.error, at: needs.clock.now() } });
  await tellRefusal(needs, refusal, { channel: stored.value.channel, service: pipeline.service });
  return null;
}

/** The notes that the thread has not, together. The same care as for the message. */
async function tell(showing: Showing, stored: Stored<SlackMessageState>, place: SlackPlace): Promise<void> {
  const { needs, detail } = showing;
  const { people } = await needs.environments.read();
  const settled = await settleTelling(needs, stored, place);
  const told = new Set(settled.value.told);
  const fresh = threadNotes(detail, people, await alertsOf(needs, detail)).filter(({ id }) => !told.has(id));
  if (fresh.length === 0) return;
  const notes = fresh.map(({ id }) => id);
  const begun = await writeMessageState(needs, settled, { ...settled.value, telling: { since: needs.clock.now(), notes } });
  const posted = await needs.slackMessages.post(place.channel, joined(fresh), place.ts).catch((error: unknown) => notPosted(needs, begun, error));
  if (posted.kind === 'refused') {
    await refuse(showing, begun, posted);
    return;
  }
  await writeMessageState(needs, begun, { ...begun.value, told: [...begun.value.told, ...notes], telling: null });
}

/** Whether notes are there whose teller died. @throws ProviderUnavailable while they may be on their way */
async function settleTelling(needs: ShowNeeds, stored: Stored<SlackMessageState>, place: SlackPlace): Promise<Stored<SlackMessageState>> {
  const { telling } = stored.value;
  const [first] = telling?.notes ?? [];
  if (telling === null || first === undefined) return stored;
  if (needs.clock.now() - telling.since < POSTING_MS) throw new ProviderUnavailable(`Notes of ${stored.value.pipeline} are being posted, or were when somebody died. They are looked for in a moment.`, { pipeline: stored.value.pipeline });
  const found = await needs.slackMessages.find(place.channel, noteBlockId(first), { sinceMs: telling.since - SEARCH_MARGIN_MS, thread: place.ts });
  return writeMessageState(needs, stored, { ...stored.value, telling: null, told: found.kind === 'found' ? [...stored.value.told, ...telling.notes] : stored.value.told });
}

/** Of the service, from the pipeline's begin to its end. */
async function alertsOf(needs: ShowNeeds, { pipeline }: PipelineDetail) {
  const until = pipeline.status.kind === 'running' ? Infinity : pipeline.status.at;
  return (await alerts(needs)(ALERTS_MAX)).filter(({ service, at }) => service === pipeline.service && at >= pipeline.startedAt && at <= until).reverse();
}
