/** What a parallel run has found so far: plain JSON of bounded size, added to one request at a time. */
import * as z from 'zod';
import type { Differences } from './compare.ts';
import { BEYOND } from './compare.ts';
import { redactedTarget, redactedValue } from './redaction.ts';

const Count = z.int().min(0);

/** Of the compared requests, in how many a field differed: only old and new, only old and old, or both pairs. */
export const FieldCounts = z.strictObject({ candidate: Count, stable: Count, both: Count });
export type FieldCounts = z.infer<typeof FieldCounts>;

export const DifferenceExample = z.strictObject({ field: z.string(), request: z.string(), stable: z.string().nullable(), candidate: z.string().nullable() });
export type DifferenceExample = z.infer<typeof DifferenceExample>;

export const ParallelReport = z.strictObject({
  /** Requests that the stable revision answered twice and the candidate was asked, too. */
  compared: Count,
  /** Of those, the ones in which old and new differed in a field in which old and old did not. */
  differing: Count,
  /** Mirrored requests that the stable revision itself did not answer: nothing to compare with. */
  unanswered: Count,
  /** Requests in the sample that were not mirrored: too many were under way already. */
  dropped: Count,
  fields: z.record(z.string(), FieldCounts),
  examples: z.array(DifferenceExample),
});
export type ParallelReport = z.infer<typeof ParallelReport>;

/** More fields than these count together, under BEYOND: a report is kept on the deployment. */
export const REPORT_FIELDS_MAX = 100;
const EXAMPLES_MAX = 20;
const EXAMPLES_PER_FIELD = 3;
const NAME_MAX = 200;

export const emptyReport = (): ParallelReport => ({ compared: 0, differing: 0, unanswered: 0, dropped: 0, fields: {}, examples: [] });

/**
 * Adds one compared request to `report`, in place: it is counted thousands of times.
 * @param candidate where the stable revision's answer and the candidate's differ @param noise where its two own answers do
 */
export function countComparison(report: ParallelReport, request: { readonly method: string; readonly target: string }, candidate: Differences, noise: Differences): void {
  report.compared++;
  let differs = false;
  for (const [field, [stable, other]] of candidate) {
    const counts = countsOf(report, field);
    if (noise.has(field)) counts.both++;
    else {
      counts.candidate++;
      differs = true;
      addExample(report, { field: field.slice(0, NAME_MAX), request: `${request.method} ${redactedTarget(request.target)}`, stable: redactedValue(field, stable), candidate: redactedValue(field, other) });
    }
  }
  for (const field of noise.keys()) if (!candidate.has(field)) countsOf(report, field).stable++;
  if (differs) report.differing++;
}

/** Two parts of one run as one: the mirror began again in between. */
export function addReports(one: ParallelReport, other: ParallelReport): ParallelReport {
  const sum = structuredClone(one);
  for (const name of ['compared', 'differing', 'unanswered', 'dropped'] as const) sum[name] += other[name];
  for (const [field, counts] of Object.entries(other.fields)) {
    const own = countsOf(sum, field);
    own.candidate += counts.candidate;
    own.stable += counts.stable;
    own.both += counts.both;
  }
  for (const example of other.examples) addExample(sum, example);
  return sum;
}

function countsOf(report: ParallelReport, name: string): FieldCounts {
  const field = name.slice(0, NAME_MAX);
  const known = Object.hasOwn(report.fields, field) ? report.fields[field] : undefined;
  if (known !== undefined) return known;
  const key = Object.keys(report.fields).length < REPORT_FIELDS_MAX ? field : BEYOND;
  return (report.fields[key] ??= { candidate: 0, stable: 0, both: 0 });
}

function addExample(report: ParallelReport, example: DifferenceExample): void {
  const { examples } = report;
  if (examples.length < EXAMPLES_MAX && examples.filter(({ field }) => field === example.field).length < EXAMPLES_PER_FIELD) examples.push(example);
}
