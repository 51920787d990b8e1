/** What the packaged functions weigh, and how long each takes from the start of Node to a loaded handler, beside an empty handler in the same run. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, median, type Report, type Row, short, withSpread } from '../figures.ts';

const ROOT = join(import.meta.dirname, '../../..');
const KB = 1000;
const BUNDLE_KB_MAX = 500;
/** Somebody waits for their acknowledgement. */
const QUICK = { names: ['webhook', 'slack'], kbMax: 400 } as const;
const READY_MS_MAX = 70;
const RATIO_MAX = 3;
const RUNS = 9;
const ENVIRONMENT = { SLIPWAY_TABLE: 'slipway-state', AWS_REGION: 'eu-central-1', AWS_LAMBDA_FUNCTION_NAME: 'bench' };
/** Loads the bundle as Lambda's runtime does, and says how long ago the process began, and how much of a processor it took. */
const LOAD = "process.stdout; require(process.argv[1]); const ms = performance.now(); const { user, system } = process.cpuUsage(); process.stdout.write(JSON.stringify({ ms, processorMs: (user + system) / 1000 }));";

interface Start {
  readonly ms: number;
  /** What it computed, which other programs on the machine hardly change. */
  readonly processorMs: number;
}

function unpacked(): { folder: string; bundles: { name: string; file: string; bytes: number }[] } {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-bundles-'));
  const zips = readdirSync(join(ROOT, '.serverless')).filter((name) => name.endsWith('.zip'));
  if (zips.length === 0) throw new Error('There is nothing in .serverless. Run: npx serverless package');
  const bundles = zips.map((zip) => {
    const name = zip.slice(0, -'.zip'.length);
    const target = join(folder, name);
    const { status, stderr } = spawnSync('unzip', ['-qo', join(ROOT, '.serverless', zip), '-d', target], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`unzip ${zip}: ${stderr}`);
    const [file] = readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.cjs'));
    if (file === undefined) throw new Error(`${zip} holds no bundle`);
    return { name, file: join(target, file), bytes: statSync(join(target, file)).size };
  });
  return { folder, bundles };
}

function start(file: string): Start {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', LOAD, file], { encoding: 'utf8', env: ENVIRONMENT });
  if (status !== 0) throw new Error(`${file} did not load: ${stderr}`);
  return JSON.parse(stdout) as Start;
}

const of = (starts: readonly Start[], what: keyof Start): number => median(starts.map((one) => one[what]));
const spread = (starts: readonly Start[]): string => withSpread(of(starts, 'ms'), starts.map(({ ms }) => ms), 'ms');

export const bundlesBench: Bench = async ({ quick, say }): Promise<Report> => {
  const { folder, bundles } = unpacked();
  try {
    const empty = join(folder, 'empty.cjs');
    writeFileSync(empty, 'exports.handler = async () => ({});\n');
    const sizes = bundles.map(({ name, bytes }): Row => {
      const max = (QUICK.names as readonly string[]).includes(name) ? QUICK.kbMax : BUNDLE_KB_MAX;
      return { what: `bundle of ${name}`, ours: `${short(bytes / KB)} KB`, peer: '', figure: bytes / KB, goal: { kind: 'at most', value: max, unit: ' KB' }, runs: '' };
    });
    const runs = quick ? 1 : RUNS;
    const times = bundles.map(({ name, file }) => {
      const ours: Start[] = [];
      const theirs: Start[] = [];
      // In turns, so that both meet the same machine.
      for (let run = 0; run < runs; run += 1) {
        theirs.push(start(empty));
        ours.push(start(file));
      }
      say(`${name}: ${short(of(ours, 'ms'))} ms, empty ${short(of(theirs, 'ms'))} ms`);
      return { name, ours, theirs };
    });
    const ratios = times.map(({ name, ours, theirs }): Row => ({
      what: `start to ready of ${name}`, ours: spread(ours), peer: spread(theirs), figure: of(ours, 'ms') / of(theirs, 'ms'), goal: { kind: 'at most', value: RATIO_MAX, unit: 'x empty' },
      runs: `${runs} in turns; processor ${short(of(ours, 'processorMs'))} of ${short(of(theirs, 'processorMs'))} ms, ${short(of(ours, 'processorMs') / of(theirs, 'processorMs'))}x`, timed: true,
    }));
    const slowest = times.reduce((a, b) => (of(b.ours, 'ms') > of(a.ours, 'ms') ? b : a));
    return { rows: [...sizes, ...ratios, { what: `start to ready of the slowest, ${slowest.name}`, ours: spread(slowest.ours), peer: '', figure: of(slowest.ours, 'ms'), goal: { kind: 'at most', value: READY_MS_MAX, unit: ' ms' }, runs: `${runs}`, timed: true }] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
