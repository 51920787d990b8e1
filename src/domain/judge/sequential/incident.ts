/**
 * An incident of the stable revision: far more fails than is usual, for some seconds. It says nothing of how failures come on other days, so
 * clusters are not measured in it. Without this one outage of half a minute makes every later failure of the candidate part of a cluster of
 * thousands, and a release that fails fifty times as often is not found any more. Who has one again and again has them as a pattern.
 */
import * as z from 'zod';
import { Dispersion, unknownDispersion, withSpan } from './dispersion.ts';
import type { Block } from './share.ts';

/** Where so much fails, and so many times what is usual, an incident may have begun. */
const FAR = { rate: 0.05, times: 5 } as const;
/** It is one from so many failures over what is usual, and so many seconds, on: no client repeats a request as often. */
const IS_ONE = { bad: 100, seconds: 6 } as const;
/** It is over when so long, or a look that is longer, is calm. */
const CALM_SECONDS = 10;
/** Of one hold, and those after it. */
const LEFT_OUT_MOST = 2;

const Open = z.strictObject({
  usual: z.number(),
  /** Since it began: failures over what is usual. */
  seconds: z.number(),
  bad: z.number(),
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
const rateOf = ({ bad, total }: { readonly bad: number; readonly total: number }): number => (total === 0 ? 0 : bad / total);
const isFar = (rate: number, usual: number): boolean => rate >= FAR.rate && rate >= FAR.times * usual;

/**
 * What a look says of clusters: nothing in an incident.
 *
 * @param seen the stable revision's requests before this look; @param seconds the look's length
 */
export function measured({ incident, dispersion }: Measured, block: Block, seen: Block['stable'], seconds: number): Measured {
  const { stable } = block;
  const open = incident.open ?? (incident.leftOut < LEFT_OUT_MOST && seen.total > 0 && isFar(rateOf(stable), rateOf(seen)) ? begun(rateOf(seen), dispersion) : null);
  if (open === null) return { incident, dispersion: withSpan(dispersion, block, seconds) };
  const next = { ...open, seconds: open.seconds + seconds, bad: open.bad + Math.max(0, stable.bad - open.usual * stable.total), recent: { seconds: open.recent.seconds + seconds, total: open.recent.total + stable.total, bad: open.recent.bad + stable.bad } };
  const isOver = next.recent.seconds >= CALM_SECONDS * 0.99 && !isFar(rateOf(next.recent), next.usual);
  const recent = next.recent.seconds >= CALM_SECONDS * 0.99 ? calm : next.recent;
  if (next.before === null) return { incident: { ...incident, open: isOver ? null : { ...next, recent } }, dispersion };
  if (next.bad >= IS_ONE.bad && next.seconds >= IS_ONE.seconds) return { incident: { leftOut: incident.leftOut + 1, open: isOver ? null : { ...next, recent, before: null } }, dispersion: cut(next.before) };
  return { incident: { ...incident, open: isOver ? null : { ...next, recent } }, dispersion: withSpan(dispersion, block, seconds) };
}

const begun = (usual: number, before: Dispersion): Open => ({ usual, seconds: 0, bad: 0, recent: calm, before });

/** No span is compared with one from before. */
const cut = (before: Dispersion): Dispersion => unknownDispersion().map((scale, index) => ({ ...scale, sums: before[index]?.sums ?? scale.sums }));
