/** Resolves after so many milliseconds, or at once when the signal aborts. Leaves no listener behind: some wait thousands of times on one signal. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  const done = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', done);
    resolve();
  };
  const timer = setTimeout(done, ms);
  signal.addEventListener('abort', done);
  if (signal.aborted) done();
});
