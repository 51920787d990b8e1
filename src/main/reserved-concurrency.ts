/** What reserved concurrency is on Lambda: so many calls of one function at a time, the others in order behind them. */
export function limitConcurrency<A extends readonly unknown[], R>(most: number, call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (...args) => {
    // A place is handed on by whoever ends, so nobody who comes later is faster.
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await call(...args);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
