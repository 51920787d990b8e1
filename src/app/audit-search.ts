/** The audit across services, and environments as they were: from the audit items that every change of desired state leaves. */
import * as z from 'zod';
import type { AuditLine, PlaceThen } from '../contracts/api/audit.ts';
import { InvalidInput } from '../domain/errors.ts';
import { EnvironmentName, ServiceName, type Identity } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import type { PageInput, Part } from './lists.ts';
import { servicesPart } from './lists.ts';
import { AuditEntry } from './state/desire.ts';
import { read } from './state/documents.ts';
import { auditDay, auditDayPartition, auditKey } from './state/keys.ts';

const DAY_MS = 86_400_000;
const STANDARD_DAYS = 30;
const DAYS_MAX = 366;
/** Lines looked at for one answer: a narrow filter gives what it found so far, and a cursor. */
const LOOKED_MAX = 5000;
const PAGE_LINES = 200;

/** What a day's index says of one change. */
export const AuditPointer = z.object({ service: ServiceName, environment: EnvironmentName, write: z.int(), at: z.number() });
const Cursor = z.tuple([z.int(), z.string().nullable()]);

export interface AuditSearch extends PageInput {
  readonly service?: ServiceName | undefined;
  readonly environment?: EnvironmentName | undefined;
  readonly by?: Identity | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** What else a place must be: of a team, seen by the caller. */
  readonly isWanted: (service: ServiceName, environment: EnvironmentName) => Promise<boolean>;
}

/** Newest first. @throws InvalidInput for more than 366 days or a cursor of another list */
export const searchAudit = (needs: Pick<Ports, 'store' | 'clock'>) => async (search: AuditSearch): Promise<Part<AuditLine>> => {
  const until = Math.min(search.until ?? needs.clock.now(), needs.clock.now());
  const since = search.since ?? until - STANDARD_DAYS * DAY_MS;
  if (until - since > DAYS_MAX * DAY_MS) throw new InvalidInput(`That is more than ${DAYS_MAX} days. Narrow it with "since" and "until".`);
  const items: AuditLine[] = [];
  let [day, after] = search.cursor === undefined ? [auditDay(until), null] : cursorOf(search.cursor);
  for (let looked = 0; day >= auditDay(since); [day, after] = [day - 1, null]) {
    do {
      const page = await needs.store.query(auditDayPartition(day), '', { limit: PAGE_LINES, order: 'descending', ...(after === null ? {} : { after }) });
      for (const item of page.items) {
        const line = await lineOf(needs, search, AuditPointer.parse(item.value), since, until);
        if (line !== undefined) items.push(line);
      }
      looked += page.items.length;
      after = page.next ?? null;
      // Whole pages, so that a cursor of the store is one of ours.
      if (items.length >= search.limit || looked >= LOOKED_MAX) return { items, next: after === null && day <= auditDay(since) ? undefined : cursorText(after === null ? day - 1 : day, after) };
    } while (after !== null);
  }
  return { items, next: undefined };
};

async function lineOf(needs: Pick<Ports, 'store'>, search: AuditSearch, { service, environment, write, at }: z.infer<typeof AuditPointer>, since: number, until: number): Promise<AuditLine | undefined> {
  if (at < since || at > until || (search.service !== undefined && service !== search.service) || (search.environment !== undefined && environment !== search.environment)) return undefined;
  if (!(await search.isWanted(service, environment))) return undefined;
  const entry = await read(needs.store, AuditEntry, auditKey(service, environment, write));
  if (entry === undefined || (search.by !== undefined && entry.value.by !== search.by)) return undefined;
  const { by, why, generation, commit } = entry.value;
  return { at, by, why, service, environment, generation, commit };
}

const cursorText = (day: number, after: string | null): string => Buffer.from(JSON.stringify([day, after])).toString('base64url');

function cursorOf(text: string): z.infer<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (error) {
    throw new InvalidInput('The cursor is none of this list. Pass the one of the next link, unchanged.', {}, { cause: error });
  }
}

/** Each service's desired state in an environment as it was: the newest change up to that moment. */
export const environmentThen = (needs: Pick<Ports, 'store'>) => async (environment: EnvironmentName, time: number, page: PageInput, sees: (team: string) => boolean): Promise<Part<PlaceThen>> => {
  const { items, next } = await servicesPart(needs)(page);
  const found = await Promise.all(items.filter(({ team }) => sees(team)).map(({ name }) => placeThen(needs, name, environment, time)));
  return { items: found.filter((place) => place !== undefined), next };
};

async function placeThen(needs: Pick<Ports, 'store'>, service: ServiceName, environment: EnvironmentName, time: number): Promise<PlaceThen | undefined> {
  let cursor: string | undefined;
  do {
    const page = await needs.store.query(auditKey(service, environment, 0).partition, '', { limit: 50, order: 'descending', ...(cursor === undefined ? {} : { after: cursor }) });
    for (const { value } of page.items) {
      const { at } = z.object({ at: z.number() }).parse(value);
      if (at > time) continue;
      const entry = AuditEntry.parse(value);
      return { service, desired: entry.after, changedAt: at, changedBy: entry.by, why: entry.why };
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return undefined;
}
