/** Carries out again what a write promised and could not do at once. */
import { OutboxItem } from '../domain/outbox.ts';
import { carryOutAndClose, type CommitNeeds } from './state/commit.ts';
import { list } from './state/documents.ts';
import { shards } from './state/keys.ts';

/** Younger items are still in the hands of the call that wrote them. */
const GRACE_MS = 2000;

export const sweepOutbox = (needs: CommitNeeds) => async (input: { graceMs?: number } = {}): Promise<{ closed: number; open: number }> => {
  let closed = 0;
  let open = 0;
  for (const shard of shards()) {
    for (const stored of await list(needs.store, OutboxItem, `outbox#${shard}`, '')) {
      if (needs.clock.now() - stored.value.writtenAt < (input.graceMs ?? GRACE_MS)) continue;
      if (await carryOutAndClose(needs, stored.value, stored.generation)) closed += 1;
      else open += 1;
    }
  }
  return { closed, open };
};
