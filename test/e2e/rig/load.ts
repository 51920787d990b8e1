/** Steady requests to a service, and what they were answered. */
import { Agent } from 'undici';
import { pause } from './patience.ts';

export interface Load {
  readonly total: number;
  readonly failed: number;
  /** The first few failures: what was answered, and when (ISO 8601). */
  readonly failures: readonly string[];
  /** How often each text was answered. */
  readonly answers: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const FAILURES_KEPT = 20;

/** One request after the other on each of two connections, so that a loaded machine only makes it slower. */
export function startLoad(endpoint: string): Load {
  const dispatcher = new Agent({ connections: 2, keepAliveTimeout: 10_000 });
  const seen = { total: 0, failed: 0, answers: new Map<string, number>(), failures: [] as string[], stopped: false };
  const options: RequestInit & { readonly dispatcher: Agent } = { dispatcher };
  const client = async (): Promise<void> => {
    while (!seen.stopped) {
      const text = await fetch(endpoint, options).then(async (response) => (response.ok ? response.text() : `${response.status} ${await response.text()}`), (error: unknown) => String(error));
      if (seen.stopped) break;
      seen.total += 1;
      seen.answers.set(text, (seen.answers.get(text) ?? 0) + 1);
      if (!/^[a-z]+$/.test(text)) {
        seen.failed += 1;
        if (seen.failures.length < FAILURES_KEPT) seen.failures.push(`${new Date().toISOString()} ${text}`);
      }
      await pause(8);
    }
  };
  const clients = [client(), client()];
  return {
    get total() { return seen.total; },
    get failed() { return seen.failed; },
    answers: seen.answers,
    failures: seen.failures,
    stop: async () => {
      seen.stopped = true;
      await Promise.all(clients);
      await dispatcher.destroy();
    },
  };
}
