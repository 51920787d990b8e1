/** Counts and ticks; a test states only what matters to it. */
import { JudgeRule } from '../../../../src/domain/manifest.ts';
import type { ArmCounts } from '../../../../src/domain/judge/counts.ts';
import type { HoldStart, JudgeState, TickInput, Verdict } from '../../../../src/domain/judge/judge.ts';
import { sequentialJudge } from '../../../../src/domain/judge/sequential/sequential-judge.ts';

export const BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** So many requests of one latency, of which so many failed. */
export function arm(requests: number, failed = 0, latencyMs = 3): ArmCounts {
  const found = BOUNDS.findIndex((bound) => latencyMs <= bound);
  const bucket = found === -1 ? BOUNDS.length : found;
  return { requests, failures: { status5xx: failed }, latencyBuckets: [...BOUNDS, Infinity].map((_, index) => (index === bucket ? requests : 0)), boundsMs: BOUNDS };
}

export const rule = (parts: Record<string, unknown> = {}) => JudgeRule.parse({ warmUp: 0, ...parts });

export function tick(parts: Partial<TickInput> = {}): TickInput {
  return { stable: arm(0), candidate: arm(0), epochChanged: false, elapsedSeconds: 10, holdSeconds: 60, rule: rule(), ...parts };
}

/** The same tick, every 5 seconds of a hold of 60; the last one is at its end. */
export const ticks = (parts: Partial<TickInput>, count = 12): TickInput[] => Array.from({ length: count }, (_, index) => tick({ elapsedSeconds: 60 - 5 * (count - 1 - index), ...parts }));

export const COMPARING: HoldStart = { comparing: true, baseline: null };

/** A hold from its start through these ticks; the state goes through JSON between them, as it does on a deployment. */
export function hold(all: readonly TickInput[], start: HoldStart = COMPARING): { state: JudgeState; verdict: Verdict; verdicts: Verdict[] } {
  let state = sequentialJudge.start(start);
  const verdicts: Verdict[] = [];
  for (const input of all) {
    const turn = sequentialJudge.tick(JSON.parse(JSON.stringify(state)) as JudgeState, input);
    state = turn.state;
    verdicts.push(turn.verdict);
    if (turn.verdict.kind === 'abort') break;
  }
  return { state, verdict: verdicts.at(-1)!, verdicts };
}
