/** Sends requests at a set rate, whether or not earlier ones are answered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { RecordedRequest } from '../../../domain/recording/recorded-request.ts';
import type { ReplayOutcome } from '../../../domain/replay/verdict.ts';

const ANSWER_WITHIN_MS = 30_000;
/** More requests than these under way at once: the rest fails unsent, as it would at a user's. */
const UNDER_WAY_MAX = 1000;

export interface Pace {
  /** A second. */
  readonly rate: number;
  readonly seconds: number;
}

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
  const pool = new Pool(base.origin, { connections: 128, pipelining: 1, connectTimeout: 5000 });
  const prefix = base.pathname.replace(/\/+$/, '');
  const outcomes: ReplayOutcome[] = [];
  const underWay = new Set<Promise<void>>();
  await paced(pace, (index, dueAt) => {
    const request = requests[index % requests.length] as RecordedRequest;
    const note = (answer: Pick<ReplayOutcome, 'status' | 'problem'>) => void outcomes.push({ method: request.method, target: request.target, ...answer, milliseconds: performance.now() - dueAt });
    if (underWay.size >= UNDER_WAY_MAX) return note({ status: null, problem: `not sent: ${UNDER_WAY_MAX} requests were under way already` });
    const sent: Promise<void> = answerTo(pool, request, prefix).then(note).finally(() => underWay.delete(sent));
    underWay.add(sent);
  });
  await Promise.all(underWay);
  await pool.close();
  return outcomes;
}

/** Never rejects. */
async function answerTo(pool: Pool, { method, target, headers, body }: RecordedRequest, prefix: string): Promise<Pick<ReplayOutcome, 'status' | 'problem'>> {
  try {
    const answer = await pool.request({ method, path: `${prefix}${target}`, headers, body: body ?? null, headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
    return { status: answer.statusCode, problem: null };
  } catch (error) {
    return { status: null, problem: reasonOf(error) };
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error && error.name === 'TimeoutError' ? `no whole answer within ${ANSWER_WITHIN_MS / 1000} s` : ((error as NodeJS.ErrnoException).code ?? String(error)));
