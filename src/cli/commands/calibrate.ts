/** `slipway judge calibrate`: would the judge keep its promise for this service? A/A on its own counts. */
import { calibrate, type Calibration, type CalibrationInput } from '../../domain/judge/calibrate.ts';
import { armDelta } from '../../domain/judge/counts.ts';
import { randomFrom } from '../../domain/judge/random.ts';
import { sequentialJudge } from '../../domain/judge/sequential/sequential-judge.ts';
import { percent } from '../../domain/judge/wording.ts';
import { PlaceCounts } from '../answers/counts.ts';
import { environmentName, serviceName, wholeNumber } from '../arguments.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { recordedTicks, ruleOf, secondsOf } from '../judge-input.ts';
import { interruption } from '../progress/follow.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { count, span } from '../text/time.ts';

interface Options {
  readonly input?: string;
  readonly manifest?: string;
  readonly environment?: string;
  readonly time: string;
  readonly interval: string;
  readonly share: number;
  readonly runs: number;
  readonly seed: number;
}

export function addCalibrate(host: Host): void {
  const command = host.program.command('calibrate').summary('does the promise hold for a service')
    .description('Gives a service\'s own counts to both arms, many times over: every abort is false. Exit 1 when there are more of them than the rule\'s alpha says. From recorded ticks (their stable arm), or from what a running service does now.')
    .argument('[service]', 'the service to watch; without --input', (name: string) => serviceName(name))
    .option('--input <file>', 'recorded ticks, as of "slipway judge"').option('-e, --environment <environment>', 'where the service is watched', environmentName)
    .option('--time <duration>', 'how long it is watched', '10m').option('--interval <duration>', 'between two looks', '5s')
    .option('--manifest <file>', 'a slipway.yaml, whose canary.judge is the rule; without it the defaults are')
    .option('--share <percent>', 'the candidate\'s part of the requests', wholeNumber(1, 99), 10).option('--runs <number>', 'how often', wholeNumber(1, 100_000), 1000)
    .option('--seed <number>', 'the same seed gives the same answer', wholeNumber(0, 999_999_999), 1);
  example(command, 'slipway judge calibrate --input stable.ndjson --runs 2000', 'slipway judge calibrate catalog --environment production --time 30m');
  runs<Options>(host, command, run);
}

async function run(session: Session, options: Options, service?: string): Promise<ExitCode> {
  const rule = await ruleOf(session, options.manifest);
  const ticks = options.input === undefined ? await live(session, service ?? '', options) : await recorded(session, options.input);
  const found = calibrate(sequentialJudge, { ticks, rule, share: options.share / 100, runs: options.runs }, randomFrom(options.seed));
  session.answer(found, () => lines(session, found, ticks.length));
  return found.holds === false ? EXIT.failed : EXIT.ok;
}

async function recorded(session: Session, path: string): Promise<CalibrationInput['ticks']> {
  const ticks = await recordedTicks(session, path);
  return ticks.flatMap(({ at, stable }, index) => (stable === null ? [] : [{ seconds: at - (ticks[index - 1]?.at ?? 0), counts: stable }]));
}

/** The stable revision's counts from look to look. A look across a restart of the source is left out. */
async function live(session: Session, service: string, options: Options): Promise<CalibrationInput['ticks']> {
  if (service === '' || options.environment === undefined) throw new CliError(EXIT.usage, 'Name recorded ticks (--input FILE), or a service and its environment: slipway judge calibrate catalog --environment production');
  const [intervalSeconds, wholeSeconds] = [secondsOf(options.interval), secondsOf(options.time)];
  const client = await session.connect();
  const look = async () => (await client.get(`/v1/services/${encodeURIComponent(service)}/environments/${encodeURIComponent(options.environment ?? '')}/counts`, PlaceCounts)).value;
  const { signal, release } = interruption(session);
  session.remark(`Watching ${service} in ${options.environment} for ${span(wholeSeconds)}. Ctrl-C ends it earlier.`);
  const ticks: { seconds: number; counts: CalibrationInput['ticks'][number]['counts'] }[] = [];
  try {
    let before = await look();
    const end = session.needs.now() + wholeSeconds * 1000;
    while (!signal.aborted && session.needs.now() < end) {
      await session.needs.sleep(intervalSeconds * 1000, signal);
      const after = await look();
      const [one, other] = [before.stable === null ? undefined : before.revisions[before.stable], after.stable === null ? undefined : after.revisions[after.stable]];
      const counts = before.epoch === after.epoch && before.stable === after.stable && one !== undefined && other !== undefined ? armDelta(one, other) : null;
      if (counts !== null) ticks.push({ seconds: Math.max(0.001, (after.at - before.at) / 1000), counts });
      before = after;
    }
    return ticks;
  } finally {
    release();
  }
}

function lines({ style }: Session, found: Calibration, ticks: number): string[] {
  const interval = `${percent(found.low)} to ${percent(found.high)}`;
  const verdict = found.holds === null
    ? style('warn', 'Too little to say: more runs, or more requests, are needed.')
    : found.holds ? style('good', `Nothing speaks against the promise of ${percent(found.alpha)}.`) : style('bad', `The promise of ${percent(found.alpha)} does not hold for this service.`);
  return [
    `${count(ticks, 'tick')}, ${span(found.holdSeconds)}: ${count(found.requests, 'request')}, ${count(found.failures, 'failure')}${found.clusters > 1.5 ? `, which come about ${Math.round(found.clusters)} at a time` : ''}.`,
    `The same release on both arms, ${count(found.runs, 'run')}: ${found.aborted} aborted, ${percent(found.aborted / found.runs)} (${interval}).`,
    verdict,
    ...(found.holds === false ? ['Lower alpha, mute the metric that aborts (slipway judge shows which), or keep a client on one revision: routing.by in slipway.yaml.'] : []),
  ];
}
