/** What one replay may be where a function of Lambda sends it, which has an end and one processor. Pure. */
import type { Test } from '../manifest.ts';

export interface ReplayLimits {
  /** Of the load, and of the comparison after it. */
  readonly seconds: number;
  /** Requests a second. */
  readonly rate: number;
  /** Of a file with requests. */
  readonly fileBytes: number;
}

/** What a replay takes beside its timeout: the load, and the comparison at the same pace. */
export const replaySeconds = ({ replay }: Pick<Test, 'replay'>): number => (replay === undefined ? 0 : replay.duration * (replay.compare ? 2 : 1));

/** Why these tests cannot be run, a sentence each with what to do. */
export function replayProblems(tests: readonly Pick<Test, 'name' | 'replay'>[], limits: ReplayLimits): string[] {
  return tests.flatMap(({ name, replay }) => (replay === undefined ? [] : [
    ...(replaySeconds({ replay }) > limits.seconds ? [`The test "${name}" replays for ${replaySeconds({ replay })} s${replay.compare ? ', its comparison included' : ''}, and a function here may for ${limits.seconds} s. Shorten "duration", or make several tests of it: they run side by side.`] : []),
    ...(replay.rate > limits.rate ? [`The test "${name}" sends ${replay.rate} requests a second, and a function here sends at most ${limits.rate}. Lower "rate", or make several tests of it: they run side by side.`] : []),
  ]));
}
