/** Repeats a call that a client of the SDK cannot repeat by itself, such as one with a stream. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SlipwayError } from '../../domain/errors.ts';

export type Pause = (ms: number) => Promise<unknown>;

export interface Patience {
  readonly attempts: number;
  /** The bound of the first pause; each later bound is twice the one before. */
  readonly firstPauseMs: number;
  /** How to wait; tests hand in one that does not. */
  readonly pause: Pause;
}

export const PATIENCE: Patience = { attempts: 3, firstPauseMs: 200, pause: sleep };

/**
 * Calls until it succeeds or fails for good. A pause is anything up to its bound ("full jitter");
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function again<R>(call: () => Promise<R>, { attempts, firstPauseMs, pause }: Patience = PATIENCE): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= attempts || !(error instanceof SlipwayError) || error.retry !== 'retryable') throw error;
      await pause(Math.random() * firstPauseMs * 2 ** (attempt - 1));
    }
  }
}
