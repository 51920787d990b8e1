/** What changed since, as it is asked for again and again. */
import { eventsSince } from '../app/events.ts';
import * as operations from '../contracts/api/events.ts';
import { type ChangeEvent, type ChangeFilter, fits } from '../domain/change.ts';
import type { ServiceName } from '../domain/ids.ts';
import { anywhere, teams } from './access.ts';
import { bind } from './serve.ts';

/** An event with those of its changes that fit and may be seen; undefined when none is left. */
export async function shownEvent(event: ChangeEvent, filter: ChangeFilter, teamOf: (service: ServiceName) => Promise<string>, sees: (team: string, environment?: string) => boolean): Promise<ChangeEvent | undefined> {
  const changes = [];
  for (const change of event.changes) {
    if (!fits(change, filter)) continue;
    if (change.service === null || sees(await teamOf(change.service), change.environment ?? undefined)) changes.push(change);
  }
  return changes.length === 0 ? undefined : { ...event, changes };
}

export const eventBindings = [
  bind(operations.readEvents, anywhere, async (ports, { query: { after, ...filter }, sees }) => {
    const found = await eventsSince(ports)(after);
    const teamOf = teams(ports);
    const events = await Promise.all(found.events.map((event) => shownEvent(event, filter, teamOf, sees)));
    return { value: { ...found, events: events.filter((event) => event !== undefined) } };
  }),
];
