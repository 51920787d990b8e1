/**
 * 20 of 100 instances killed at the same moment, until each place serves again, beside a bare spawn of 20. Ours counts until
 * the router's table in force has the new instance, which comes after its health check; a bare one until its port answers. Every round kills
 * 20 others, so that no backoff has a part in it.
 */
import { RouterClient } from '../../src/adapters/local/router-client.ts';
import type { EnvironmentName, ServiceName } from '../../src/domain/ids.ts';
import { spawnBare } from './bare.ts';
import { type Bench, median, percentile, withSpread } from './figures.ts';
import { type Installation, manifestOf, startInstallation } from './installation.ts';
import { ask, pause } from './waiting.ts';

const SIZE = { instances: 100, killed: 20, rounds: 5 };
const SIZE_QUICK = { instances: 10, killed: 4, rounds: 2 };
const LOOK_EVERY_MS = 10;
const SERVING_WAIT_MS = 60_000;
const REST_MS = 3000;

const ENVIRONMENTS = `environments:
  - { name: production, kind: production, wave: 1, zones: [a, b] }
`;
const SERVICE = 'bench-burst' as ServiceName;
const PRODUCTION = 'production' as EnvironmentName;

type Addresses = ReadonlyMap<string, string>;

/** Instances that the router sends requests to, with their addresses. */
async function inForce(client: RouterClient): Promise<Addresses> {
  const route = await client.get(SERVICE, PRODUCTION);
  return new Map(Object.values(route?.upstreams ?? {}).flat().map(({ instance, host, port }) => [instance, `${host}:${port}`]));
}

/** Kills the instances and answers after how many milliseconds each of as many new ones was in force. */
async function killAll(client: RouterClient, victims: Addresses): Promise<number[]> {
  const pids = await Promise.all([...victims.values()].map(async (address) => Number(await ask(`http://${address}/`))));
  if (pids.some((pid) => !Number.isInteger(pid) || pid < 2)) throw new Error('an instance does not answer with its process id');
  const known = new Set((await inForce(client)).keys());
  const after: number[] = [];
  const began = performance.now();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  while (after.length < pids.length) {
    await pause(LOOK_EVERY_MS);
    for (const instance of (await inForce(client)).keys()) {
      if (known.has(instance)) continue;
      known.add(instance);
      after.push(performance.now() - began);
    }
    if (performance.now() - began > SERVING_WAIT_MS) throw new Error(`${after.length} of ${pids.length} serve again after ${SERVING_WAIT_MS / 1000} s`);
  }
  return after;
}

async function bare(count: number): Promise<readonly number[]> {
  const run = await spawnBare(count, LOOK_EVERY_MS);
  await run.stop();
  return run.servingAfterMs;
}

async function deployed(installation: Installation, instances: number): Promise<RouterClient> {
  await installation.register(manifestOf(SERVICE, instances));
  await installation.deploy(SERVICE);
  return new RouterClient({ controlSocket: installation.home.routerSocket });
}

export const burstBench: Bench = async ({ quick, say }) => {
  const { instances, killed, rounds } = quick ? SIZE_QUICK : SIZE;
  const installation = await startInstallation(ENVIRONMENTS);
  try {
    const client = await deployed(installation, instances);
    const first = [...(await inForce(client))];
    if (first.length !== instances) throw new Error(`${first.length} of ${instances} instances are in the route`);
    const times = { ours: [] as number[][], bare: [] as number[][] };
    await pause(REST_MS);
    for (let round = 0; round < rounds; round += 1) {
      const victims = new Map(first.slice(round * killed, (round + 1) * killed));
      const sides = [async () => times.ours.push(await killAll(client, victims)), async () => times.bare.push([...(await bare(killed))])];
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        await side();
        await pause(REST_MS);
      }
      say(`burst ${round + 1}/${rounds}: Slipway ${Math.max(...(times.ours.at(-1) ?? [])).toFixed(0)} ms, bare ${Math.max(...(times.bare.at(-1) ?? [])).toFixed(0)} ms for the last of ${killed}`);
    }
    const [ours, peer] = [times.ours.flat(), times.bare.flat()];
    const [slowest, slowestBare] = [percentile(ours, 0.99), percentile(peer, 0.99)];
    const worst = { ours: times.ours.map((list) => Math.max(...list)), bare: times.bare.map((list) => Math.max(...list)) };
    return {
      rows: [
        { what: `${killed} of ${instances} killed at once, p99 until each serves`, ours: withSpread(slowest, ours, 'ms'), peer: withSpread(slowestBare, peer, 'ms'), figure: slowest / slowestBare, goal: { kind: 'at most', value: 1.2, unit: 'x' }, runs: `${rounds} rounds of ${killed}` },
        { what: 'the same, median over rounds of the last one', ours: withSpread(median(worst.ours), worst.ours, 'ms'), peer: withSpread(median(worst.bare), worst.bare, 'ms'), figure: median(worst.ours) / median(worst.bare), goal: null, runs: `${rounds} rounds` },
      ],
    };
  } finally {
    await installation.stop();
  }
};
