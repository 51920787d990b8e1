/** Knows what is under way, so that closing can wait for it. */
export interface Tracker { track<T>(work: Promise<T>): Promise<T>; idle(): Promise<void> }

export const createTracker = (): Tracker => {
  const under = new Set<Promise<unknown>>();
  return {
    track: (work) => {
      const settled: Promise<unknown> = work.catch(() => undefined).finally(() => under.delete(settled));
      under.add(settled);
      return work;
    },
    idle: async () => {
      while (under.size > 0) await Promise.all(under);
    },
  };
};
