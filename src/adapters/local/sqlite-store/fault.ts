/** SQLite's result codes in this project's words; https://www.sqlite.org/rescode.html */
import { InvalidInput, ProviderUnavailable, StorageFull, type SlipwayError } from '../../../domain/errors.ts';

const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** The primary result code; extended codes carry it in their low byte. By shape, as an error of node:sqlite may come from another realm. */
const codeOf = (error: unknown): number | undefined => {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
};

const reasonOf = (error: unknown): string => (typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error));

/**
 * What a failure of SQLite means to a caller. `doing` completes "could not ...".
 * After ProviderUnavailable from a write the outcome is unknown until it is read again.
 */
export function storeFault(error: unknown, doing: string): SlipwayError {
  const code = codeOf(error);
  const reason = reasonOf(error);
  const evidence = { sqlite: code ?? null, reason };
  if (code === SQLITE_FULL) return new StorageFull(`The item store could not ${doing}: its disk or size limit is full. Nothing of it was written. Free some space and try again.`, evidence, { cause: error });
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return new InvalidInput(`The item store could not ${doing}: the file is damaged or no database (${reason}). Restore it from a backup.`, evidence, { cause: error });
  return new ProviderUnavailable(`The item store could not ${doing}: ${reason}. Read again before repeating a write.`, evidence, { cause: error });
}
