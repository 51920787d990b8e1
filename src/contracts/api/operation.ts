/** One operation of the API as data: routes, document, permission and parsing are all made from it. */
import * as z from 'zod';
import type { Action } from '../../domain/roles.ts';

type Nothing = z.ZodObject;
const NO_FIELDS = z.object({});

export interface Operation<P extends z.ZodObject = z.ZodObject, Q extends z.ZodObject = z.ZodObject, B extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  /** Unique; the document's operationId. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `:name` for each of `params`. */
  readonly path: `/v1/${string}`;
  readonly tag: string;
  readonly summary: string;
  /** What the caller must be allowed to do; `known`: anybody who is known; `anybody`: whoever asks, without a token. */
  readonly action: Action | 'known' | 'anybody';
  readonly params: P;
  readonly query: Q;
  readonly body: B | null;
  /** Of the answer. 413, 415 and the like need no naming. */
  readonly status: 200 | 201 | 202;
  readonly answer: A;
  /** Changes take `If-Match` with the ETag of what was seen. */
  readonly guarded: boolean;
  /** The answer holds a secret, so it is never kept: no idempotency key is taken. */
  readonly secret: boolean;
  /** Part of a list; `Link: <...>; rel="next"` names the next part. */
  readonly paged: boolean;
}

type Given<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> =
  Pick<Operation<P, Q, B, A>, 'id' | 'method' | 'path' | 'tag' | 'summary' | 'action' | 'answer'> & Partial<Pick<Operation<P, Q, B, A>, 'params' | 'query' | 'body' | 'status' | 'guarded' | 'secret' | 'paged'>>;

/** Those that were made here, so that a module's schemas need not be looked into to tell them from its operations. */
const made = new WeakSet<object>();

export function operation<P extends z.ZodObject = Nothing, Q extends z.ZodObject = Nothing, B extends z.ZodType = z.ZodUndefined, A extends z.ZodType = z.ZodType>(given: Given<P, Q, B, A>): Operation<P, Q, B, A> {
  const whole: Operation<P, Q, B, A> = { params: NO_FIELDS as unknown as P, query: NO_FIELDS as unknown as Q, body: null, status: 200, guarded: false, secret: false, paged: false, ...given };
  made.add(whole);
  return whole;
}

export const isOperation = (value: unknown): value is Operation => typeof value === 'object' && value !== null && made.has(value);

/** Milliseconds since the epoch. */
export const Time = z.number().meta({ description: 'Milliseconds since the epoch.' });
/** Every list that may grow: how many, and from where on. */
export const PAGE_ITEMS_MAX = 1000;
export const paging = (standard: number) => ({
  limit: z.coerce.number().int().min(1).max(PAGE_ITEMS_MAX).default(standard).meta({ description: `At most so many, 1 to ${PAGE_ITEMS_MAX}.` }),
  cursor: z.string().regex(/^[\w@-]{1,4096}$/, 'a cursor as it was given, unchanged').optional().meta({ description: 'From the `next` link of the part before, unchanged.' }),
});
export const Why = z.string().max(1000).default('').meta({ description: 'A reason, for the audit.' });
const A_MOMENT = 'a time such as 2026-11-20T10:00:00Z, or milliseconds since the epoch';
/** `2026-11-20T10:00:00Z`, or milliseconds since the epoch. */
export const Moment = z.union([z.iso.datetime({ offset: true }), z.string().regex(/^\d{1,15}$/, A_MOMENT)], { error: A_MOMENT })
  .transform((text) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text))).meta({ description: '`2026-11-20T10:00:00Z`, or milliseconds since the epoch.' });
