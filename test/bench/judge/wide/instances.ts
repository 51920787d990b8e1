/** Faults of single instances: each has its part of its arm's requests, and its own chance to fail at a second. */
import { binomial, poisson, type Random } from '../random.ts';
import { arm, type Make } from './arms.ts';

export interface Fleet {
  readonly candidates: number;
  readonly stables: number;
  readonly requests: number;
  /** @param instance 0 on; the candidate's come first. Called once for each instance of each run. */
  readonly fails: (random: Random, instance: number) => (second: number) => number;
}

export const fleet = (parts: Partial<Fleet> & Pick<Fleet, 'fails'>): Make => (random, seconds) => {
  const { candidates, stables, requests, fails } = { candidates: 1, stables: 9, requests: 100, ...parts };
  const all = Array.from({ length: candidates + stables }, (_, instance) => fails(random, instance));
  return Array.from({ length: seconds }, (_, second) => {
    const sums = [[0, 0], [0, 0]];
    for (const [instance, rate] of all.entries()) {
      const asked = poisson(random, requests / all.length);
      const sum = sums[instance < candidates ? 0 : 1]!;
      sum[0]! += asked;
      sum[1]! += binomial(random, asked, Math.min(1, rate(second)));
    }
    return { candidate: arm(sums[0]![0]!, sums[0]![1]!), stable: arm(sums[1]![0]!, sums[1]![1]!) };
  });
};

/** It fails at `rate` for `seconds` of each `period`, at a time of its own. */
export const nowAndThen = (period: number, seconds: number, rate: number, usual = 0.0005) => (random: Random): ((second: number) => number) => {
  const phase = random() * period;
  return (second) => ((second + phase) % period < seconds ? rate : usual);
};
