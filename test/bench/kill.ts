/**
 * `kill -9` of a service's only process until it answers again: Slipway (asked through the router), pm2 (asked at the
 * app's port) and, for comparison, a bare spawn. Kills take turns, and every kill meets a service that never failed before, so that
 * neither side's backoff has a part in it.
 */
import { spawnBare } from './bare.ts';
import { type Bench, median, withSpread } from './figures.ts';
import { type Installation, manifestOf, startInstallation } from './installation.ts';
import { startPm2 } from './pm2.ts';
import { ask, pause, until } from './waiting.ts';

const KILLS = 24;
const KILLS_QUICK = 2;
const LOOK_EVERY_MS = 2;
const SERVING_WAIT_MS = 30_000;
/** Lets what a kill set in motion come to rest before the next. */
const REST_MS = 400;

const ENVIRONMENTS = `environments:
  - { name: production, kind: production, wave: 1, zones: [a] }
`;

/** Milliseconds from the kill to the first answer by another process. */
async function killed(url: string): Promise<number> {
  const before = Number(await until(`an answer of ${url}`, LOOK_EVERY_MS, SERVING_WAIT_MS, () => ask(url)));
  const began = performance.now();
  process.kill(before, 'SIGKILL');
  await until(`a new process behind ${url}`, LOOK_EVERY_MS, SERVING_WAIT_MS, async () => {
    const pid = await ask(url);
    return pid === undefined || Number(pid) === before ? undefined : pid;
  });
  return performance.now() - began;
}

async function bare(): Promise<number> {
  const run = await spawnBare(1, LOOK_EVERY_MS);
  await run.stop();
  return run.servingAfterMs[0] ?? Number.NaN;
}

export const killBench: Bench = async ({ quick, peers, say }) => {
  const kills = quick ? KILLS_QUICK : KILLS;
  const pm2 = await startPm2(peers, kills);
  let installation: Installation | undefined;
  try {
    installation = await startInstallation(ENVIRONMENTS);
    const services = Array.from({ length: kills }, (_, index) => `bench-${index}`);
    const urls: string[] = [];
    for (const service of services) {
      await installation.register(manifestOf(service, 1));
      await installation.deploy(service);
      urls.push(await installation.endpoint(service, 'production'));
    }
    await pause(2000);
    const times = { ours: [] as number[], pm2: [] as number[], bare: [] as number[] };
    for (let turn = 0; turn < kills; turn += 1) {
      const sides = [async () => times.ours.push(await killed(urls[turn] ?? '')), async () => times.pm2.push(await killed(pm2.urls[turn] ?? '')), async () => times.bare.push(await bare())];
      for (const side of turn % 2 === 0 ? sides : sides.toReversed()) {
        await side();
        await pause(REST_MS);
      }
      say(`kill ${turn + 1}/${kills}: Slipway ${times.ours.at(-1)?.toFixed(0)} ms, pm2 ${times.pm2.at(-1)?.toFixed(0)} ms, bare ${times.bare.at(-1)?.toFixed(0)} ms`);
    }
    const ours = withSpread(median(times.ours), times.ours, 'ms');
    return {
      rows: [
        { what: 'kill -9 to serving again, p50, beside pm2', ours, peer: withSpread(median(times.pm2), times.pm2, 'ms'), figure: median(times.ours) / median(times.pm2), goal: { kind: 'at most', value: 0.75, unit: 'x' }, runs: `${kills} kills each` },
        { what: 'the same beside a bare spawn of the program', ours, peer: withSpread(median(times.bare), times.bare, 'ms'), figure: median(times.ours) / median(times.bare), goal: null, runs: `${kills} each` },
      ],
      versions: { pm2: pm2.version },
    };
  } finally {
    await installation?.stop();
    await pm2.stop();
  }
};
