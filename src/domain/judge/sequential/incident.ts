/**
 * An incident of the stable revision: far more fails than is usual, for some seconds. It says nothing of how failures come on other days, so
 * clusters are not measured in it. Without this one outage of half a minute makes every later failure of the candidate part of a cluster of
 * thousands, and a release that fails fifty times as often is not found any more. Who has one again and again has them as a pattern.
 */
import * as z from 'zod';
import { Dispersion, dispersionOf, unknownDispersion, withSpan } from './dispersion.ts';
import { type Block, rateOf } from './share.ts';

/** Where so much fails, and so many times what is usual, an incident may have begun. */
const FAR = { rate: 0.03, times: 5 } as const;
/**
 * It is one from so many failures over what is usual, and so many seconds in which it is so, on: no client repeats a request as often. So many
 * standard errors: several clusters of the size that is known do not come together by chance.
 */
const IS_ONE = { bad: 100, seconds: 15, errors: 8 } as const;
/** What is usual is known after so long. */
const KNOWN_SECONDS = 120;
/** It is over when in so long, or in a look that is longer, less than half of that fails. */
const CALM_SECONDS = 20;
/** Of one hold, and those after it. */
const LEFT_OUT_MOST = 2;

const Open = z.strictObject({
  usual: z.number(),
  /** Since it began: seconds in which so much failed, failures over what is usual, and those that are usual. */
  seconds: z.number(),
  bad: z.number(),
  expected: z.number(),
  /** Since it was last looked at whether it is over. */
  recent: z.strictObject({ seconds: z.number(), total: z.number(), bad: z.number() }),
  /** What was measured before it; null as soon as it is one, and nothing is measured until it is over. */
  before: Dispersion.nullable(),
});
type Open = z.infer<typeof Open>;
export const Incident = z.strictObject({ leftOut: z.int().min(0), open: Open.nullable() });
export type Incident = z.infer<typeof Incident>;

export const noIncident = (): Incident => ({ leftOut: 0, open: null });

interface Measured {
  readonly incident: Incident;
  readonly dispersion: Dispersion;
}

const calm = { seconds: 0, total: 0, bad: 0 };
const isFar = (rate: number, usual: number): boolean => rate >= FAR.rate && rate >= FAR.times * usual;

interface Look {
  readonly block: Block;
  /** The stable revision's requests of this hold before this look. */
  readonly seen: Block['stable'];
  /** When the look ended, in seconds of the hold, and its length. */
  readonly second: number;
  readonly seconds: number;
}

/** What a look says of clusters: nothing in an incident. */
export function measured({ incident, dispersion }: Measured, look: Look): Measured {
  const open = incident.open ?? (incident.leftOut < LEFT_OUT_MOST && hasBegun(look) ? { usual: rateOf(look.seen), seconds: 0, bad: 0, expected: 0, recent: calm, before: dispersion } : null);
  if (open === null) return { incident, dispersion: withSpan(dispersion, look.block, look.seconds) };
  const next = withLook(open, look);
  const isFull = next.recent.seconds >= CALM_SECONDS * 0.99;
  const still = (of: Open): Open | null => (isFull && !isFar(2 * rateOf(of.recent), of.usual) ? null : { ...of, recent: isFull ? calm : of.recent });
  if (next.before === null) return { incident: { ...incident, open: still(next) }, dispersion };
  if (isOne(next, next.before)) return { incident: { leftOut: incident.leftOut + 1, open: still({ ...next, before: null }) }, dispersion: cut(next.before) };
  return { incident: { ...incident, open: still(next) }, dispersion: withSpan(dispersion, look.block, look.seconds) };
}

const hasBegun = ({ block, seen, second, seconds }: Look): boolean => second - seconds >= KNOWN_SECONDS && seen.total > 0 && isFar(rateOf(block.stable), rateOf(seen));

const isOne = ({ seconds, bad, expected }: Open, before: Dispersion): boolean => seconds >= IS_ONE.seconds && bad >= Math.max(IS_ONE.bad, IS_ONE.errors * Math.sqrt(expected * dispersionOf(before)));

function withLook(open: Open, { block: { stable: { total, bad } }, seconds }: Look): Open {
  const { usual, recent } = open;
  const expected = usual * total;
  return {
    ...open, seconds: open.seconds + (isFar(rateOf({ total, bad }), usual) ? seconds : 0), bad: rounded(open.bad + Math.max(0, bad - expected)), expected: rounded(open.expected + expected),
    recent: { seconds: recent.seconds + seconds, total: recent.total + total, bad: recent.bad + bad },
  };
}

/** No span is compared with one from before. */
const cut = (before: Dispersion): Dispersion => unknownDispersion().map((scale, index) => ({ ...scale, sums: before[index]?.sums ?? scale.sums }));
/** Few digits, as the state is kept for each metric. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
