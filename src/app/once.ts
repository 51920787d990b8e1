/** Answers a repeated request as it was answered the first time (Idempotency-Key), for a day. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Conflict, InvalidInput, SlipwayError } from '../domain/errors.ts';
import type { Ports } from '../ports/index.ts';
import { expecting, read } from './state/documents.ts';
import { idempotencyKey } from './state/keys.ts';

export const KEPT_SECONDS = 86_400;
/** With room for the rest of the item under the 400 KiB of one. */
const ANSWER_BYTES_MAX = 300 * 1024;
const KEY_FORM = /^[\x21-\x7e]{1,255}$/;

const Kept = z.strictObject({ statusCode: z.number(), headers: z.record(z.string(), z.string()), body: z.string() });
const Remembered = z.strictObject({
  /** Of method, path and body: the same key for another request is a mistake. */
  request: z.string(),
  at: z.number(),
  /** `too-long`: it was carried out, and its answer could not be kept. */
  outcome: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('at-work') }), z.strictObject({ kind: z.literal('answered'), answer: Kept }), z.strictObject({ kind: z.literal('too-long') })]),
});

export interface OnceInput {
  readonly by: string;
  readonly key: string;
  /** Everything that makes the request what it is. */
  readonly request: string;
}


const respond = (answer: z.infer<typeof Kept>, replayed: boolean): { readonly response: () => Response } => ({
  response: () => new Response(answer.body, { status: answer.statusCode, headers: { ...answer.headers, ...(replayed ? { 'idempotency-replayed': 'true' } : {}) } }),
});

/**
 * Runs a request once for each key of a caller. What it answered is given again for 24 hours; a refusal leaves the key free, as it
 * changed nothing. When nobody knows how the first one ended (a crash, a fault in the middle), it is never run again by itself.
 * @throws InvalidInput for a key of another form; Conflict for another request with the key, or while the first one is at work
 */
export const once = (needs: Pick<Ports, 'store' | 'clock'>) => async (input: OnceInput, run: () => Promise<{ statusCode: number; headers: Readonly<Record<string, string>>; body: string }>): Promise<{ readonly response: () => Response }> => {
  if (!KEY_FORM.test(input.key)) throw new InvalidInput('The Idempotency-Key does not fit. Use 1 to 255 visible ASCII characters, such as a UUID.');
  const request = createHash('sha256').update(input.request).digest('hex');
  const key = idempotencyKey(input.by, input.key);
  const now = needs.clock.now();
  const known = await read(needs.store, Remembered, key);
  if (known !== undefined && now - known.value.at < KEPT_SECONDS * 1000) return repeated(known.value, request);
  const begun = { request, at: now, outcome: { kind: 'at-work' } } as const;
  const expiresAtSeconds = Math.floor(now / 1000) + KEPT_SECONDS;
  await needs.store.transact([{ kind: 'put', key, value: begun, condition: expecting(known), expiresAtSeconds }]);
  const generation = known === undefined ? 1 : known.generation + 1;
  const answer = await run().catch(async (error: unknown) => {
    if (error instanceof SlipwayError && error.name !== 'ProviderUnavailable') await needs.store.transact([{ kind: 'delete', key, condition: { generation } }]);
    throw error;
  });
  const kept = { statusCode: answer.statusCode, headers: { ...answer.headers }, body: answer.body };
  const outcome = Buffer.byteLength(answer.body) > ANSWER_BYTES_MAX ? { kind: 'too-long' as const } : { kind: 'answered' as const, answer: kept };
  await needs.store.transact([{ kind: 'put', key, value: { ...begun, outcome }, condition: { generation }, expiresAtSeconds }]);
  return respond(kept, false);
};

function repeated({ request: first, outcome }: z.infer<typeof Remembered>, request: string): { readonly response: () => Response } {
  if (first !== request) throw new Conflict('This Idempotency-Key was used for another request. Take a new key for a new request.');
  switch (outcome.kind) {
    case 'answered':
      return respond(outcome.answer, true);
    case 'too-long':
      throw new Conflict('This request was carried out, but its answer was too long to be kept. Look at what came of it with a GET.');
    case 'at-work':
      throw new Conflict('The first request with this Idempotency-Key is at work, or was broken off. Look at what came of it before you send it with a new key.');
  }
}
