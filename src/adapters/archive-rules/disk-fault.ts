/** Failures of the file system in this project's words. */
import { StorageFull } from '../../domain/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A system error's code, by shape: such an error may come from another realm, or be wrapped by an archive reader. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}

/** StorageFull for a full disk or quota; any other error as it is. `doing` completes "could not ...". */
export function diskFault(error: unknown, doing: string): unknown {
  const code = codeOf(error);
  if (code === undefined || !FULL.has(code)) return error;
  return new StorageFull(`Could not ${doing}: the disk or its quota is full (${code}). Nothing partial was kept. Free some space and try again.`, { code }, { cause: error });
}
