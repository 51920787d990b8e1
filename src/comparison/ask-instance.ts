/** One copy of a request to one instance, and its answer as it is compared. */
import { createHash } from 'node:crypto';
import type { Pool } from 'undici';
import type { Answer, AnswerBody } from '../domain/parallel/answer.ts';
import type { HttpRequest } from './http-request.ts';

/** A whole answer, its body included. */
export const ANSWER_WITHIN_MS = 10_000;
/** Bodies up to this size are read as JSON; longer ones are equal or not as bytes. */
const JSON_BYTES_MAX = 256 * 1024;
/** Of longer ones so much is looked at. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

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
    return { kind: 'answer', status: answer.statusCode, headers: names, body: await answerBody(answer.body as AsyncIterable<Buffer>, names['content-type'] ?? '') };
  } catch (error) {
    return { kind: 'none', reason: signal.aborted ? `not within ${ANSWER_WITHIN_MS / 1000} s` : ((error as NodeJS.ErrnoException).code ?? 'broken') };
  }
}

/** The body of an answer as it is compared. @param type its content-type */
export async function answerBody(body: AsyncIterable<Buffer> | Iterable<Buffer>, type: string): Promise<AnswerBody> {
  const hash = createHash('sha256');
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(type);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    hash.update(chunk);
    if (isJson && length <= JSON_BYTES_MAX) chunks.push(chunk);
    // Leaving the loop ends the connection.
    if (length > BODY_BYTES_MAX) break;
  }
  const bytes: AnswerBody = { kind: 'bytes', digest: hash.digest('hex'), length };
  if (!isJson || length > JSON_BYTES_MAX) return bytes;
  try {
    return { kind: 'json', value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return bytes;
  }
}
