/** Requests that are sent at a set rate from where this runs. Adapter: HTTP over undici. */
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import type { ReplayOutcome } from '../domain/replay/verdict.ts';

export interface Pace {
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
}

export interface Replays {
  /** In turn, and again from the first; each when it is due, whether or not earlier ones are answered. A request that fails is an outcome. */
  send(requests: readonly RecordedRequest[], baseUrl: string, pace: Pace): Promise<readonly ReplayOutcome[]>;
  /** Between two looks at a comparison that is being prepared. */
  wait(seconds: number): Promise<void>;
}
