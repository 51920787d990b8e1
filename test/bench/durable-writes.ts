/** Counts durable commits of a SQLite database from outside, and makes as many by itself. */
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** https://www.sqlite.org/fileformat2.html#walformat */
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

export interface Written {
  readonly commits: number;
  readonly bytes: number;
}

interface Log {
  /** Changes whenever SQLite begins the log anew. */
  readonly salt: string;
  /** One for each page written; true for the last of a commit. */
  readonly frames: readonly boolean[];
  readonly pageBytes: number;
}

/** The write-ahead log's frames that are in force. Each commit under synchronous = FULL is one sync of the disk. */
function readLog(database: string): Log {
  const bytes = readFileSync(`${database}-wal`);
  if (bytes.length < WAL_HEADER_BYTES) return { salt: '', frames: [], pageBytes: 4096 };
  const pageBytes = bytes.readUInt32BE(8);
  const salt = bytes.toString('hex', 16, 24);
  const frames: boolean[] = [];
  for (let at = WAL_HEADER_BYTES; at + FRAME_HEADER_BYTES + pageBytes <= bytes.length; at += FRAME_HEADER_BYTES + pageBytes) {
    if (bytes.toString('hex', at + 8, at + 16) !== salt) break;
    frames.push(bytes.readUInt32BE(at + 4) > 0);
  }
  return { salt, frames, pageBytes };
}

/** Sums what is added to the log from one look to the next; look often enough that the log is not begun anew twice in between. */
export function watchWrites(database: string): { look(): void; written(): Written } {
  let before = readLog(database);
  let commits = 0;
  let bytes = 0;
  return {
    look: () => {
      const now = readLog(database);
      const added = now.salt === before.salt ? now.frames.slice(before.frames.length) : now.frames;
      commits += added.filter(Boolean).length;
      bytes += added.length * now.pageBytes;
      before = now;
    },
    written: () => ({ commits, bytes }),
  };
}

/** A database with the same durability as Slipway's; each `write` is one commit of about so many bytes. */
export function bareDatabase(path: string, bytesInCommit: number): { write(times: number): void; close(): void } {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB) STRICT');
  const put = db.prepare('INSERT INTO rows (body) VALUES (?)');
  const body = Buffer.alloc(Math.max(100, bytesInCommit - 4096), 7);
  return {
    write: (times) => {
      for (let index = 0; index < times; index += 1) put.run(body);
    },
    close: () => db.close(),
  };
}
