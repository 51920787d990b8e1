/** Bad releases, and what becomes of them: the mirror test says of at most beta of them that they are good enough. */
import { ruledOutBy } from '../../../src/domain/judge/sequential/good-enough.ts';
import { sequentialJudge } from '../../../src/domain/judge/sequential/sequential-judge.ts';
import { JudgeRule } from '../../../src/domain/manifest.ts';
import { counts } from './judged.ts';
import { randomFrom } from './random.ts';
import { points, steady, trace } from './traces.ts';

const TICK_SECONDS = 5;

export interface Bad {
  readonly times: number;
  /** Of the stable revision. */
  readonly failureRate: number;
  readonly minimumRequests: number;
  /** The watch; null: until it is decided, which tries the promise hardest. */
  readonly holdSeconds: number | null;
}
export interface Ends {
  readonly promoted: number;
  readonly aborted: number;
  readonly neither: number;
}

export const ruleOf = ({ minimumRequests, holdSeconds }: Bad): JudgeRule => JudgeRule.parse({ minimumRequests, promoteEarly: holdSeconds === null });
/** Whether it is bad as the rule says: so many times worse, and at a rate that so many good requests would rule out. */
export const isBad = (bad: Bad): boolean => bad.times >= ruleOf(bad).badRatio && bad.times * bad.failureRate >= ruledOutBy(bad.minimumRequests, ruleOf(bad).beta);

/** Nothing goes on for longer. */
const LONGEST_SECONDS = 6 * 3600;

export function ends(bad: Bad, runs: number, seed: number): Ends {
  const rule = ruleOf(bad);
  const found = { promoted: 0, aborted: 0, neither: 0 };
  for (let run = 0; run < runs; run += 1) found[end(bad, rule, seed + run * 86_028_121)] += 1;
  return found;
}

function end(bad: Bad, rule: JudgeRule, seed: number): keyof Ends {
  const holdSeconds = bad.holdSeconds ?? LONGEST_SECONDS;
  let state = sequentialJudge.start({ comparing: true, baseline: null });
  let at = 0;
  for (const second of points(trace({ ...steady, failureRate: bad.failureRate, failsTimes: () => bad.times }, holdSeconds, randomFrom(seed)), TICK_SECONDS)) {
    at += TICK_SECONDS;
    const turn = sequentialJudge.tick(state, { candidate: counts(second.candidate), stable: counts(second.stable), epochChanged: false, elapsedSeconds: at, holdSeconds, rule });
    state = turn.state;
    if (turn.verdict.kind === 'abort') return 'aborted';
    if (turn.verdict.kind === 'promote') return 'promoted';
  }
  return 'neither';
}
