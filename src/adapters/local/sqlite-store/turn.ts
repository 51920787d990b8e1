/**
 * Shares the event loop. Reads of SQLite hold it, and a promise that is there already gives nobody else a turn: whoever reads thousands of
 * documents one after the other would keep every request waiting until the last of them.
 */

/** Reads and what is made of them in one turn of the event loop; then others have theirs. */
const TURN_MS = 5;

export interface Turn {
  /** Resolves at once, or in the next turn of the event loop when this one has read for long enough. */
  share(): Promise<void> | undefined;
}

export function createTurn(now: () => number = () => performance.now()): Turn {
  let began: number | undefined;
  return {
    share: () => {
      if (began === undefined) {
        began = now();
        setImmediate(() => { began = undefined; });
        return undefined;
      }
      return now() - began < TURN_MS ? undefined : new Promise((resolve) => setImmediate(resolve));
    },
  };
}
