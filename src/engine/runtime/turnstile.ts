/** Lets one piece of work at a time through per key, in the order of asking. */
export interface Turnstile { pass<T>(key: string, work: () => Promise<T>): Promise<T> }

export const createTurnstile = (): Turnstile => {
  const last = new Map<string, Promise<unknown>>();
  return {
    pass: async (key, work) => {
      const run = (last.get(key) ?? Promise.resolve()).then(work, work);
      last.set(key, run);
      try {
        return await run;
      } finally {
        if (last.get(key) === run) last.delete(key);
      }
    },
  };
};
