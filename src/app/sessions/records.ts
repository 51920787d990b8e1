/** Remembers what happened about logging in, for the owner to look at. */
import { LogInRecord } from '../../domain/log-in-record.ts';
import type { Ports } from '../../ports/index.ts';
import type { Write } from '../../ports/item-store.ts';
import { partOf, type PageInput, type Part } from '../lists.ts';
import { creating } from '../state/documents.ts';
import { LOG_INS, logInKey } from '../state/keys.ts';

const KEPT_SECONDS = 400 * 86_400;
const WHY_CHARACTERS_MAX = 300;

export type Remembered = Pick<LogInRecord, 'event'> & Partial<Omit<LogInRecord, 'at' | 'event'>>;

/** The write that remembers it, to go with the writes that make it so. */
export function recordWrite({ clock, ids }: Pick<Ports, 'clock' | 'ids'>, { event, identity = null, by = identity, session = null, origin = null, client = null, from = '', why = '' }: Remembered): Write {
  const at = clock.now();
  const value: LogInRecord = { at, event, identity, by, session, origin, client, from, why: why.slice(0, WHY_CHARACTERS_MAX) };
  return creating(logInKey(at, ids.next()), value, Math.floor(at / 1000) + KEPT_SECONDS);
}

/** Newest first. */
export const logInsPart = (needs: Pick<Ports, 'store'>) => (page: PageInput): Promise<Part<LogInRecord>> => partOf(needs, LogInRecord, LOG_INS, '', page, 'descending');
