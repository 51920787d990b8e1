/** Opens the store's file and makes sure that it is a store, whole, and private. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { InvalidInput, NotSupported, SlipwayError } from '../../../domain/errors.ts';
import { storeFault } from './fault.ts';

/** 'SLPW': tells a store from any other SQLite file, https://www.sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x53_4c_50_57;
const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 5_000;
/** The write-ahead log is cut back to this after a checkpoint, so a burst does not keep its disk space. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024;

const SCHEMA = `
  CREATE TABLE items (
    partition TEXT NOT NULL COLLATE BINARY,
    sort TEXT NOT NULL COLLATE BINARY,
    generation INTEGER NOT NULL CHECK (generation >= 1),
    value TEXT NOT NULL,
    expires_at_seconds INTEGER,
    PRIMARY KEY (partition, sort)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX items_expiring ON items (expires_at_seconds) WHERE expires_at_seconds IS NOT NULL;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};`;

const number = (db: DatabaseSync, sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0]);

/** Problems that SQLite finds in the file, none when it is whole. Reads all of it. */
export function problemsOf(db: DatabaseSync, check: 'quick_check' | 'integrity_check'): readonly string[] {
  const rows = db.prepare(`PRAGMA ${check}(20)`).all();
  return rows.map((row) => String(Object.values(row)[0])).filter((line) => line !== 'ok');
}

function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives the -wal and -shm files the mode of the database, https://www.sqlite.org/wal.html
  closeSync(openSync(path, 'a', 0o600));
}

function configure(db: DatabaseSync, maxBytes: number | undefined): void {
  // FULL syncs the log at every commit: an acknowledged write survives a power cut. fullfsync does the same on macOS.
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA journal_size_limit = ${LOG_BYTES_KEPT}`);
  if (maxBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / number(db, 'PRAGMA page_size')))}`);
}

function ensureSchema(db: DatabaseSync, path: string): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const application = number(db, 'PRAGMA application_id');
    const version = number(db, 'PRAGMA user_version');
    if (application === 0 && number(db, 'SELECT count(*) FROM sqlite_schema') === 0) db.exec(SCHEMA);
    else if (application !== APPLICATION_ID) throw new InvalidInput(`${path} is a SQLite database, but not an item store. Name another file.`);
    else if (version !== SCHEMA_VERSION) throw new NotSupported(`${path} has schema ${version}, this program knows ${SCHEMA_VERSION}. Use the program version that wrote it.`, { version });
    db.exec('COMMIT');
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK');
  }
}

/**
 * Opens or creates the database, readable by its owner only (file 0600; directories it makes 0700).
 * @throws InvalidInput when the file is damaged or no item store; NotSupported for another schema version
 */
export function openDatabase(path: string, maxBytes?: number): DatabaseSync {
  createPrivately(path);
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    configure(db, maxBytes);
    ensureSchema(db, path);
    const problems = problemsOf(db, 'quick_check');
    if (problems.length > 0) throw new InvalidInput(`The item store ${path} is damaged: ${problems[0]}. Restore it from a backup; nothing was changed.`, { problems });
    return db;
  } catch (error) {
    db.close();
    throw error instanceof SlipwayError ? error : storeFault(error, `open ${path}`);
  }
}
