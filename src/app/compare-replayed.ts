/** The comparison of a replay, where it runs in a function: the target asks both revisions, slice by slice. */
import { emptyReport, addReports } from '../domain/parallel/report.ts';
import type { Replay } from '../domain/manifest.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import { judgeComparison, NOTHING_TO_COMPARE } from '../domain/replay/telling.ts';
import type { ReplayVerdict } from '../domain/replay/verdict.ts';
import type { Ports } from '../ports/index.ts';
import { askRevisions } from './ask-revisions.ts';
import type { Turn } from './deployment-turn.ts';
import { comparisonRule } from './replay-test.ts';

export type CompareReplayedNeeds = Pick<Ports, 'targets' | 'replays' | 'clock'>;

/** A load balancer takes a new rule within seconds. */
const READY_LOOKS = 12;
const READY_WAIT_SECONDS = 5;
/** A short load is no reason to compare too little. */
const SECONDS_LEAST = 60;

/** As many requests as the load had, or as go through in its time, or a minute. @throws what the target throws */
export async function compareReplayed(needs: CompareReplayedNeeds, { deployment, desired, ...turn }: Turn, requests: readonly RecordedRequest[], { rate, duration }: Pick<Replay, 'rate' | 'duration'>): Promise<ReplayVerdict> {
  const { stable, candidate } = deployment.value.plan;
  if (stable === null) return NOTHING_TO_COMPARE;
  const rule = comparisonRule({ deployment, desired, ...turn });
  const total = Math.max(1, Math.floor(rate * duration));
  let [report, before, looks, end] = [emptyReport(), 0, 0, Number.POSITIVE_INFINITY];
  while (before < total && needs.clock.now() < end) {
    const now = needs.clock.now();
    const answered = await askRevisions(needs, desired.value, { stable, candidate, rule, requests, before, limit: total - before });
    if (!answered.ready) {
      looks += 1;
      if (looks > READY_LOOKS) return { passed: false, lines: [`Nothing was compared: the target "${desired.value.target}" was not ready to ask the revisions after ${READY_LOOKS * READY_WAIT_SECONDS} s. Run the release again; its log says what it waits for.`] };
      await needs.replays.wait(READY_WAIT_SECONDS);
      continue;
    }
    if (before === 0) end = now + Math.max(duration, SECONDS_LEAST) * 1000;
    before += answered.asked;
    report = addReports(report, answered.report);
  }
  return judgeComparison(report, rule);
}
