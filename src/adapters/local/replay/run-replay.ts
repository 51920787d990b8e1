/** One replay: load first, then, where it is asked for, the comparison with the stable revision. */
import { AnswerComparison } from '../../../comparison/answer-comparison.ts';
import { httpRequestOf } from '../../../comparison/http-request.ts';
import type { RecordedRequest } from '../../../domain/recording/recorded-request.ts';
import type { ReplaySpec } from '../../../domain/replay/spec.ts';
import { judgeComparison, NOTHING_TO_COMPARE, replayHeading } from '../../../domain/replay/telling.ts';
import { judgeReplay, type ReplayVerdict } from '../../../domain/replay/verdict.ts';
import type { Pace } from '../../../ports/replays.ts';
import { requestsOf } from './requests-of.ts';
import { paced, sendAll } from './send.ts';

/** @throws InvalidInput when the requests cannot be read */
export async function runReplay({ replay, baseUrl, compare }: ReplaySpec, directory: string, inputs: string): Promise<ReplayVerdict> {
  const found = await requestsOf(replay, directory, inputs);
  const pace = { rate: replay.rate, seconds: replay.duration };
  const loaded = judgeReplay(await sendAll(found.requests, baseUrl, pace), replay.expect);
  const compared = compare === null ? (replay.compare ? NOTHING_TO_COMPARE : { passed: true, lines: [] }) : await comparison(found.requests, compare, pace);
  return { passed: loaded.passed && compared.passed, lines: [replayHeading(replay, found), ...loaded.lines, ...compared.lines] };
}

async function comparison(requests: readonly RecordedRequest[], { rule, stable, candidate }: NonNullable<ReplaySpec['compare']>, pace: Pace): Promise<ReplayVerdict> {
  let [added, finished] = [0, 0];
  const ended: { resolve?: () => void } = {};
  const run = new AnswerComparison(rule, () => {
    finished++;
    if (finished === added) ended.resolve?.();
  });
  run.use(stable, candidate);
  await paced(pace, (index) => {
    added++;
    run.add(httpRequestOf(requests[index % requests.length] as RecordedRequest));
  });
  if (finished < added) await new Promise<void>((resolve) => (ended.resolve = resolve));
  run.close();
  return judgeComparison(run.report, rule);
}
