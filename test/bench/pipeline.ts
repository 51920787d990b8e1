/**
 * A pipeline with empty tests and no bakes, from the request to its end, beside the bare cost of what it cannot do without: as many
 * spawns until they answer, in the same order (staging, then production), and as many durable commits of the same size. The
 * artifact is registered beforehand, so neither git nor a build has a part in it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnBare } from './bare.ts';
import { bareDatabase, watchWrites, type Written } from './durable-writes.ts';
import { type Bench, median, short, withSpread } from './figures.ts';
import { type Installation, manifestOf, startInstallation } from './installation.ts';
import { pause } from './waiting.ts';

const RUNS = 10;
const COUNTED_RUNS = 3;
const LOOK_EVERY_MS = 2;
const INSTANCES = 2;
const REST_MS = 2500;
const SERVICE = 'bench-pipeline';

const ENVIRONMENTS = `environments:
  - { name: staging, kind: staging, wave: 1, zones: [a] }
  - { name: production, kind: production, wave: 2, zones: [a] }
`;

/** What one pipeline writes durably, in store and journal together: counted in runs of their own, so that counting slows no run that is timed. */
async function countWrites(installation: Installation, runs: number): Promise<Written> {
  const databases = [watchWrites(installation.home.state), watchWrites(installation.home.journal)];
  const look = () => databases.forEach((database) => database.look());
  const counted: Written[] = [];
  for (let run = 0; run < runs; run += 1) {
    await pause(REST_MS);
    look();
    const before = databases.map((database) => database.written());
    const timer = setInterval(look, 20);
    await installation.deploy(SERVICE);
    clearInterval(timer);
    look();
    const sum = (of: keyof Written) => databases.reduce((total, database, index) => total + database.written()[of] - (before[index]?.[of] ?? 0), 0);
    counted.push({ commits: sum('commits'), bytes: sum('bytes') });
  }
  return { commits: median(counted.map(({ commits }) => commits)), bytes: median(counted.map(({ bytes }) => bytes)) };
}

interface BareTimes {
  readonly totalMs: number;
  readonly writesMs: number;
}

/** A third of the commits before, between and after the two spawns. */
async function bare(written: Written): Promise<BareTimes> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-bare-'));
  const database = bareDatabase(join(folder, 'rows.db'), Math.round(written.bytes / written.commits));
  const began = performance.now();
  let writesMs = 0;
  const write = () => {
    const start = performance.now();
    database.write(Math.round(written.commits / 3));
    writesMs += performance.now() - start;
  };
  write();
  const staging = await spawnBare(INSTANCES, LOOK_EVERY_MS);
  write();
  const production = await spawnBare(INSTANCES, LOOK_EVERY_MS);
  write();
  const totalMs = performance.now() - began;
  await Promise.all([staging.stop(), production.stop()]);
  database.close();
  await rm(folder, { recursive: true, force: true });
  return { totalMs, writesMs };
}

export const pipelineBench: Bench = async ({ quick, say }) => {
  const runs = quick ? 2 : RUNS;
  const installation = await startInstallation(ENVIRONMENTS);
  try {
    await installation.register(manifestOf(SERVICE, INSTANCES));
    await installation.deploy(SERVICE);
    const written = await countWrites(installation, quick ? 1 : COUNTED_RUNS);
    const times = { ours: [] as number[], bare: [] as BareTimes[] };
    for (let run = 0; run < runs; run += 1) {
      const sides = [
        async () => {
          const { beganAt, endedAt } = await installation.deploy(SERVICE);
          times.ours.push(endedAt - beganAt);
        },
        async () => times.bare.push(await bare(written)),
      ];
      for (const side of run % 2 === 0 ? sides : sides.toReversed()) {
        await pause(REST_MS);
        await side();
      }
      say(`pipeline ${run + 1}/${runs}: Slipway ${times.ours.at(-1)} ms, bare ${times.bare.at(-1)?.totalMs.toFixed(0)} ms`);
    }
    const totals = times.bare.map(({ totalMs }) => totalMs);
    return {
      rows: [{ what: 'a pipeline with empty tests and no bakes', ours: withSpread(median(times.ours), times.ours, 'ms'), peer: withSpread(median(totals), totals, 'ms'), figure: median(times.ours) / median(totals), goal: { kind: 'at most', value: 1.5, unit: 'x' }, runs: `${runs} each` }],
      remarks: [`The pipeline makes ${written.commits} durable commits of ${short(written.bytes / written.commits / 1024)} KiB on average (counted in the write-ahead logs); bare, they take ${short(median(times.bare.map(({ writesMs }) => writesMs)))} ms of its time.`],
    };
  } finally {
    await installation.stop();
  }
};
