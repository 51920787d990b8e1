/**
 * Group commit. A durable commit costs one sync of the disk, whatever it holds, so transactions that are asked for in the
 * same turn of the event loop share one. Each stands in its own savepoint and fails alone.
 */
import type { DatabaseSync } from 'node:sqlite';
import { SlipwayError } from '../../../domain/errors.ts';
import type { CheckedWrite } from '../../item-store-rules/checked-writes.ts';
import { type FailedCondition, conflict } from '../../item-store-rules/conflict.ts';
import { storeFault } from './fault.ts';

/** Bounds the time that one commit keeps the event loop. */
const GROUP_TRANSACTIONS_MAX = 500;

interface Pending {
  readonly writes: readonly CheckedWrite[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface WriteGroup {
  /** Resolves once the writes are on disk. */
  add(writes: readonly CheckedWrite[]): Promise<void>;
  /** Commits everything that waits, now. */
  flush(): void;
}

/** Executes one transaction's writes inside the open savepoint. All conditions are judged before anything is written. */
function makeExecute(db: DatabaseSync): (writes: readonly CheckedWrite[]) => void {
  const find = db.prepare('SELECT generation FROM items WHERE partition = ? AND sort = ?');
  const put = db.prepare('INSERT OR REPLACE INTO items (partition, sort, generation, value, expires_at_seconds) VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM items WHERE partition = ? AND sort = ?');
  return (writes) => {
    const failed: FailedCondition[] = [];
    for (const { key, condition } of writes) {
      const row = find.get(key.partition, key.sort);
      const found = row === undefined ? null : Number(row['generation']);
      if (found !== ('absent' in condition ? null : condition.generation)) failed.push({ key, condition, found });
    }
    if (failed.length > 0) throw conflict(failed);
    for (const write of writes) {
      const { partition, sort } = write.key;
      const generation = 'absent' in write.condition ? 1 : write.condition.generation + 1;
      if (write.kind === 'put') put.run(partition, sort, generation, write.json, write.expiresAtSeconds ?? null);
      else if (write.kind === 'delete' && !('absent' in write.condition)) remove.run(partition, sort);
    }
  };
}

/** Runs one transaction; a failure undoes it alone. @returns its error, undefined when it holds */
function runAlone(db: DatabaseSync, execute: () => void): Error | undefined {
  db.exec('SAVEPOINT one');
  try {
    execute();
    db.exec('RELEASE one');
    return undefined;
  } catch (error) {
    // A full disk may make SQLite end the whole transaction; then there is nothing to go back to, and all must fail.
    if (!db.isTransaction) throw error;
    db.exec('ROLLBACK TO one; RELEASE one');
    return error instanceof SlipwayError ? error : storeFault(error, 'write');
  }
}

/**
 * Commits a group. Outcomes are told only after COMMIT: a conflict seen against a write that was never kept is none.
 * When COMMIT fails all of them fail. When SQLite ended the transaction earlier, at one that found no room, the halves
 * are committed by themselves, so that the others do not fail with it.
 */
function commitGroup(db: DatabaseSync, group: readonly Pending[], execute: (writes: readonly CheckedWrite[]) => void): void {
  let outcomes: readonly (Error | undefined)[];
  let phase: 'begin' | 'write' | 'commit' = 'begin';
  try {
    db.exec('BEGIN IMMEDIATE');
    phase = 'write';
    outcomes = group.map(({ writes }) => runAlone(db, () => execute(writes)));
    phase = 'commit';
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    if (phase === 'write' && group.length > 1) {
      const middle = Math.ceil(group.length / 2);
      commitGroup(db, group.slice(0, middle), execute);
      commitGroup(db, group.slice(middle), execute);
      return;
    }
    const fault = storeFault(error, phase);
    for (const { reject } of group) reject(fault);
    return;
  }
  group.forEach(({ resolve, reject }, index) => {
    const error = outcomes[index];
    if (error === undefined) resolve();
    else reject(error);
  });
}

export function createWriteGroup(db: DatabaseSync): WriteGroup {
  const execute = makeExecute(db);
  let waiting: Pending[] = [];
  let turn: NodeJS.Immediate | undefined;
  const schedule = (): void => {
    turn ??= setImmediate(() => {
      turn = undefined;
      commitGroup(db, waiting.splice(0, GROUP_TRANSACTIONS_MAX), execute);
      if (waiting.length > 0) schedule();
    });
  };
  return {
    add: (writes) =>
      new Promise((resolve, reject) => {
        waiting.push({ writes, resolve, reject });
        schedule();
      }),
    flush: () => {
      clearImmediate(turn);
      turn = undefined;
      const rest = waiting;
      waiting = [];
      if (rest.length > 0) commitGroup(db, rest, execute);
    },
  };
}
