/** One after another for the same key, side by side for different ones. */

export interface Serial {
  /** Runs when all earlier ones of the same key are over. Rejects with what `work` throws; the next one runs all the same. */
  run<R>(key: string, work: () => Promise<R>): Promise<R>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

export function createSerial(): Serial {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run: (key, work) => {
      const result = (tails.get(key) ?? Promise.resolve()).then(work);
      const settle = async () => {
        await Promise.allSettled([result]);
        if (tails.get(key) === tail) tails.delete(key);
      };
      const tail = settle();
      tails.set(key, tail);
      return result;
    },
    idle: async () => {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}

/** At most `limit` at a time; the others wait in order. */
export function createBounded(limit: number): <R>(work: () => Promise<R>) => Promise<R> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
