/** `slipway judge calibrate`: would the judge keep its promise for this service? A/A on its own counts. */
import { calibration, type Calibration, type CalibrationInput, looksOf, runsOf } from '../../domain/judge/calibrate.ts';
import { armDelta } from '../../domain/judge/counts.ts';
import { randomFrom } from '../../domain/judge/random.ts';
import { sequentialJudge } from '../../domain/judge/sequential/sequential-judge.ts';
import { percent } from '../../domain/judge/wording.ts';
import { PlaceCounts } from '../answers/counts.ts';
import { environmentName, serviceName, wholeNumber } from '../arguments.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { recordedTicks, ruleOf, secondsOf } from '../judge-input.ts';
import { interruption } from '../progress/follow.ts';
import { meter } from '../progress/meter.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { count, span } from '../text/time.ts';

interface Options {
  readonly input?: string;
  readonly manifest?: string;
  readonly environment?: string;
  readonly time: string;
  readonly interval: string;
  readonly share: number;
  readonly hold?: string;
  readonly runs?: number;
  readonly seed: number;
}

export function addCalibrate(host: Host): void {
  const command = host.program.command('calibrate').summary('does the promise hold for a service')
    .description('Gives a service\'s own counts to both arms, many times over: every abort is false. Exit 1 when there are more of them than the rule\'s alpha says. From recorded ticks (their stable arm), or from what a running service does now. A terminal shows how far it is; Ctrl-C ends it with what is known by then.')
    .argument('[service]', 'the service to watch; without --input', (name: string) => serviceName(name))
    .option('--input <file>', 'recorded ticks, as of "slipway judge"').option('-e, --environment <environment>', 'where the service is watched', environmentName)
    .option('--time <duration>', 'how long it is watched', '10m').option('--interval <duration>', 'between two looks', '5s')
    .option('--manifest <file>', 'a slipway.yaml, whose canary.judge is the rule; without it the defaults are')
    .option('--share <percent>', 'the candidate\'s part of the requests', wholeNumber(1, 99), 10)
    .option('--hold <duration>', 'how long a watch is; without it, as long as the counts, but 5,000 looks at most').option('--runs <number>', 'how many watches; without it 1,000, and fewer of long ones: 500,000 looks in all, but 100 at least', wholeNumber(1, 100_000))
    .option('--seed <number>', 'the same seed gives the same answer', wholeNumber(0, 999_999_999), 1);
  example(command, 'slipway judge calibrate --input stable.ndjson --runs 2000', 'slipway judge calibrate catalog --environment production --time 30m');
  runs<Options>(host, command, run);
}

async function run(session: Session, options: Options, service?: string): Promise<ExitCode> {
  const rule = await ruleOf(session, options.manifest);
  const ticks = options.input === undefined ? await live(session, service ?? '', options) : await recorded(session, options.input);
  if (ticks.length === 0) throw new CliError(EXIT.failed, `Nothing was counted of ${options.input === undefined ? `the stable revision of ${service} in ${options.environment}` : `the stable arm in ${options.input}`}, so nothing can be said.`);
  const looks = looksOf(ticks, options.hold === undefined ? null : secondsOf(options.hold));
  if (looks > LOOKS_MAX) throw new CliError(EXIT.usage, `A watch of ${options.hold ?? ''} would be ${count(looks, 'look')}, and ${count(LOOKS_MAX, 'look')} are the most. Shorten --hold.`);
  const { found, asked } = await calibrated(session, { ticks, rule, share: options.share / 100, runs: options.runs ?? runsOf(looks), looks }, options.seed);
  if (found.runs < asked) session.remark(`Ended early, after ${found.runs} of ${count(asked, 'run')}.`);
  session.answer(found, () => lines(session, found, ticks.length));
  return found.holds === false ? EXIT.failed : found.runs < asked ? EXIT.interrupted : EXIT.ok;
}

const LOOKS_MAX = 100_000;
/** Between two signs of life, and two moments at which Ctrl-C is heard. */
const SHOWN_EACH_MS = 200;

async function calibrated(session: Session, input: CalibrationInput, seed: number): Promise<{ readonly found: Calibration; readonly asked: number }> {
  const { signal, release } = interruption(session);
  const shown = meter(session);
  let [found, since]: [Calibration | null, number] = [null, session.needs.now()];
  const begun = since;
  try {
    for (found of calibration(sequentialJudge, input, randomFrom(seed))) {
      const now = session.needs.now();
      if (now - since < SHOWN_EACH_MS) continue;
      const left = ((now - begun) / found.runs) * (input.runs - found.runs) / 1000;
      shown.show(`${found.runs} of ${count(input.runs, 'run')}, ${found.aborted} aborted; about ${span(Math.ceil(left))} left`);
      since = now;
      await session.needs.sleep(0, signal);
      if (signal.aborted) break;
    }
  } finally {
    shown.end();
    release();
  }
  if (found === null) throw new CliError(EXIT.usage, 'Nothing was run: --runs is at least 1.');
  return { found, asked: input.runs };
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
    `${count(ticks, 'tick')}, ${span(found.seconds)}: ${count(found.requests, 'request')}, ${count(found.failures, 'failure')}${found.clusters > 1.5 ? `, which come about ${Math.round(found.clusters)} at a time` : ''}.`,
    `The same release on both arms, ${count(found.runs, 'run')}${found.looks === ticks ? '' : ` of ${span(found.holdSeconds)} each`}: ${found.aborted} aborted, ${percent(found.aborted / found.runs)} (${interval}).`,
    verdict,
    ...(found.holds === false ? ['Lower alpha, mute the metric that aborts (slipway judge shows which), or keep a client on one revision: routing.by in slipway.yaml.'] : []),
  ];
}
