/** Repeats what contention or throttling turned away. */
import { isPassing } from './fault.ts';

export const ATTEMPTS_MAX = 8;
const FIRST_PAUSE_MS = 25;
const PAUSE_MAX_MS = 1_000;

export type Pause = (ms: number) => Promise<unknown>;

/**
 * Calls until it succeeds, fails for good, or has been tried 8 times: within about 4 seconds of pauses. Each pause is
 * anything up to a doubling bound ("full jitter"), so that writers who met once do not meet again;
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function withPatience<R>(call: () => Promise<R>, pause: Pause): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !isPassing(error)) throw error;
      await pause(Math.random() * Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** attempt));
    }
  }
}
