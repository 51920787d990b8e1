/** One copy of a request to one instance, and its answer as it is compared. */
import type { Pool } from 'undici';
import type { Answer } from '../domain/parallel/answer.ts';
import { answerBody } from './answer-body.ts';
import type { HttpRequest } from './http-request.ts';

/** A whole answer, its body included. */
export const ANSWER_WITHIN_MS = 10_000;

/**
 * Headers of the connection, and those that would make an answer say less: with a condition or a range the body is not the
 * whole one, and compressed bytes of equal JSON may differ.
 */
const NOT_MIRRORED = new Set(['connection', 'keep-alive', 'accept-encoding', 'if-none-match', 'if-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range', 'content-length', 'transfer-encoding', 'x-slipway-mirror']);

/** Lines -> flat names and values, with the header that says what this request is. */
export function mirroredHeaders(lines: string): string[] {
  const headers: string[] = [];
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0 || NOT_MIRRORED.has(line.slice(0, colon).toLowerCase())) continue;
    headers.push(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  headers.push('accept-encoding', 'identity', 'x-slipway-mirror', '1');
  return headers;
}

/** Never rejects: no answer is an answer, too. */
export async function askInstance(pool: Pool, { method, target, body }: HttpRequest, headers: string[]): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const answer = await pool.request({ method, path: target, headers, body: body ?? null, signal, headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS });
    const names = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value ?? '']));
    return { kind: 'answer', status: answer.statusCode, headers: names, body: await answerBody(answer.body as AsyncIterable<Buffer>, names) };
  } catch (error) {
    return { kind: 'none', reason: signal.aborted ? `not within ${ANSWER_WITHIN_MS / 1000} s` : ((error as NodeJS.ErrnoException).code ?? 'broken') };
  }
}
