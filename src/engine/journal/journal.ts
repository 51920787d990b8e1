/** What the engine writes before anything takes effect: one transaction for everything that became ready in the same turn of the event loop. */
import type { DatabaseSync } from 'node:sqlite';
import { StorageFull } from '../../domain/errors.ts';
import type { HistoryEvent } from '../../ports/orchestrator.ts';
import type { Branch, ExecutionState } from '../state.ts';

/** A new execution, as its first entry. */
export interface Opening {
  /** Hash of the definition that it runs to its end, whatever the files say later. */
  readonly definition: string;
  readonly inputHash: string;
  /** The task that waits for it: `<execution>:<ticket>:<branch>`. */
  readonly parent?: string | undefined;
}

/** What one step changed. */
export interface Entry {
  readonly id: number;
  readonly state: ExecutionState;
  readonly history: readonly HistoryEvent[];
  readonly changed: readonly Branch[];
  readonly removed: readonly string[];
  readonly opening?: Opening;
}

export interface Journal {
  /**
   * Writes an entry durably, whole or not at all.
   * @throws StorageFull when it could not be written; nothing of it is there then
   */
  write(entry: Entry): Promise<void>;
}

/** What of the head changes. Branches have their own rows, and the input is written once. */
const headOf = ({ branches: _branches, input: _input, ...head }: ExecutionState): string => JSON.stringify(head);

const writerOf = (database: DatabaseSync): ((entry: Entry) => void) => {
  const open = database.prepare('INSERT INTO executions (id, machine, name, status, started_at, stopped_at, definition, input, input_hash, parent, head) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const update = database.prepare('UPDATE executions SET status = ?, stopped_at = ?, head = ? WHERE id = ?');
  const putBranch = database.prepare('INSERT INTO branches (execution, id, body) VALUES (?, ?, ?) ON CONFLICT (execution, id) DO UPDATE SET body = excluded.body');
  const dropBranch = database.prepare('DELETE FROM branches WHERE execution = ? AND id = ?');
  const event = database.prepare('INSERT INTO history (execution, id, previous, at, type, state, detail) VALUES (?, ?, ?, ?, ?, ?, ?)');
  return ({ id, state, history, changed, removed, opening }) => {
    if (opening !== undefined) open.run(id, state.machine, state.name, state.status, state.startedAt, state.stoppedAt ?? null, opening.definition, JSON.stringify(state.input), opening.inputHash, opening.parent ?? null, headOf(state));
    else update.run(state.status, state.stoppedAt ?? null, headOf(state), id);
    for (const branch of changed) putBranch.run(id, branch.id, JSON.stringify(branch));
    for (const branch of removed) dropBranch.run(id, branch);
    for (const one of history) event.run(id, one.id, one.previousId, one.at, one.type, one.state ?? null, one.detail === undefined ? null : JSON.stringify(one.detail));
  };
};

interface Waiting { readonly entry: Entry; resolve(): void; reject(reason: unknown): void }

/**
 * Entries of several executions that come in the same turn of the event loop share one commit, so one fsync: none of
 * them takes effect before it, and they are of different executions, so no order between them is lost.
 */
export const createJournal = (database: DatabaseSync): Journal => {
  const write = writerOf(database);
  let waiting: Waiting[] = [];
  const commit = (entries: readonly Waiting[]): void => {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const { entry } of entries) write(entry);
      database.exec('COMMIT');
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw new StorageFull(`The engine's journal could not be written (${String(cause)}), so nothing was done. See that its disk has room, then try again.`, {}, { cause });
    }
  };
  const flush = (): void => {
    const entries = waiting;
    waiting = [];
    if (entries.length === 0) return;
    try {
      commit(entries);
    } catch (reason) {
      if (entries.length === 1) return entries[0]!.reject(reason);
      // One entry that can't be written must not take the others with it.
      for (const one of entries) {
        try {
          commit([one]);
          one.resolve();
        } catch (alone) {
          one.reject(alone);
        }
      }
      return;
    }
    for (const one of entries) one.resolve();
  };
  return {
    write: (entry) => new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ entry, resolve, reject });
    }),
  };
};
