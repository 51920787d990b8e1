/**
 * Bounds how much one burst can say. 20 bad answers in one second may be one broken client, and so may 30 in a minute. So what a short
 * time has of the candidate's bad events counts in part; the rest is kept for a while, and counts when failures go on after it. Leaving
 * out bad events of the candidate keeps the promise whatever the rule is (the likelihood ratio only gets smaller), so the rule may look at
 * the data.
 */
import * as z from 'zod';

/** A blip, a retry, a host that restarts: over so soon. A look that is longer is a slot by itself. */
const SLOT_SECONDS = 10;
/** So long may a client be broken, and count as little more than a blip. */
const WINDOW_SECONDS = 60;
/** Beside what is usual count: in one slot, for each other slot of the window that has too many, and in a window at most. Less until the stable revision has shown some. */
const COUNTED = { seen: { inSlot: 2, eachOtherSlot: 1.5, inWindow: 4.5 }, unseen: { inSlot: 1.5, eachOtherSlot: 1.5, inWindow: 3 } } as const;
/** So many times what is usual counts in any case. */
const USUAL_TIMES = 2;
/** Of a look that is a slot by itself so much of that: two minutes with a burst each are no evidence yet. */
const OF_LONG_LOOK = 0.8;
type Limit = (typeof COUNTED)[keyof typeof COUNTED];
/** Where the stable revision never failed in a long time, so much counts, and a blip of three seconds is too little even so. */
const SELDOM = { eachSecond: 0.75, inLook: 3 } as const;
/** What is over is kept, of one slot at most so many and so many times what is usual, and half of it for so long (or two looks) once it is out of the window. */
const KEPT = { ofSlot: 3, usualTimes: 1, halfLifeSeconds: 60 } as const;
/** A bad event in a window that has too many in so many slots (a long look is one) confirms so many that were kept. Two long looks may be one client's minute. */
const CONFIRMED = { slots: 2, each: 2, eachInLongLooks: 0.15 } as const;
/** Twice what is usual in a slot, and so many of its standard errors, are too many. */
const TOO_MANY_ERRORS = 1;
/**
 * No one client's burst: at least this part of the requests fails, for as long as if all had failed for so many seconds, and so many did.
 * Inside a long look nobody knows for how long. Then so many events count at once.
 */
const OUTAGE = { share: 0.4, shareOfLongLook: 0.5, longLookSeconds: 30, seconds: 6, bad: 25, events: 10 } as const;

/** [when it began, in seconds of the hold; bad events that count or are kept; those that counted; how many would be usual] */
const Slot = z.tuple([z.number(), z.number(), z.number(), z.number()]);
type Slot = z.infer<typeof Slot>;
export const Allowance = z.strictObject({
  second: z.number(),
  /** Of the last window, oldest first. */
  slots: z.array(Slot),
  /** Kept from before it. */
  kept: z.number(),
  /** The requests of the candidate since most began to fail. */
  outage: z.strictObject({ total: z.number(), bad: z.number(), seconds: z.number() }),
});
export type Allowance = z.infer<typeof Allowance>;

const noOutage = { total: 0, bad: 0, seconds: 0 };
export const fullAllowance = (): Allowance => ({ second: 0, slots: [], kept: 0, outage: noOutage });

export interface Burst {
  /** The candidate's requests and bad events in this tick. */
  readonly total: number;
  readonly bad: number;
  /** So many bad events would be usual in it. */
  readonly expected: number;
  /** The size of a burst that the stable revision has surely shown: so many are one. */
  readonly dispersion: number;
  /** `unseen`: hardly a bad event of the stable revision yet, so its first burst may as well be the candidate's. `seldom`: it never had one in so long that it may not. */
  readonly clusters: 'unseen' | 'seen' | 'seldom';
  readonly second: number;
}

