/** How far a subscriber was told what changed, and what is done when it cannot take it. */
import * as z from 'zod';
import { EventId } from './change.ts';

const Trouble = z.strictObject({
  /** The first event that it did not take. */
  event: EventId,
  since: z.number(),
  attempts: z.int().min(1),
  retryAt: z.number(),
  error: z.string(),
  reason: z.string(),
  /** People were told that it goes on for long. */
  isTold: z.boolean(),
});

export const RelayState = z.strictObject({
  subscriber: z.string(),
  /** The last event that it took. */
  cursor: EventId,
  /** Events since then are gone: it is given what is unfinished instead. */
  lost: z.strictObject({ since: z.number(), at: z.number() }).nullable(),
  /** Events up to here failed together: they are given one by one, so that a bad one is found. */
  careful: EventId.nullable(),
  trouble: Trouble.nullable(),
  lease: z.strictObject({ holder: z.string(), until: z.number() }).nullable(),
});
export type RelayState = z.infer<typeof RelayState>;

/** Between two attempts at the same event: doubled each time. */
export const RETRY_FIRST_MS = 1000;
export const RETRY_LONGEST_MS = 60_000;
/** An event that a subscriber refuses for good is left out after this; one that it only cannot take now, after a much longer time. */
export const REFUSED_FOR_MS = 10 * 60_000;
export const UNAVAILABLE_FOR_MS = 6 * 3_600_000;
/** People are told of an outage that is older than this, once. */
export const TOLD_AFTER_MS = 10 * 60_000;

export interface Refusal {
  /** The first and the last event of what was not taken. */
  readonly first: EventId;
  readonly last: EventId;
  readonly error: string;
  readonly reason: string;
  /** It may be taken later without anybody changing anything. */
  readonly mayPass: boolean;
}

export type AfterRefusal =
  | { readonly kind: 'retry'; readonly state: RelayState; /** People should hear of it now. */ readonly tell: boolean }
  /** It was tried for long enough: the event is left out, so that the others are told. */
  | { readonly kind: 'left-out'; readonly state: RelayState };

/** What follows from a refusal. Only a single event is ever left out. */
export function afterRefusal(state: RelayState, refusal: Refusal, now: number): AfterRefusal {
  const before = state.trouble?.event === refusal.first ? state.trouble : null;
  const [since, attempts] = [before?.since ?? now, (before?.attempts ?? 0) + 1];
  const isSingle = refusal.first === refusal.last;
  if (isSingle && now - since >= (refusal.mayPass ? UNAVAILABLE_FOR_MS : REFUSED_FOR_MS)) {
    return { kind: 'left-out', state: state.lost === null ? taken(state, refusal.last) : { ...state, lost: null, trouble: null } };
  }
  const tell = !(before?.isTold ?? false) && now - since >= TOLD_AFTER_MS;
  const trouble = { event: refusal.first, since, attempts, retryAt: now + Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts - 1, 10)), error: refusal.error, reason: refusal.reason.slice(0, 1000), isTold: tell || (before?.isTold ?? false) };
  return { kind: 'retry', tell, state: { ...state, trouble, careful: isSingle ? state.careful : later(state.careful, refusal.last) } };
}

/** After everything up to this event was taken. */
export const taken = (state: RelayState, last: EventId): RelayState => ({ ...state, cursor: last, trouble: null, careful: state.careful !== null && last < state.careful ? state.careful : null });

const later = (one: EventId | null, other: EventId): EventId => (one === null || one < other ? other : one);
