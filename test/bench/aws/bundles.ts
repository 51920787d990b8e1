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
/** Loads the bundle as Lambda's runtime does, and says how long ago the process began. */
const LOAD = "require(process.argv[1]); process.stdout.write(String(performance.now()));";

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

function readyMs(file: string): number {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', LOAD, file], { encoding: 'utf8', env: ENVIRONMENT });
  if (status !== 0) throw new Error(`${file} did not load: ${stderr}`);
  return Number(stdout);
}

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
      const ours: number[] = [];
      const theirs: number[] = [];
      // In turns, so that both meet the same machine.
      for (let run = 0; run < runs; run += 1) {
        theirs.push(readyMs(empty));
        ours.push(readyMs(file));
      }
      say(`${name}: ${short(median(ours))} ms, empty ${short(median(theirs))} ms`);
      return { name, ours, theirs };
    });
    const ratios = times.map(({ name, ours, theirs }): Row => ({
      what: `start to ready of ${name}`, ours: withSpread(median(ours), ours, 'ms'), peer: withSpread(median(theirs), theirs, 'ms'), figure: median(ours) / median(theirs), goal: { kind: 'at most', value: RATIO_MAX, unit: 'x empty' }, runs: `${runs} in turns`,
    }));
    const slowest = times.reduce((a, b) => (median(b.ours) > median(a.ours) ? b : a));
    return { rows: [...sizes, ...ratios, { what: `start to ready of the slowest, ${slowest.name}`, ours: withSpread(median(slowest.ours), slowest.ours, 'ms'), peer: '', figure: median(slowest.ours), goal: { kind: 'at most', value: READY_MS_MAX, unit: ' ms' }, runs: `${runs}` }] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
