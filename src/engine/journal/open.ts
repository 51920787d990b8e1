/** The journal's database: its tables, and the lock that keeps a second engine out. */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Conflict, InvalidInput } from '../../domain/errors.ts';

const TABLES = `
CREATE TABLE IF NOT EXISTS definitions (hash TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS executions (
  id INTEGER PRIMARY KEY, machine TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, started_at INTEGER NOT NULL, stopped_at INTEGER,
  definition TEXT NOT NULL, input TEXT NOT NULL, input_hash TEXT NOT NULL, parent TEXT, head TEXT NOT NULL, UNIQUE (machine, name)
) STRICT;
CREATE INDEX IF NOT EXISTS executions_by_status ON executions (status, started_at);
CREATE TABLE IF NOT EXISTS branches (execution INTEGER NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution, id)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS history (
  execution INTEGER NOT NULL, id INTEGER NOT NULL, previous INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, state TEXT, detail TEXT,
  PRIMARY KEY (execution, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tombstones (machine TEXT NOT NULL, name TEXT NOT NULL, input_hash TEXT NOT NULL, stopped_at INTEGER NOT NULL, PRIMARY KEY (machine, name)) STRICT, WITHOUT ROWID;
`;
const LOCK_WAIT_MS = 2000;
/** https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** The primary code; extended ones carry it in their low byte. */
const codeOf = (cause: unknown): number | undefined => {
  const { errcode } = (cause ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
};

/** What keeps an engine from its journal, in words; anything else as it is. */
export function journalFault(cause: unknown, path: string): unknown {
  const code = codeOf(cause);
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) return new Conflict(`The engine's journal ${path} is in use by another process, and two engines on one journal would run every task twice. Stop the other one, or give this one its own file.`, { database: path }, { cause });
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return new InvalidInput(`The engine's journal ${path} is damaged or no journal (${cause instanceof Error ? cause.message : String(cause)}). Restore it from a backup together with the item store. Without one, move it away: what runs goes on, and pipelines that were at work are taken back.`, { database: path }, { cause });
  return cause;
}

/**
 * Opens the journal for this engine alone. The lock is SQLite's own on the file, so it ends with the process, however that ends.
 * @throws Conflict when another engine, or anything else, has the file open; InvalidInput for a damaged one
 */
export const openJournal = (path: string): DatabaseSync => {
  // It holds task tokens, so it is its owner's alone; SQLite gives the files beside it the same mode.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT;');
    database.exec(TABLES);
  } catch (cause) {
    database.close();
    throw journalFault(cause, path);
  }
  return database;
};
