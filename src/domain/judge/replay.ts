/** The judge over recorded counts: what it would have said, tick by tick. */
import type { JudgeRule } from '../manifest.ts';
import type { ArmCounts } from './counts.ts';
import type { Judge, JudgeState, Verdict } from './judge.ts';

/** What both arms did up to `at`, seconds since the start, since the tick before. Null: not read. */
export interface RecordedTick {
  readonly at: number;
  readonly stable: ArmCounts | null;
  readonly candidate: ArmCounts | null;
}

export interface Said {
  readonly at: number;
  readonly verdict: Verdict;
}

/**
 * Every tick's verdict, in order. Once aborted it stays so: the canary would have been over, and what the recording has after that
 * is not judged.
 */
export function* replay(judge: Judge, ticks: Iterable<RecordedTick>, rule: JudgeRule, holdSeconds: number): Generator<Said> {
  let state: JudgeState = judge.start({ comparing: true, baseline: null });
  for (const { at, stable, candidate } of ticks) {
    const turn = judge.tick(state, { stable, candidate, epochChanged: false, elapsedSeconds: at, holdSeconds, rule });
    state = turn.state;
    yield { at, verdict: turn.verdict };
    if (turn.verdict.kind === 'abort') return;
  }
}
