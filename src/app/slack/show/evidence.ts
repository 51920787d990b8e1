/** Evidence in words: what was compared, the rates, and how strongly it speaks against the candidate. */
import * as z from 'zod';
import { codeBlock, escaped } from '../../../contracts/slack/blocks.ts';
import { count } from '../../../contracts/text/time.ts';
import { eValue, percent } from '../../../domain/judge/wording.ts';
import { Verdict, type ArmEvidence, type Evidence } from '../../../domain/judge/judge.ts';
import { ParallelVerdict } from '../../../domain/parallel/verdict.ts';
import { curve } from './chart.ts';

/** What a request for a decision has frozen; see request-approval.ts. */
const Frozen = z.object({
  tests: z.array(z.object({ name: z.string(), outcome: z.enum(['passed', 'failed']) })),
  holds: z.array(z.object({ stage: z.string(), batch: z.int(), verdict: Verdict.nullable(), parallelRun: z.object({ verdict: ParallelVerdict }).optional() })),
});

/** Of one hold, for the message: markup. */
export function evidenceText({ evidence }: Pick<Verdict, 'evidence'>): string {
  const stable = evidence.stable === null ? '' : `\n${armText('stable', evidence.stable)}${evidence.stableFrom === 'this hold' || evidence.stableFrom === null ? '' : `, from ${evidence.stableFrom}`}`;
  return `${armText('candidate', evidence.candidate)}${stable}\n${oddsText(evidence)}`;
}

function armText(name: string, { requests, failures, failureRate, p50Ms, p99Ms }: ArmEvidence): string {
  const latency = p50Ms === null || p99Ms === null ? '' : ` · p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms`;
  return `*${name}* ${count(requests, 'request')}${failureRate === null ? '' : `, ${percent(failureRate)} failed (${failures})`}${latency}`;
}

/** An e-value is a betting score: how many times as likely the numbers are, were the candidate worse. https://doi.org/10.1111/rssa.12647 */
function oddsText({ logE, boundary, points, candidate, thresholds }: Evidence): string {
  if (candidate.requests < thresholds.minimumRequests) return `${thresholds.minimumRequests - candidate.requests} more requests are needed before anything is said`;
  const drawn = curve(points, boundary);
  return `Odds that it is worse: *${eValue(logE)} to 1*; it is stopped at ${eValue(boundary)} to 1${drawn === '' ? '' : `  ${drawn}`}`;
}

/** In a few words, for where there is room for no more. */
export function evidenceInShort(subject: unknown): string {
  const frozen = Frozen.safeParse(subject);
  if (!frozen.success) return 'Evidence: see the message.';
  const { tests, holds } = frozen.data;
  const judged = holds.findLast(({ verdict }) => verdict !== null)?.verdict?.evidence;
  const passed = tests.filter(({ outcome }) => outcome === 'passed').length;
  return [
    ...(tests.length === 0 ? [] : [`${passed} of ${tests.length} tests passed`]),
    ...(judged === undefined ? [] : [`${count(judged.candidate.requests, 'request')} judged, ${percent(judged.candidate.failureRate)} failed${judged.stable === null ? '' : ` (stable ${percent(judged.stable.failureRate)})`}`]),
  ].join('; ') || 'No tests and no traffic have been seen.';
}

/** What the question shows, frozen when it was asked: markup. */
export function frozenText(subject: unknown): string {
  const frozen = Frozen.safeParse(subject);
  if (!frozen.success) return 'What it showed is in `slipway show`.';
  const { tests, holds } = frozen.data;
  const failed = tests.filter(({ outcome }) => outcome === 'failed');
  const lines = [
    ...(tests.length === 0 ? ['No tests ran.'] : [`${tests.length - failed.length} of ${count(tests.length, 'test')} passed${failed.length === 0 ? '' : `; failed: ${escaped(failed.map(({ name }) => name).join(', '))}`}`]),
    ...holds.flatMap(({ stage, batch, verdict, parallelRun }) => {
      if (parallelRun !== undefined) return [`${stage}, batch ${batch + 1}: answers compared: ${escaped(parallelRun.verdict.reason)}`];
      return verdict === null ? [`${stage}, batch ${batch + 1}: not judged`] : [`${stage}, batch ${batch + 1}: *${verdict.kind}*: ${escaped(verdict.reason)}`, evidenceText(verdict)];
    }),
  ];
  return lines.join('\n');
}

const OUTPUT_CHARACTERS = 1500;

/** The end of a test's output, which says why. */
export const outputText = (detail: string): string => (detail.trim() === '' ? '' : `\n${codeBlock(detail.trim().slice(-OUTPUT_CHARACTERS))}`);
