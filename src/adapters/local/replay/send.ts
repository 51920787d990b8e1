/** Sends requests at a set rate, whether or not earlier ones are answered. */
import type { Agent } from 'node:http';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentFor, exchange } from '../../../comparison/http-exchange.ts';
import type { RecordedRequest } from '../../../domain/recording/recorded-request.ts';
import type { ReplayOutcome } from '../../../domain/replay/verdict.ts';
import type { Pace, Replays } from '../../../ports/replays.ts';

const ANSWER_WITHIN_MS = 30_000;
const CONNECTIONS = 128;
/** More requests than these under way at once: the rest fails unsent, as it would at a user's. */
const UNDER_WAY_MAX = 1000;

/** Calls `send` for each moment that is due, in turn; resolves when all were called. */
export async function paced({ rate, seconds }: Pace, send: (index: number, dueAt: number) => void): Promise<void> {
  const total = Math.max(1, Math.floor(rate * seconds));
  const began = performance.now();
  for (let index = 0; index < total; ) {
    const dueAt = began + (index * 1000) / rate;
    const early = dueAt - performance.now();
    if (early > 0) await sleep(Math.min(early, 50));
    else send(index++, dueAt);
  }
}

export async function sendAll(requests: readonly RecordedRequest[], baseUrl: string, pace: Pace): Promise<ReplayOutcome[]> {
  const base = new URL(baseUrl);
  const agent = agentFor(base.protocol, { keepAlive: true, maxSockets: CONNECTIONS });
  const outcomes: ReplayOutcome[] = [];
  const underWay = new Set<Promise<void>>();
  await paced(pace, (index, dueAt) => {
    const request = requests[index % requests.length] as RecordedRequest;
    const note = (answer: Pick<ReplayOutcome, 'status' | 'problem'>) => void outcomes.push({ method: request.method, target: request.target, ...answer, milliseconds: performance.now() - dueAt });
    if (underWay.size >= UNDER_WAY_MAX) return note({ status: null, problem: `not sent: ${UNDER_WAY_MAX} requests were under way already` });
    const sent: Promise<void> = answerTo(base, agent, request).then(note).finally(() => underWay.delete(sent));
    underWay.add(sent);
  });
  await Promise.all(underWay);
  agent.destroy();
  return outcomes;
}

/** Never rejects. */
async function answerTo(base: URL, agent: Agent, { method, target, headers, body }: RecordedRequest): Promise<Pick<ReplayOutcome, 'status' | 'problem'>> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const answer = await exchange(base, { method, target, headers: Object.entries(headers).flat(), body: body === undefined ? undefined : new TextEncoder().encode(body) }, agent, signal);
    // Read to its end, and thrown away.
    await finished(answer.resume());
    return { status: answer.statusCode ?? null, problem: null };
  } catch (error) {
    return { status: null, problem: signal.aborted ? `no whole answer within ${ANSWER_WITHIN_MS / 1000} s` : ((error as NodeJS.ErrnoException).code ?? String(error)) };
  }
}

export const replaysOverHttp: Replays = { send: sendAll, wait: (seconds) => sleep(seconds * 1000) };
