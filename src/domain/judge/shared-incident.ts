/** Both revisions fail together: whatever they share is broken. It says nothing about the release, so the judge does not count it, and somebody should know. */
import { highestRate, lowestRate } from './chance.ts';
import type { ArmSums, Evidence } from './judge.ts';
import { percent } from './wording.ts';

/** What both do now is told by this much of the hold's end, or by all of a younger one. */
const WINDOW_SECONDS = 60;
/** Far over what the stable revision did before: so many times as often, and at this rate at least. */
const FAR_TIMES = 3;
const FAR_RATE = 0.01;
/** A chance of this for each of the three rates to be what it seems: a hold is looked at thousands of times. */
const DOUBT = 1e-4;

export interface Rate {
  readonly bad: number;
  readonly total: number;
}

export interface SharedIncident {
  readonly seconds: number;
  readonly candidate: Rate;
  readonly stable: Rate;
  readonly before: Rate;
}

/**
 * @param before what the stable revision did before this hold; null: not known, and then nothing can be said
 * @param tolerated a failure rate that the rule never holds against anybody, 0 to 1
 */
export function sharedIncident(evidence: Evidence, before: Rate | null, elapsedSeconds: number, tolerated: number): SharedIncident | null {
  const now = evidence.series.at(-1);
  if (evidence.stableFrom !== 'this hold' || now === undefined || before === null || before.total === 0) return null;
  const index = evidence.points.findLastIndex(([at]) => at <= elapsedSeconds - WINDOW_SECONDS);
  const then: ArmSums = evidence.series[index] ?? [0, 0, 0, 0];
  const [candidate, stable] = [{ bad: now[1] - then[1], total: now[0] - then[0] }, { bad: now[3] - then[3], total: now[2] - then[2] }];
  const least = Math.max(FAR_RATE, tolerated);
  const isFar = ({ bad, total }: Rate, far: number): boolean => total > 0 && bad / total > Math.max(least, far);
  // First by the rates as they are, as all looks but a few end here.
  if (![candidate, stable].every((rate) => isFar(rate, FAR_TIMES * (before.bad / before.total)))) return null;
  const far = Math.max(least, FAR_TIMES * highestRate(before.bad, before.total, DOUBT));
  if (![candidate, stable].every(({ bad, total }) => lowestRate(bad, total, DOUBT) > far)) return null;
  return { seconds: Math.round(elapsedSeconds - (evidence.points[index]?.[0] ?? 0)), candidate, stable, before };
}

/** `12 % (60 of 500)` */
const said = ({ bad, total }: Rate): string => `${percent(bad / total)} (${bad} of ${total})`;

export const sharedIncidentText = ({ seconds, candidate, stable, before }: SharedIncident): string =>
  `Both revisions fail: in the last ${seconds} s ${said(candidate)} of the requests to the candidate and ${said(stable)} of those to the stable revision, which had ${said(before)} before. It says nothing about the release, and the judge does not hold it against it. Look at what both share: a database, the network, a service that they call.`;
