/** The item store of one machine, on node:sqlite. */
import type { DatabaseSync } from 'node:sqlite';
import { ProviderUnavailable, SlipwayError } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ItemStore } from '../../../ports/item-store.ts';
import { checkKey, checkWrites } from '../../item-store-rules/checked-writes.ts';
import { checkQuery } from '../../item-store-rules/paging.ts';
import { openDatabase, problemsOf } from './database.ts';
import { storeFault } from './fault.ts';
import { createReads } from './read.ts';
import { createTurn } from './turn.ts';
import { createWriteGroup } from './write-group.ts';

/** Items removed in one turn of a sweep, so that it never keeps the event loop for long. */
const SWEEP_ITEMS = 500;

export interface SqliteStoreOptions {
  readonly path: string;
  readonly clock: Clock;
  /** The file grows to this many bytes at most (whole pages, without its log); then writes fail with LimitExceeded. */
  readonly maxBytes?: number;
}

export interface SqliteStore extends ItemStore {
  /** Removes items whose time to live is over. @returns how many */
  sweep(): Promise<number>;
  /** What SQLite finds wrong with the file, nothing when it is whole. Reads all of it. */
  integrity(): readonly string[];
  /** Commits what waits, then closes. A second call changes nothing. */
  close(): Promise<void>;
}

function makeSweep(db: DatabaseSync, clock: Clock): () => number {
  const remove = db.prepare(
    `DELETE FROM items WHERE (partition, sort) IN (SELECT partition, sort FROM items WHERE expires_at_seconds < ? ORDER BY expires_at_seconds LIMIT ${SWEEP_ITEMS})`,
  );
  return () => Number(remove.run(Math.floor(clock.now() / 1000)).changes);
}

/**
 * Opens the store, making file and directory where they are missing. The caller sees to it that one process writes at a
 * time; others may read. An item that was deleted and put again begins at generation 1 again.
 * @throws InvalidInput when the file is damaged or no item store; NotSupported for another schema version
 */
export function openSqliteStore({ path, clock, maxBytes }: SqliteStoreOptions): SqliteStore {
  const db = openDatabase(path, maxBytes);
  const reads = createReads(db);
  const group = createWriteGroup(db);
  const turn = createTurn();
  const sweepOnce = makeSweep(db, clock);
  let open = true;
  const guard = <R>(doing: string, action: () => R): R => {
    if (!open) throw new ProviderUnavailable(`The item store ${path} is closed, so it could not ${doing}. Open it again.`);
    try {
      return action();
    } catch (error) {
      throw error instanceof SlipwayError ? error : storeFault(error, doing);
    }
  };
  return {
    get: async (key) => {
      await turn.share();
      return guard('read', () => (checkKey(key), reads.get(key)));
    },
    query: async (partition, prefix, page) => {
      await turn.share();
      return guard('read', () => reads.query(checkQuery(partition, prefix, page)));
    },
    transact: async (writes) => {
      const checked = guard('write', () => checkWrites(writes));
      if (checked.length > 0) await group.add(checked);
    },
    sweep: async () => {
      let total = 0;
      for (;;) {
        const removed = guard('sweep', sweepOnce);
        total += removed;
        if (removed < SWEEP_ITEMS) return total;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    integrity: () => guard('check its file', () => problemsOf(db, 'integrity_check')),
    close: async () => {
      if (!open) return;
      open = false;
      group.flush();
      db.close();
    },
  };
}
