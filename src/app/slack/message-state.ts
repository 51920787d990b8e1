/** What Slack was told of a pipeline: where the message is, what it shows, what its thread has said. */
import * as z from 'zod';
import { PipelineId } from '../../domain/ids.ts';
import type { Ports } from '../../ports/index.ts';
import { expecting, read, type Stored } from '../state/documents.ts';
import { slackMessageKey } from '../state/keys.ts';

const KEPT_SECONDS = 90 * 86_400;
/** Whoever posts is done after so long, one way or another: Slack's time and the turn that is waited for. */
export const POSTING_MS = 20_000;

export const SlackMessageState = z.strictObject({
  pipeline: PipelineId,
  /** The channel that it was meant for. */
  channel: z.string(),
  /** Null: it is not posted, as far as is known. */
  place: z.strictObject({ channel: z.string(), ts: z.string() }).nullable(),
  /** The message is being posted since, or was when somebody died: it may be there. */
  postingSince: z.number().nullable(),
  /** The same of notes, by their ids. */
  telling: z.strictObject({ since: z.number(), notes: z.array(z.string()) }).nullable(),
  /** A digest of what it shows. */
  shown: z.string().nullable(),
  /** Ids of the notes that were told. */
  told: z.array(z.string()),
  /** Slack says no to it. */
  refused: z.strictObject({ error: z.string(), at: z.number() }).nullable(),
});
export type SlackMessageState = z.infer<typeof SlackMessageState>;

export async function messageState({ store }: Pick<Ports, 'store'>, pipeline: PipelineId): Promise<Stored<SlackMessageState> | undefined> {
  return read(store, SlackMessageState, slackMessageKey(pipeline));
}

export const noMessage = (pipeline: PipelineId, channel: string): SlackMessageState => ({ pipeline, channel, place: null, postingSince: null, telling: null, shown: null, told: [], refused: null });

/** @throws Conflict when somebody else has written meanwhile: they show what there is to show */
export async function writeMessageState({ store, clock }: Pick<Ports, 'store' | 'clock'>, stored: Stored<SlackMessageState>, value: SlackMessageState): Promise<Stored<SlackMessageState>> {
  await store.transact([{ kind: 'put', key: stored.key, value, condition: expecting(stored.generation === 0 ? undefined : stored), expiresAtSeconds: Math.floor(clock.now() / 1000) + KEPT_SECONDS }]);
  return { ...stored, generation: stored.generation + 1, value };
}
