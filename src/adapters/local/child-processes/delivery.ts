/** Brings an outcome to whoever waits for it, at least once. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 60_000;

const isFinal = (error: unknown): boolean => typeof error === 'object' && error !== null && 'retry' in error && error.retry === 'final';

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) {
      resolve();
      return;
    }
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener('abort', end, { once: true });
  });
}

/**
 * Calls `onFinished` until it succeeds, refuses for good (a final error: nobody waits any more), or `stop`. A job that was
 * started with another token meanwhile is reported to that one too.
 * @returns whether it is settled; false: stopped before
 */
export async function deliver<Q extends { readonly token: string }>(current: () => Q, onFinished: (request: Q) => Promise<void>, stop: AbortSignal): Promise<boolean> {
  for (let waitMs = FIRST_WAIT_MS; !stop.aborted; ) {
    const request = current();
    const settled = await onFinished(request).then(() => true, isFinal);
    if (settled && current().token === request.token) return true;
    if (settled) continue;
    await pause(waitMs, stop);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
  return false;
}
