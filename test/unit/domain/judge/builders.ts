/** Counts and ticks; a test states only what matters to it. */
import { JudgeRule } from '../../../../src/domain/manifest.ts';
import type { ArmCounts } from '../../../../src/domain/judge/counts.ts';
import type { JudgeState, TickInput, Verdict } from '../../../../src/domain/judge/judge.ts';
import { ratioJudge } from '../../../../src/domain/judge/ratio-judge.ts';

export const BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** So many requests of one latency, of which so many failed. */
export function arm(requests: number, failed = 0, latencyMs = 3): ArmCounts {
  const found = BOUNDS.findIndex((bound) => latencyMs <= bound);
  const bucket = found === -1 ? BOUNDS.length : found;
  return { requests, failures: { status5xx: failed }, latencyBuckets: [...BOUNDS, Infinity].map((_, index) => (index === bucket ? requests : 0)), boundsMs: BOUNDS };
}

export const rule = (parts: Record<string, unknown> = {}) => JudgeRule.parse(parts);

export function tick(parts: Partial<TickInput> = {}): TickInput {
  return { stable: arm(0), candidate: arm(0), epochChanged: false, elapsedSeconds: 10, holdSeconds: 60, rule: rule(), ...parts };
}

/** A hold from its start through these ticks; the state goes through JSON between them, as it does on a deployment. */
export function hold(ticks: readonly TickInput[], start: Parameters<typeof ratioJudge.start>[0] = { comparing: true, baseline: null }): { state: JudgeState; verdict: Verdict; verdicts: Verdict[] } {
  let state = ratioJudge.start(start);
  const verdicts = ticks.map((input) => {
    const turn = ratioJudge.tick(JSON.parse(JSON.stringify(state)) as JudgeState, input);
    state = turn.state;
    return turn.verdict;
  });
  return { state, verdict: verdicts.at(-1)!, verdicts };
}
