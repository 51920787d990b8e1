/** Whether a part still answers: a process that is suspended, or that turns in a circle, is there and serves nobody. */
import { readFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:http';
import type { Home } from './home.ts';
import { pause } from './pause.ts';

const ASK_EVERY_MS = 2000;
/** As long as a machine under heavy load may keep a part from its turn, and more. */
const PATIENCE_MS = 20_000;

export interface LivenessOptions {
  /** Resolves to whether there was any answer; never rejects. */
  readonly ask: (timeoutMs: number) => Promise<boolean>;
  readonly everyMs?: number;
  readonly patienceMs?: number;
}

/**
 * Asks again and again until `signal` aborts, and resolves to true once a part that had answered gives no answer for `patienceMs`. One that
 * has not answered yet is still starting, which may take as long as its data take to read. The time is counted in questions, so that a
 * machine that slept does not find everything late when it wakes.
 */
export async function silentTooLong({ ask, everyMs = ASK_EVERY_MS, patienceMs = PATIENCE_MS }: LivenessOptions, signal: AbortSignal): Promise<boolean> {
  const missesMax = Math.max(1, Math.round(patienceMs / everyMs));
  let answered = false;
  for (let misses = 0; misses < missesMax;) {
    const [answer] = await Promise.all([ask(everyMs), pause(everyMs, signal)]);
    if (signal.aborted) return false;
    if (answer) answered = true;
    misses = answer || !answered ? 0 : misses + 1;
  }
  return true;
}

/** Asks the router over its control socket. */
export const askRouter = (home: Home) => (timeoutMs: number): Promise<boolean> => answers({ socketPath: home.routerSocket, path: '/health' }, timeoutMs);

/** Asks the control plane at the address that it has noted. */
export const askControlPlane = (home: Home) => async (timeoutMs: number): Promise<boolean> => {
  try {
    const { hostname, port } = new URL(readFileSync(home.address, 'utf8').trim());
    return await answers({ host: hostname.replace(/^\[|\]$/g, ''), port, path: '/health' }, timeoutMs);
  } catch {
    // No address yet, or not any more.
    return false;
  }
};

/** Nobody listens there. */
const ABSENT: readonly unknown[] = ['ENOENT', 'ECONNREFUSED'];

/**
 * Over a connection of its own: one that is kept may be served by a part that takes no new ones. A connection that is closed at once is an
 * answer too: it is what a part does that has as many open as it may, and it is busy with these.
 */
function answers(to: RequestOptions, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ ...to, agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    const timer = setTimeout(() => {
      resolve(false);
      asking.destroy();
    }, timeoutMs);
    asking.on('close', () => clearTimeout(timer));
    asking.on('error', (error: NodeJS.ErrnoException) => resolve(!ABSENT.includes(error.code)));
    asking.end();
  });
}
