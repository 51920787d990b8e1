/** Waiting in tests: look again and again until something holds, never longer than a deadline. */

/** A loaded machine with two cores is slow, so patience is long; nothing passes by being slow. */
export const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 25;

/** Answers the first thing `look` finds. @throws with what was waited for, and the last failure of looking */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  let failure: Error | undefined;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      failure = undefined;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${what}${failure === undefined ? '' : ` (${failure.message})`}`, { cause: failure });
    await pause(LOOK_EVERY_MS);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Holds for the whole time, looked at often: for what must not happen. */
export async function throughout(what: string, ms: number, look: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (!(await look())) throw new Error(`did not hold: ${what}`);
    await pause(LOOK_EVERY_MS);
  }
}
