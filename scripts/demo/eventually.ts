/** Asks again until there is an answer. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  readonly withinMs: number;
  readonly everyMs?: number;
}

/** @throws Error naming what did not come in time */
export async function eventually<T>(what: string, patience: Patience, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + patience.withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${patience.withinMs / 1000} s`);
    await pause(patience.everyMs ?? 50);
  }
}
