/** One replay: load first, then, where it is asked for, the comparison with the stable revision. */
import { AnswerComparison } from '../../../comparison/answer-comparison.ts';
import type { RecordedRequest } from '../../../domain/recording/recorded-request.ts';
import { judgeAnswers } from '../../../domain/parallel/verdict.ts';
import type { ReplaySpec } from '../../../domain/replay/spec.ts';
import { judgeReplay, type ReplayVerdict } from '../../../domain/replay/verdict.ts';
import { requestsOf } from './requests-of.ts';
import { paced, sendAll } from './send.ts';

/** @throws InvalidInput when the requests cannot be read */
export async function runReplay({ replay, baseUrl, compare }: ReplaySpec, directory: string, inputs: string): Promise<ReplayVerdict> {
  const { requests, leftOut } = await requestsOf(replay, directory, inputs);
  const pace = { rate: replay.rate, seconds: replay.duration };
  const heading = `${requests.length} requests of ${replay.from} at ${replay.rate}/s for ${replay.duration} s${leftOut === 0 ? '' : `; ${leftOut} with other methods left out`}`;
  const loaded = judgeReplay(await sendAll(requests, baseUrl, pace), replay.expect);
  const compared = compare === null ? (replay.compare ? { passed: true, lines: ['Nothing to compare with: this is the first release here.'] } : { passed: true, lines: [] }) : await comparison(requests, compare, pace);
  return { passed: loaded.passed && compared.passed, lines: [heading, ...loaded.lines, ...compared.lines] };
}

async function comparison(requests: readonly RecordedRequest[], { rule, stable, candidate }: NonNullable<ReplaySpec['compare']>, pace: { rate: number; seconds: number }): Promise<ReplayVerdict> {
  let [added, finished] = [0, 0];
  const ended: { resolve?: () => void } = {};
  const run = new AnswerComparison(rule, () => {
    finished++;
    if (finished === added) ended.resolve?.();
  });
  run.use(stable, candidate);
  await paced(pace, (index) => {
    const { method, target, headers, body } = requests[index % requests.length] as RecordedRequest;
    added++;
    run.add({ method, target, headers: Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join(''), body: body === undefined ? undefined : new TextEncoder().encode(body) });
  });
  if (finished < added) await new Promise<void>((resolve) => (ended.resolve = resolve));
  run.close();
  const { report } = run;
  const verdict = judgeAnswers(report, rule);
  return {
    passed: verdict.kind === 'same',
    lines: [
      `Compared with the stable revision: ${verdict.kind}: ${verdict.reason}${report.unanswered === 0 ? '' : `; ${report.unanswered} requests the stable revision did not answer`}`,
      ...report.examples.map(({ field, request, stable: was, candidate: has }) => `  ${request}: ${field} was ${was ?? 'absent'}, the candidate has ${has ?? 'absent'}`),
    ],
  };
}
