/**
 * How long each packaged function takes from the start of Node to a loaded handler, and to the end of its first call, beside an empty handler.
 *
 * All functions take turns, each with an empty handler of its own at the same moment, and who of the two is first alternates: a machine that
 * gets slower is slower for all of them. Ratios are those of such pairs. On a machine that does other work too, processor time is
 * compared instead: others hardly change it.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Bench, median, type Row, short, withSpread } from '../figures.ts';
import { startEmptyAccount } from './empty-account.ts';
import { type Packaged, withPackaged } from './packaged.ts';

const EVENTS = join(import.meta.dirname, '../../../events');
const READY_MS_MAX = 70;
const RATIO_MAX = 3;
const ROUNDS = 11;

/** Loads a bundle and calls it once, as Lambda's runtime does, and says when each was done: since the process began, and in processor time. */
const START = `
process.stdout;
const { handler } = require(process.argv[1]);
const at = () => { const ms = performance.now(); const { user, system } = process.cpuUsage(); return { ms, processorMs: (user + system) / 1000 }; };
const ready = at();
handler(JSON.parse(process.argv[2]), {}).catch(() => undefined).then(() => { process.stdout.write('\\n' + JSON.stringify({ ready, called: at() }), () => process.exit()); });
`;

/** Since the process began. */
interface Moment {
  readonly ms: number;
  /** What it computed, on all its threads. */
  readonly processorMs: number;
}
interface Start {
  readonly ready: Moment;
  /** The end of the first call, in which AWS refuses what the function asks for. */
  readonly called: Moment;
}
type Pairs = { readonly name: string; readonly ours: Start[]; readonly empty: Start[] };

const environmentOf = (endpoint: string) => ({
  AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIABENCH', AWS_SECRET_ACCESS_KEY: 'bench', AWS_ENDPOINT_URL: endpoint, AWS_LAMBDA_FUNCTION_NAME: 'bench', SLIPWAY_TABLE: 'slipway-state',
  SLIPWAY_MACHINE_ARN_PREFIX: 'arn:aws:states:eu-central-1:123456789012:stateMachine:slipway-', SLIPWAY_ARTIFACT_BUCKET: 'slipway-artifacts', SLIPWAY_BUILD_PROJECT: 'slipway-jobs', SLIPWAY_TARGETS: 'ec2,ecs,lambda',
  SLIPWAY_GITHUB_SECRET: 'secretsmanager:slipway/github-webhook', SLIPWAY_SLACK_SECRET: 'secretsmanager:slipway/slack-signing', SLIPWAY_SUBSCRIBER_QUEUES: 'https://sqs.eu-central-1.amazonaws.com/123456789012/slipway-subscriber-',
});

/** What a function is called with: the verb that a target is asked most, or the first of its samples. */
function sampleOf(name: string): string {
  const samples = readdirSync(join(EVENTS, name)).sort();
  const chosen = ['observe.json', 'sample.json'].find((one) => samples.includes(one)) ?? samples[0];
  if (chosen === undefined) throw new Error(`events/${name} has no sample`);
  return join(EVENTS, name, chosen);
}

const run = promisify(execFile);
async function start(file: string, event: string, endpoint: string): Promise<Start> {
  const { stdout } = await run(process.execPath, ['-e', START, file, event], { env: environmentOf(endpoint) });
  // What the handler logs stands before it.
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as Start;
}

async function measured(functions: readonly Packaged[], empty: string, rounds: number, say: (line: string) => void): Promise<Pairs[]> {
  const account = await startEmptyAccount();
  try {
    const pairs = functions.map(({ name, file }) => ({ name, file, event: JSON.stringify(JSON.parse(readFileSync(sampleOf(name), 'utf8'))), ours: [] as Start[], empty: [] as Start[] }));
    // The first round only reads files that nobody has read yet.
    for (let round = 0; round <= rounds; round += 1) {
      say(`starts: round ${round} of ${rounds}`);
      for (const { file, event, ours, empty: theirs } of pairs) {
        const turns = [async () => void ours.push(await start(file, event, account.endpoint)), async () => void theirs.push(await start(empty, event, account.endpoint))];
        for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
        if (round === 0) {
          ours.pop();
          theirs.pop();
        }
      }
    }
    return pairs;
  } finally {
    await account.close();
  }
}

type Measure = keyof Moment;
const of = (starts: readonly Start[], when: keyof Start, what: Measure): number[] => starts.map((one) => one[when][what]);
const ratios = ({ ours, empty }: Pairs, when: keyof Start, what: Measure): number[] => ours.flatMap((one, index) => (empty[index] === undefined ? [] : [one[when][what] / empty[index][when][what]]));
const spread = (numbers: readonly number[], unit: string): string => withSpread(median(numbers), numbers, unit).trimEnd();

function rowOf(pairs: Pairs, judgedBy: Measure): Row {
  const besides: Measure = judgedBy === 'ms' ? 'processorMs' : 'ms';
  const named = { ms: 'by the clock', processorMs: 'processor time' } as const;
  return {
    what: `${judgedBy === 'ms' ? 'start to ready' : 'processor time from start to ready'} of ${pairs.name}`, ours: spread(of(pairs.ours, 'ready', judgedBy), 'ms'), peer: spread(of(pairs.empty, 'ready', judgedBy), 'ms'),
    figure: median(ratios(pairs, 'ready', judgedBy)), goal: { kind: 'at most', value: RATIO_MAX, unit: 'x empty' },
    runs: `${pairs.ours.length} pairs, ${spread(ratios(pairs, 'ready', judgedBy), 'x')}; ${named[besides]} ${short(median(of(pairs.ours, 'ready', besides)))} ms, ${short(median(ratios(pairs, 'ready', besides)))}x; to the end of the first call ${short(median(of(pairs.ours, 'called', judgedBy)))} ms, ${short(median(ratios(pairs, 'called', judgedBy)))}x`,
  };
}

/** A fixed bound on a clock: what else the machine does moves it. */
function slowestRow(all: readonly Pairs[], when: keyof Start, what: Measure, goal: Row['goal']): Row {
  const middle = ({ ours }: Pairs): number => median(of(ours, when, what));
  const slowest = all.reduce((a, b) => (middle(b) > middle(a) ? b : a));
  return { what: `${when === 'ready' ? 'start to ready' : 'start to the end of the first call'} of the slowest, ${slowest.name}`, ours: spread(of(slowest.ours, when, what), 'ms'), peer: '', figure: middle(slowest), goal, runs: `${slowest.ours.length}`, timed: true };
}

export const startsBench: Bench = ({ quick, busy = false, say }) => withPackaged(async (functions, folder) => {
  const empty = join(folder, 'empty.cjs');
  writeFileSync(empty, 'exports.handler = async () => ({});\n');
  const judgedBy: Measure = busy ? 'processorMs' : 'ms';
  const all = await measured(functions, empty, quick ? 1 : ROUNDS, say);
  return {
    rows: [...all.map((pairs) => rowOf(pairs, judgedBy)), slowestRow(all, 'ready', judgedBy, { kind: 'at most', value: READY_MS_MAX, unit: ' ms' }), slowestRow(all, 'called', judgedBy, null)],
    remarks: ['In the first call a role is assumed where one is named, the table is empty, and all else is refused by a server on this machine: it is what a function computes until then, and not how long AWS takes.'],
  };
});
