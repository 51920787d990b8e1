/** What a replay says of itself, the same wherever it runs. Pure. */
import type { Replay } from '../manifest.ts';
import type { ParallelReport } from '../parallel/report.ts';
import type { ComparisonRule } from '../parallel/rule.ts';
import { judgeAnswers } from '../parallel/verdict.ts';
import type { ReplayVerdict } from './verdict.ts';

export const replayHeading = ({ from, rate, duration }: Pick<Replay, 'from' | 'rate' | 'duration'>, { requests, leftOut, notAsked }: { readonly requests: readonly unknown[]; readonly leftOut: number; readonly notAsked: number }): string => [
  `${requests.length} requests of ${from} at ${rate}/s for ${duration} s`,
  ...(leftOut === 0 ? [] : [`${leftOut} with other methods left out`]),
  ...(notAsked === 0 ? [] : [`${notAsked} that no server answered left out`]),
].join('; ');

/** For a comparison that was asked for, with nothing here before. */
export const NOTHING_TO_COMPARE: ReplayVerdict = { passed: true, lines: ['Nothing to compare with: this is the first release here.'] };

export function judgeComparison(report: ParallelReport, rule: Pick<ComparisonRule, 'maximumRate' | 'minimumComparisons'>): ReplayVerdict {
  const verdict = judgeAnswers(report, rule);
  return {
    passed: verdict.kind === 'same',
    lines: [
      `Compared with the stable revision: ${verdict.kind}: ${verdict.reason}${report.unanswered === 0 ? '' : `; ${report.unanswered} requests the stable revision did not answer`}`,
      ...report.examples.map(({ field, request, stable: was, candidate: has }) => `  ${request}: ${field} was ${was ?? 'absent'}, the candidate has ${has ?? 'absent'}`),
    ],
  };
}

/** Without how the program that replays ended, which says nothing beside what it printed; where it printed nothing, that is all there is. */
export const replayDetail = (detail: string): string => detail.replace(/^[^\n]* ended with exit code \d+\.\n(?=.)/, '');
