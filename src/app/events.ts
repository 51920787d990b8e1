/** What changed since, from the store. */
import { ChangeEvent, type EventId, eventIdAt, timeOf } from '../domain/change.ts';
import type { Ports } from '../ports/index.ts';
import { EVENTS_KEPT_SECONDS } from './state/recorded-store.ts';
import { eventsPartition } from './state/keys.ts';

const HOUR_MS = 3_600_000;
const PAGE_EVENTS = 200;
/** Whoever is further behind looks at everything again, which costs less than so many events. */
export const EVENTS_MAX = 1000;

export interface EventsSince {
  /** Oldest first. */
  readonly events: readonly ChangeEvent[];
  /** What to ask with next time. */
  readonly next: EventId;
  /** Some are not here any more, or there were too many: look at everything again. */
  readonly reset: boolean;
}

/**
 * Events after one that was seen; without one nothing yet, and where to go on from. Where several processes write, an event may be
 * written a little later than its time says: there, only those that are older than `settings.eventsSettleMs` are given.
 */
export const eventsSince = (needs: Pick<Ports, 'store' | 'clock' | 'settings'>) => async (after: EventId | undefined): Promise<EventsSince> => {
  const until = needs.clock.now() - (needs.settings.eventsSettleMs ?? 0);
  const newest = eventIdAt(until + 1);
  // This very millisecond may bring more: better once too often than never.
  const fromNow = eventIdAt(until);
  if (after === undefined) return { events: [], next: fromNow, reset: false };
  const oldestKept = needs.clock.now() - EVENTS_KEPT_SECONDS * 1000;
  if (timeOf(after) < oldestKept) return { events: [], next: fromNow, reset: true };
  const found: ChangeEvent[] = [];
  for (let hour = Math.floor(until / HOUR_MS); hour >= Math.floor(timeOf(after) / HOUR_MS); hour -= 1) {
    if (await collect(needs, hour, { after, newest }, found)) break;
    if (found.length > EVENTS_MAX) return { events: [], next: fromNow, reset: true };
  }
  const events = found.reverse();
  return { events, next: events.at(-1)?.id ?? after, reset: false };
};

/** Newest first, of one hour. Answers whether the one that was seen is reached. */
async function collect({ store }: Pick<Ports, 'store'>, hour: number, between: { after: EventId; newest: EventId }, found: ChangeEvent[]): Promise<boolean> {
  let cursor: string | undefined;
  do {
    const page = await store.query(eventsPartition(hour), '', { limit: PAGE_EVENTS, order: 'descending', ...(cursor === undefined ? {} : { after: cursor }) });
    for (const { value } of page.items) {
      const event = ChangeEvent.parse(value);
      if (event.id <= between.after) return true;
      if (event.id < between.newest) found.push(event);
    }
    cursor = page.next;
  } while (cursor !== undefined && found.length <= EVENTS_MAX);
  return false;
}
