/** A store that writes down what each transaction changed, in the same transaction: the source of live events. */
import { createHash } from 'node:crypto';
import { type Change, type ChangeEvent, eventIds } from '../../domain/change.ts';
import type { Ports } from '../../ports/index.ts';
import { TRANSACTION_ITEMS_MAX, type ItemStore } from '../../ports/item-store.ts';
import { changeOf } from './changes.ts';
import { creating } from './documents.ts';
import { eventKey } from './keys.ts';

/** Whoever was away for longer begins anew. */
export const EVENTS_KEPT_SECONDS = 86_400;

export interface Recording extends Pick<Ports, 'clock' | 'ids'> {
  /** When the newest event before this process was written: ids rise over a restart too, where one process writes and its clock was set back. */
  readonly newerThan?: number;
  /** Told after the transaction, in the order of the ids. */
  readonly publish?: (event: ChangeEvent) => void;
}

/** A transaction that has no room for one more item is written first, and its event right after it. */
export function recorded(store: ItemStore, { clock, ids, newerThan, publish }: Recording): ItemStore {
  const nextId = eventIds(createHash('sha256').update(ids.next()).digest('hex').slice(0, 4), newerThan);
  return {
    get: (key) => store.get(key),
    query: (partition, prefix, page) => store.query(partition, prefix, page),
    transact: async (writes) => {
      const changes = distinct(writes.flatMap((write) => changeOf(write) ?? []));
      if (changes.length === 0) return store.transact(writes);
      const isFull = writes.length >= TRANSACTION_ITEMS_MAX;
      if (isFull) await store.transact(writes);
      // Named right before it is written, so that events are written in the order of their ids.
      const now = clock.now();
      const event: ChangeEvent = { id: nextId(now), at: now, changes };
      const note = creating(eventKey(event.id), event, Math.floor(now / 1000) + EVENTS_KEPT_SECONDS);
      await store.transact(isFull ? [note] : [...writes, note]);
      publish?.(event);
    },
  };
}

const distinct = (changes: readonly Change[]): Change[] => [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
