/** `slipway judge`: the judge over recorded counts, in this process, and whether its promise holds for a service. */
import { replay, type Said } from '../../domain/judge/replay.ts';
import { sequentialJudge } from '../../domain/judge/sequential/sequential-judge.ts';
import { eValue } from '../../domain/judge/wording.ts';
import { CliError, EXIT } from '../exit.ts';
import { recordedTicks, ruleOf, secondsOf } from '../judge-input.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { evidenceLines } from '../text/evidence-lines.ts';
import { span } from '../text/time.ts';
import { addCalibrate } from './calibrate.ts';

interface Options {
  readonly input?: string;
  readonly manifest?: string;
  readonly hold?: string;
}

export function addJudge(host: Host): void {
  const command = host.program.command('judge').summary('judge recorded counts').helpGroup('Releases:')
    .description('Judges recorded counts as the pipeline would have, and prints what it says at each tick. The file has a line of JSON per tick: at (seconds since the start), and for stable and candidate what each did since the line before: requests, failures (a number, or by class), and, where they are known, latencyBuckets with boundsMs, events and histograms. docs/judging.md describes it. Needs no control plane.')
    .option('--input <file>', 'the recorded ticks').option('--manifest <file>', 'a slipway.yaml, whose canary.judge is the rule; without it the defaults are')
    .option('--hold <duration>', 'how long the watch is; without it, as long as the recording');
  example(command, 'slipway judge --input incident.ndjson', 'slipway judge --input incident.ndjson --manifest slipway.yaml --hold 10m', 'slipway judge calibrate --input stable.ndjson');
  runs<Options>(host, command, judge);
  addCalibrate({ ...host, program: command });
}

async function judge(session: Session, { input, manifest, hold }: Options): Promise<void> {
  if (input === undefined) throw new CliError(EXIT.usage, 'Name the recorded ticks: slipway judge --input FILE. What stands in it: slipway judge --help');
  const ticks = await recordedTicks(session, input);
  const holdSeconds = hold === undefined ? ticks.at(-1)?.at ?? 0 : secondsOf(hold);
  const said = [...replay(sequentialJudge, ticks, await ruleOf(session, manifest), holdSeconds)];
  const last = said.at(-1);
  if (last === undefined) throw new CliError(EXIT.failed, `There is no tick in ${input}.`);
  session.answer({ ticks: said.map(({ at, verdict: { kind, reason, evidence } }) => ({ at, verdict: kind, reason, logE: evidence.logE, pValue: evidence.pValue })), notJudged: ticks.length - said.length, verdict: last.verdict }, () => [
    ...said.map((one) => tickLine(session, one)),
    '', `${session.style('strong', last.verdict.kind)} after ${span(last.at)}: ${last.verdict.reason}`,
    ...(said.length < ticks.length ? [`It is over there; ${ticks.length - said.length} more ticks are not judged.`] : []),
    ...evidenceLines(last.verdict).map((line) => `  ${line}`),
  ]);
}

function tickLine({ style }: Session, { at, verdict: { kind, evidence } }: Said): string {
  const { candidate, stable } = evidence;
  const tone = kind === 'abort' ? 'bad' : kind === 'promote' ? 'good' : kind === 'inconclusive' ? 'warn' : 'quiet';
  return `${`${at} s`.padStart(9)}  ${style(tone, kind.padEnd(12))}  ${candidate.failures} of ${candidate.requests} failed, stable ${stable === null ? 'not known' : `${stable.failures} of ${stable.requests}`}; ${eValue(evidence.logE)} to 1`;
}
