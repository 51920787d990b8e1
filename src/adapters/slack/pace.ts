/** Turns under a limit: at most so many at once, then one in each interval. */
import { ProviderUnavailable } from '../../domain/errors.ts';

export interface Limit {
  readonly name: string;
  readonly intervalMs: number;
  readonly burst: number;
}

export interface PaceOptions {
  /** Milliseconds; only differences count. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Whoever would wait longer is told to come back. */
  readonly longestWaitMs: number;
}

export interface Pace {
  /** Resolves when it is the caller's turn under each of the limits. @throws ProviderUnavailable when that is too far away */
  turn(limits: readonly Limit[]): Promise<void>;
  /** Nobody has a turn under this name for so long. */
  block(name: string, ms: number): void;
}

/** Names that are kept; the oldest are of no more use by far. */
const NAMES_MAX = 5000;

/** The generic cell rate algorithm: for each limit the moment at which it would be at rest (https://www.itu.int/rec/T-REC-I.371). */
export function createPace({ now, sleep, longestWaitMs }: PaceOptions): Pace {
  const atRest = new Map<string, number>();
  const blocked = new Map<string, number>();
  const keep = (map: Map<string, number>, name: string, value: number): void => {
    map.delete(name);
    map.set(name, value);
    if (map.size > NAMES_MAX) map.delete(map.keys().next().value ?? '');
  };
  return {
    async turn(limits) {
      const at = now();
      const waits = limits.map(({ name, intervalMs, burst }) => Math.max((atRest.get(name) ?? at) - at - intervalMs * (burst - 1), (blocked.get(name) ?? at) - at, 0));
      const wait = Math.max(0, ...waits);
      if (wait > longestWaitMs) throw new ProviderUnavailable(`Slack takes no more of this for ${Math.ceil(wait / 1000)} s. It is tried again then.`, { retryAfterSeconds: Math.ceil(wait / 1000) });
      for (const { name, intervalMs } of limits) keep(atRest, name, Math.max(atRest.get(name) ?? at, at) + intervalMs);
      if (wait > 0) await sleep(wait);
    },
    block: (name, ms) => keep(blocked, name, now() + ms),
  };
}
