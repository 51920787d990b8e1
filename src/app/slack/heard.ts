/** When Slack was last heard: a request whose signature held. It is what shows that the signing secret is the right one. */
import * as z from 'zod';
import { SlipwayError } from '../../domain/errors.ts';
import type { Ports } from '../../ports/index.ts';
import { expecting, read } from '../state/documents.ts';
import { slackHeardKey } from '../state/keys.ts';

const Heard = z.strictObject({ at: z.number() });
/** Written no more often than this. */
const WRITTEN_EACH_MS = 60_000;

export async function rememberHeard({ store, clock }: Pick<Ports, 'store' | 'clock'>): Promise<void> {
  const last = await read(store, Heard, slackHeardKey());
  const at = clock.now();
  if (last !== undefined && at - last.value.at < WRITTEN_EACH_MS) return;
  await store.transact([{ kind: 'put', key: slackHeardKey(), value: { at }, condition: expecting(last) }]).catch((error: unknown) => {
    // Another request was heard at the same moment.
    if (!(error instanceof SlipwayError) || error.name !== 'Conflict') throw error;
  });
}

/** Milliseconds since the epoch; null: never. */
export const lastHeard = async ({ store }: Pick<Ports, 'store'>): Promise<number | null> => (await read(store, Heard, slackHeardKey()))?.value.at ?? null;
