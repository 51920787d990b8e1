/** One-minute points of several metrics as counts that fit each other. */
import { addCounts } from '../../../domain/judge/counts.ts';
import type { ArmCounts } from '../../../ports/metrics.ts';
import { BOUNDS_MS, type Counted } from './queries.ts';

/** What a query answered: the count of each minute that has a point, by the minute's start in milliseconds. */
export interface Answered {
  readonly what: Counted;
  readonly minutes: ReadonlyMap<number, number>;
}

/**
 * The points of a minute do not come at the same time. So long a failure waits for the requests of its minute: requests that fail and are not
 * there would be no sample. After that it stands for a request by itself, so that a revision of which only failures are counted is not silent.
 */
export const SETTLED_MS = 3 * 60_000;

export const NONE: ArmCounts = { requests: 0, failures: {}, latencyBuckets: BOUNDS_MS.map(() => 0).concat(0), boundsMs: BOUNDS_MS };

interface Minute {
  requests: number;
  readonly bad: Map<string, number>;
}

/**
 * One revision's counts. They only grow from one reading to the next, as long as points are added and none is taken away.
 * @param at when they were read, milliseconds since the epoch
 */
export function countsOf(answered: readonly Answered[], at: number): ArmCounts {
  const failures = totals(answered, 'failures', at);
  const events = totals(answered, 'events', at);
  const latencyBuckets = NONE.latencyBuckets.map((_zero, bucket) => sumOf(answered.find(({ what }) => what.kind === 'latency' && what.bucket === bucket)?.minutes));
  return {
    requests: failures.requests, failures: failures.bad, latencyBuckets, boundsMs: BOUNDS_MS,
    ...(Object.keys(events.bad).length === 0 ? {} : { events: Object.fromEntries(Object.entries(events.bad).map(([name, bad]) => [name, { total: Math.max(events.requests, bad), bad }])) }),
  };
}

const sumOf = (minutes: ReadonlyMap<number, number> | undefined): number => [...(minutes ?? new Map<number, number>()).values()].reduce((sum, count) => sum + count, 0);

/** The requests, and what is bad of them by name, added up minute by minute. */
function totals(answered: readonly Answered[], kind: 'failures' | 'events', at: number): { readonly requests: number; readonly bad: Record<string, number> } {
  const minutes = new Map<number, Minute>();
  const minuteOf = (start: number): Minute => minutes.get(start) ?? minutes.set(start, { requests: 0, bad: new Map() }).get(start) as Minute;
  const bad: Record<string, number> = {};
  for (const { what, minutes: points } of answered) {
    if (what.kind === kind) bad[what.name] = 0;
    for (const [start, count] of points) {
      if (what.kind === 'requests') minuteOf(start).requests = count;
      else if (what.kind === kind) minuteOf(start).bad.set(what.name, count);
    }
  }
  let requests = 0;
  for (const [start, minute] of minutes) {
    const settled = at - start >= SETTLED_MS;
    const named = [...minute.bad.values()].reduce((sum, count) => sum + count, 0);
    requests += settled ? Math.max(minute.requests, named) : minute.requests;
    for (const [name, count] of minute.bad) bad[name] = (bad[name] ?? 0) + (settled ? count : Math.min(count, minute.requests));
  }
  return { requests, bad };
}

/** Several sources of one revision. */
export const addedUp = (counts: readonly ArmCounts[]): ArmCounts => counts.reduce<ArmCounts>((sum, one) => addCounts(sum, one), NONE);
