/** Repairs of one place after one another that leave the same drift: when it is time to say that they do not help. */
import * as z from 'zod';
import type { Generation } from '../ids.ts';
import type { Drift } from './drift.ts';

export const RepairSeries = z.strictObject({
  /** What was asked for and what differs: another text is another series. */
  drift: z.string(),
  repairs: z.int().min(1),
  since: z.number(),
  lastAt: z.number(),
  isTold: z.boolean(),
});
export type RepairSeries = z.infer<typeof RepairSeries>;

/** So many have been without effect, over so long: a platform may take minutes to do what it was asked. */
export const REPAIRS_IN_VAIN = 3;
const AT_LEAST_MS = 10 * 60_000;
/** A drift that is found so long after the last repair has not been there all the time. On AWS a lease and a sweep are half an hour together, and the sweep may be made rarer. */
const GAP_MS = 6 * 60 * 60_000;

/** A repair is to begin. @returns the series with it, and whether the ones before it are to be told of */
export function withRepair(before: RepairSeries | null, generation: Generation, drifts: readonly Drift[], now: number): { readonly series: RepairSeries; readonly tell: boolean } {
  const drift = `${generation} ${driftNames(drifts).join(' ')}`;
  if (before === null || before.drift !== drift || now - before.lastAt > GAP_MS) return { series: { drift, repairs: 1, since: now, lastAt: now, isTold: false }, tell: false };
  const tell = !before.isTold && before.repairs >= REPAIRS_IN_VAIN && now - before.since >= AT_LEAST_MS;
  return { series: { ...before, repairs: before.repairs + 1, lastAt: now, isTold: before.isTold || tell }, tell };
}

/** Kinds and revisions without instances: a relaunch gives those other names, and the same trouble. */
export const driftNames = (drifts: readonly Drift[]): string[] => [...new Set(drifts.map((drift) => ('revision' in drift ? `${drift.kind} of ${drift.revision}` : drift.kind)))].toSorted((one, other) => (one < other ? -1 : 1));
