/** Some requests, a few at a time, each asked of both revisions; for targets that ask theirs. */
import { SlipwayError } from '../domain/errors.ts';
import { comparer } from '../domain/parallel/compare.ts';
import { emptyReport, type ParallelReport } from '../domain/parallel/report.ts';
import type { ComparisonRule } from '../domain/parallel/rule.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import { type Ask, compareRequest } from './compare-request.ts';
import { httpRequestOf } from './http-request.ts';

/** Each is three under way. */
export const COMPARED_AT_ONCE = 8;
/** No request is begun later: with the longest answer a function that ends after a minute is through. */
const BEGUN_WITHIN_MS = 30_000;

export interface ComparedRevisions {
  readonly stable: Ask;
  readonly candidate: Ask;
  /** Requests at the same time. */
  readonly atOnce?: number;
}

/** @throws what an ask throws for good: a right that is missing is no difference @param now in milliseconds, of a clock that never goes back */
export async function compareRequests(rule: ComparisonRule, requests: readonly RecordedRequest[], { stable, candidate, atOnce = COMPARED_AT_ONCE }: ComparedRevisions, now: () => number = () => performance.now()): Promise<ParallelReport> {
  const [report, compare, end] = [emptyReport(), comparer(rule), now() + BEGUN_WITHIN_MS];
  const left = requests.entries();
  const asker = async (): Promise<void> => {
    for (const [turn, request] of left) {
      if (now() >= end) return;
      await compareRequest(report, compare, httpRequestOf(request), [stable, stable, candidate], turn).catch((error: unknown) => {
        if (error instanceof SlipwayError && error.retry === 'final') throw error;
        // One that cannot be compared now is not the end of the run; it is counted as what it is.
        report.unanswered++;
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, asker));
  return report;
}
