/** Events behind one, oldest first, however many there are: what a relay goes on with. */
import { ChangeEvent, type EventId, eventIdAt, timeOf } from '../../domain/change.ts';
import { RelayState } from '../../domain/relay.ts';
import type { Ports } from '../../ports/index.ts';
import { list } from '../state/documents.ts';
import { eventsPartition } from '../state/keys.ts';

const HOUR_MS = 3_600_000;

/**
 * At most `limit` of them. Where several processes write, only those that are older than `settings.eventsSettleMs`: none is written any more
 * that would have come before them.
 */
export async function newEvents(needs: Pick<Ports, 'store' | 'clock' | 'settings'>, behind: EventId, limit: number): Promise<ChangeEvent[]> {
  const until = needs.clock.now() - (needs.settings.eventsSettleMs ?? 0);
  // On one machine ids only rise, so they may be ahead of a clock that was set back.
  const newest = needs.settings.eventsSettleMs === undefined ? null : eventIdAt(until + 1);
  const found: ChangeEvent[] = [];
  const lastHour = newest === null ? Math.floor(Math.max(until, timeOf(behind)) / HOUR_MS) + 1 : Math.floor(until / HOUR_MS);
  for (let hour = Math.floor(timeOf(behind) / HOUR_MS); hour <= lastHour && found.length < limit; hour += 1) {
    const { items } = await needs.store.query(eventsPartition(hour), '', { limit: limit - found.length, behind });
    for (const { value } of items) {
      const event = ChangeEvent.parse(value);
      if (newest !== null && event.id >= newest) return found;
      found.push(event);
    }
  }
  return found;
}

/** When the newest event was written that anybody was told, milliseconds since the epoch; 0 before there is one. */
export async function newestTold({ store }: Pick<Ports, 'store'>): Promise<number> {
  return Math.max(0, ...(await list(store, RelayState, 'relay', '')).map(({ value }) => timeOf(value.cursor)));
}
