/** Whether a candidate's answers differ: what a report means under a rule. Pure. */
import * as z from 'zod';
import { percent } from '../judge/wording.ts';
import { REPORT_FIELDS_MAX, type FieldCounts, type ParallelReport } from './report.ts';
import type { ComparisonRule } from './rule.ts';

export const ParallelVerdict = z.strictObject({
  /** `unclear`: too few requests, or a field for which there is neither enough evidence nor an all-clear. */
  kind: z.enum(['same', 'different', 'unclear']),
  reason: z.string(),
  /** The fields that count, the clearest first. */
  fields: z.array(z.string()),
});
export type ParallelVerdict = z.infer<typeof ParallelVerdict>;

/** The chance that equal revisions are ever called different, over all looks and all fields of one run. */
const ALPHA = 0.01;
/** Likelihood ratios from which on a field stands against an all-clear: where the stable revision agrees with itself always, and else. */
const DOUBT = { steady: 4, noisy: 20 } as const;
/** Fields named in a reason. */
const NAMED_MAX = 5;

/**
 * A field counts when old and new differ more often than old and old. Requests in which only one of the pairs differs are
 * what tells: were the candidate as the stable revision is, each kind were as likely (a sign test, as McNemar's). The evidence is the
 * likelihood ratio of a mixture over all larger chances against one half, which may be looked at after each request
 * (Ville's inequality); it has to be over (fields a report can have) / ALPHA.
 */
export function judgeAnswers(report: ParallelReport, rule: Pick<ComparisonRule, 'maximumRate' | 'minimumComparisons'>): ParallelVerdict {
  const above = Object.entries(report.fields)
    .map(([field, counts]) => ({ field, counts, evidence: logEvidence(counts.candidate, counts.stable) }))
    .filter(({ counts }) => excess(counts, report) > rule.maximumRate)
    .sort((one, other) => other.evidence - one.evidence);
  const worse = above.filter(({ evidence }) => evidence >= Math.log((REPORT_FIELDS_MAX + 1) / ALPHA));
  const fields = worse.map(({ field }) => field);
  if (worse.length > 0) return { kind: 'different', fields, reason: `the candidate's answers differ from the stable revision's in ${listed(worse, report)}, of ${report.compared} requests` };
  if (report.compared < rule.minimumComparisons) return { kind: 'unclear', fields, reason: `${report.compared} requests were compared, and ${rule.minimumComparisons} are asked for${report.dropped > 0 ? `; ${report.dropped} were dropped` : ''}` };
  const doubtful = above.filter(({ counts, evidence }) => evidence >= Math.log(counts.stable + counts.both === 0 ? DOUBT.steady : DOUBT.noisy));
  if (doubtful.length > 0) return { kind: 'unclear', fields: doubtful.map(({ field }) => field), reason: `the candidate's answers may differ in ${listed(doubtful, report)}; ${report.compared} requests are not enough to tell` };
  return { kind: 'same', fields, reason: `${report.compared} requests had the same answers, as far as the stable revision answers the same twice` };
}

interface Judged {
  readonly field: string;
  readonly counts: FieldCounts;
}

const listed = (fields: readonly Judged[], report: ParallelReport): string =>
  `${fields.slice(0, NAMED_MAX).map(({ field, counts }) => describe(field, counts, report)).join('; ')}${fields.length > NAMED_MAX ? ` and ${fields.length - NAMED_MAX} more fields` : ''}`;

const excess = ({ candidate, stable }: FieldCounts, { compared }: ParallelReport): number => (compared === 0 ? 0 : (candidate - stable) / compared);

function describe(field: string, { candidate, stable, both }: FieldCounts, { compared }: ParallelReport): string {
  return `${field} in ${percent((candidate + both) / compared)} (the stable revision from itself in ${percent((stable + both) / compared)})`;
}

/**
 * ln of the mixture's likelihood ratio, from below: 2^n B(a+1, b+1) with a beta integral over 1/2 to 1, of which at least
 * half is there when a > b. 0 or less: no evidence.
 */
export function logEvidence(only: number, noise: number): number {
  if (only <= noise) return 0;
  const trials = only + noise;
  return trials * Math.LN2 - Math.log(trials + 1) - logChoose(trials, Math.min(only, noise));
}

/** ln of n over k: summed for small k, else by Stirling's series for all three factorials, which are large then. */
function logChoose(n: number, k: number): number {
  if (k > 1000) return stirling(n) - stirling(k) - stirling(n - k);
  let sum = 0;
  for (let index = 1; index <= k; index++) sum += Math.log((n - k + index) / index);
  return sum;
}

const stirling = (n: number): number => n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n);
