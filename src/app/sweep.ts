/** The sweep over all places: each shard is observed at the provider once within a period, a few of them each minute. */
import { reconcile, type Reconciled, type ReconcileNeeds } from './reconcile.ts';
import { shards } from './state/keys.ts';

const MINUTE_MS = 60_000;

/** The shards whose turn it is in this minute: over `minutes` minutes each has exactly one. */
export function shardsOfMinute(at: number, minutes: number): string[] {
  const all = shards();
  const turn = Math.floor(at / MINUTE_MS) % minutes;
  return all.slice(Math.floor((turn * all.length) / minutes), Math.floor(((turn + 1) * all.length) / minutes));
}

/** @param input `at`: the time that the schedule meant, milliseconds since the epoch; a late or repeated call takes the same shards */
export const sweep = (needs: ReconcileNeeds) => ({ at, minutes }: { at: number; minutes: number }): Promise<Reconciled> => reconcile(needs)({ places: { shards: shardsOfMinute(at, minutes) } });
