/** What a failure to write an instance's record means to the caller of a verb. */
import { ProviderUnavailable, StorageFull, type SlipwayError } from '../../domain/errors.ts';

const FULL = ['ENOSPC', 'EDQUOT'];

/** `doing` completes "could not ...". Nothing of it has happened. */
export function storeFault(error: unknown, doing: string): SlipwayError {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (FULL.includes(code)) return new StorageFull(`The process target could not ${doing}: ${reason}. Nothing was started. Free some space and try again.`, { code }, { cause: error });
  return new ProviderUnavailable(`The process target could not ${doing}: ${reason}. Nothing was started. Look at its directory and try again.`, { code }, { cause: error });
}
