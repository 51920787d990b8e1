/** Pipelines that a git host could not be told of: they wait in the store, each with its own place in time. */
import * as z from 'zod';
import { SlipwayError } from '../../domain/errors.ts';
import type { GitHostEntry } from '../../domain/git-host-entry.ts';
import { retryDelayMs, WAITS_MS } from '../../domain/host-trouble.ts';
import { PipelineId } from '../../domain/ids.ts';
import { expecting, list, read, untilWritten, type Stored } from '../state/documents.ts';
import { UNTOLD_HOSTS, untoldHostKey, untoldHostPrefix } from '../state/keys.ts';
import type { Telling } from './tell-host.ts';
import { tellPipeline, type TellPipelineNeeds } from './tell-pipeline.ts';

const Untold = z.strictObject({ pipeline: PipelineId, since: z.number(), attempts: z.int().min(0), retryAt: z.number() });
type Untold = z.infer<typeof Untold>;

/** Of one host; what a run has no time for waits. */
const UNTOLD_MAX = 1000;
/** One whose run died is told of after this. */
const CLAIM_MS = 120_000;

/** What waits of a host and is due, longest untried first. What has waited for too long is left out for good. */
export async function waitingPipelines(needs: TellPipelineNeeds, entry: GitHostEntry): Promise<Telling[]> {
  const now = needs.clock.now();
  const waiting = await list(needs.store, Untold, UNTOLD_HOSTS, untoldHostPrefix(entry.host), UNTOLD_MAX);
  const [current, old] = [waiting.filter(({ value }) => now - value.since < WAITS_MS), waiting.filter(({ value }) => now - value.since >= WAITS_MS)];
  for (const marker of old) await settle(needs, marker);
  return current.filter(({ value }) => value.retryAt <= now).toSorted((one, other) => one.value.retryAt - other.value.retryAt).map((marker) => pipelineTelling(needs, entry, marker.value.pipeline, marker));
}

/** @param marker as it was read, where it waits already */
export function pipelineTelling(needs: TellPipelineNeeds, entry: GitHostEntry, pipeline: PipelineId, marker?: Stored<Untold>): Telling {
  let claimed = marker;
  return {
    tell: async () => {
      if (marker !== undefined) claimed = await claim(needs, marker);
      return tellPipeline(needs, entry, pipeline);
    },
    // One that waits already, and was not tried, waits as it did.
    keep: async (failed) => { if (failed || marker === undefined) await keep(needs, entry.host, pipeline, failed); },
    settle: async () => { if (claimed !== undefined) await settle(needs, claimed); },
  };
}

/** Nobody else tells of it meanwhile: two runs at once could each make a deployment. @throws Conflict when somebody does */
async function claim(needs: TellPipelineNeeds, marker: Stored<Untold>): Promise<Stored<Untold>> {
  const value = { ...marker.value, retryAt: needs.clock.now() + CLAIM_MS };
  await needs.store.transact([{ kind: 'put', key: marker.key, value, condition: { generation: marker.generation }, expiresAtSeconds: expiry(value) }]);
  return { ...marker, generation: marker.generation + 1, value };
}

const expiry = ({ since }: Untold): number => Math.ceil((since + WAITS_MS) / 1000);

/** Also where it waits already: its generation rises, so that whoever has just told of an older state does not take it away. */
const keep = (needs: TellPipelineNeeds, host: string, pipeline: PipelineId, failed: boolean): Promise<void> => untilWritten(async () => {
  const key = untoldHostKey(host, pipeline);
  const now = needs.clock.now();
  const known = await read(needs.store, Untold, key);
  const attempts = (known?.value.attempts ?? 0) + (failed ? 1 : 0);
  const value: Untold = { pipeline, since: known?.value.since ?? now, attempts, retryAt: failed ? now + retryDelayMs(attempts) : known?.value.retryAt ?? now };
  await needs.store.transact([{ kind: 'put', key, value, condition: expecting(known), expiresAtSeconds: expiry(value) }]);
});

/** What changed meanwhile has raised its generation: it stands then, and is told in the next run. */
async function settle(needs: TellPipelineNeeds, { key, generation }: Stored<Untold>): Promise<void> {
  try {
    await needs.store.transact([{ kind: 'delete', key, condition: { generation } }]);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}