/** @returns how many of the bad events count */
export function paid(state: Allowance, burst: Burst): { readonly state: Allowance; readonly counted: number } {
  const { bad, second, clusters } = burst;
  const elapsed = Math.max(0, second - state.second);
  const outage = withOutage(state.outage, burst, elapsed);
  const isOutage = outage.bad >= OUTAGE.bad && outage.seconds >= OUTAGE.seconds;
  if (clusters === 'seldom') return { counted: Math.min(bad, isOutage ? OUTAGE.events : Math.min(SELDOM.inLook, SELDOM.eachSecond * elapsed)), state: { ...state, second, outage } };
  const { slots, kept } = aged(state, second, elapsed);
  const last = slots.pop();
  const [slot, earlier] = last !== undefined && second - last[0] <= SLOT_SECONDS * 1.001 && (bad === 0 || last[1] > 0) ? [last, slots] : [newSlot(second, elapsed), last === undefined ? slots : [...slots, last]];
  const filled: Slot = [slot[0], slot[1] + bad, slot[2], slot[3] + burst.expected];
  if (bad === 0) return { counted: 0, state: { second, slots: [...earlier, plain(filled)], kept, outage } };
  const { now, confirmed } = counted(earlier, filled, COUNTED[clusters], burst, elapsed, kept, isOutage);
  // One burst is kept for at most a few: it may confirm others, and others may confirm it, but it is one.
  const most = burst.dispersion * (COUNTED[clusters].inSlot + KEPT.ofSlot) + (USUAL_TIMES + KEPT.usualTimes) * filled[3];
  const done: Slot = [filled[0], Math.max(filled[2] + now, elapsed >= OUTAGE.longLookSeconds ? filled[1] : Math.min(filled[1], most)), filled[2] + now, filled[3]];
  return { counted: now + confirmed, state: { second, slots: [...earlier, plain(done)], kept: kept - confirmed, outage } };
}

/** What of the window counts now, and what of the kept is confirmed. */
function counted(earlier: readonly Slot[], slot: Slot, limit: Limit, { bad, expected, dispersion }: Burst, elapsed: number, kept: number, isOutage: boolean): { readonly now: number; readonly confirmed: number } {
  const wholeSlot = elapsed > 0 ? (expected / elapsed) * SLOT_SECONDS : expected;
  const tooMany = ([, ofIt, , usual]: Slot): boolean => ofIt > 2 * Math.max(usual, wholeSlot) + TOO_MANY_ERRORS * Math.sqrt(Math.max(usual, wholeSlot));
  const isLong = elapsed >= OUTAGE.longLookSeconds;
  const inSlot = limit.inSlot * (isLong ? OF_LONG_LOOK : 1);
  const all = [...earlier, slot];
  const full = all.filter(tooMany).length;
  const sum = (of: 1 | 2 | 3, slots: readonly Slot[] = all): number => slots.reduce((total, one) => total + one[of], 0);
  const most = Math.min(limit.inWindow, inSlot + limit.eachOtherSlot * Math.max(0, full - 1));
  const ofWindow = Math.max(0, dispersion * most + USUAL_TIMES * sum(3) - sum(2));
  const open = slot[1] - slot[2];
  const fresh = Math.min(open, Math.max(0, dispersion * inSlot + USUAL_TIMES * slot[3] - slot[2]));
  const isTooMany = tooMany(slot);
  const usual = Math.min(ofWindow, fresh + (isTooMany ? sum(1, earlier) - sum(2, earlier) : 0));
  return { now: isOutage ? Math.max(usual, Math.min(open, OUTAGE.events)) : usual, confirmed: isTooMany && full >= (isLong ? 1 : CONFIRMED.slots) ? Math.min(kept, (isLong ? CONFIRMED.eachInLongLooks : CONFIRMED.each) * bad) : 0 };
}

const newSlot = (second: number, elapsed: number): Slot => [second - Math.max(Math.min(elapsed, SLOT_SECONDS), elapsed > SLOT_SECONDS ? elapsed : 0), 0, 0, 0];

/** Slots that have left the window, and what is kept of them. */
function aged({ slots, kept }: Allowance, second: number, elapsed: number): { slots: Slot[]; kept: number } {
  const isOver = ([begun]: Slot): boolean => second - begun >= WINDOW_SECONDS;
  const left = kept === 0 ? 0 : kept * 2 ** (-elapsed / Math.max(KEPT.halfLifeSeconds, 2 * elapsed));
  // Most looks: the oldest is still in it.
  if (slots[0] === undefined || !isOver(slots[0])) return { slots: [...slots], kept: rounded(left) };
  const over = slots.filter(isOver).reduce((sum, [, bad, ofIt]) => sum + Math.max(0, bad - ofIt), 0);
  return { slots: slots.filter((slot) => !isOver(slot)), kept: rounded(left + over) };
}

function withOutage({ total, bad, seconds }: Allowance['outage'], tick: Burst, elapsed: number): Allowance['outage'] {
  const next = { total: total + tick.total, bad: bad + tick.bad, seconds: rounded(seconds + (tick.total === 0 ? 0 : (elapsed * tick.bad) / tick.total)) };
  return next.bad <= (elapsed >= OUTAGE.longLookSeconds ? OUTAGE.shareOfLongLook : OUTAGE.share) * next.total ? noOutage : next;
}

/** Few digits, as the state is kept for each metric. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const plain = (slot: Slot): Slot => [rounded(slot[0]), rounded(slot[1]), rounded(slot[2]), rounded(slot[3])];
