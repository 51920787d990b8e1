/** What mirroring a tenth of the traffic costs the user: the same load at the same rate, with and without, order alternated. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Pool } from 'undici';
import type { EnvironmentName, RevisionId, ServiceName } from '../../src/domain/ids.ts';
import { ParallelRun } from '../../src/domain/parallel/rule.ts';
import { startRouterProcess } from '../unit/router/rig.ts';
import { routeOf, upstreamsOf } from '../unit/router/route.ts';
import { type Bench, median, percentile, type Report, type Row, short, withSpread } from './figures.ts';
import { freePorts, until } from './waiting.ts';

const run = promisify(execFile);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const PER_SECOND = 1000;
const SAMPLE_PERCENT = 10;
const [service, environment] = ['catalog' as ServiceName, 'staging' as EnvironmentName];
const [stable, candidate] = ['catalog-1-staging' as RevisionId, 'catalog-2-staging' as RevisionId];

/** Requests are sent when they are due, whether or not earlier ones are answered; latencies count from when each was due. */
async function load(port: number, seconds: number): Promise<number[]> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 64, pipelining: 1 });
  const latencies: number[] = [];
  const underWay: Promise<void>[] = [];
  const began = performance.now();
  const total = PER_SECOND * seconds;
  for (let sent = 0; sent < total; ) {
    for (; sent < total && began + (sent * 1000) / PER_SECOND <= performance.now(); sent++) {
      const due = began + (sent * 1000) / PER_SECOND;
      underWay.push(one(pool, sent, due, latencies));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
  await pool.close();
  return latencies;
}

async function one(pool: Pool, number: number, due: number, latencies: number[]): Promise<void> {
  const { statusCode, body } = await pool.request({ path: `/?n=${number}`, method: 'GET' });
  await body.dump();
  if (statusCode !== 200) throw new Error(`a user was answered ${statusCode}`);
  latencies.push(performance.now() - due);
}

interface Side {
  readonly p50: number[];
  readonly p99: number[];
}

function rowOf(what: string, without: number[], using: number[], limit: number, runs: string): Row {
  const ratios = using.map((value, index) => value / (without[index] as number));
  return { what: `${what}, with mirroring beside without`, ours: withSpread(median(using), using, 'ms'), peer: withSpread(median(without), without, 'ms'), figure: median(ratios), goal: { kind: 'at most', value: limit, unit: 'x' }, runs: `${runs}; ratios ${short(Math.min(...ratios))} to ${short(Math.max(...ratios))}` };
}

/** The bundles that production runs, thread and all. */
async function bundled(directory: string): Promise<string> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: { router: here('../unit/router/router-process.ts'), 'mirror-thread': here('../../src/router/mirror/mirror-thread.ts') }, outdir: directory, outExtension: { '.js': '.mjs' }, bundle: true, minify: true, platform: 'node', format: 'esm', target: 'node24', mainFields: ['module', 'main'],
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
  });
  return join(directory, 'router.mjs');
}

async function backend(directory: string, ports: { STABLE: number; CANDIDATE: number }): Promise<ChildProcess> {
  const text = (await readFile(here('router.backend.conf'), 'utf8')).replaceAll(/\$\{([A-Z]+)\}/g, (_all, name: string) => String({ DIRECTORY: directory, BODY: 'x'.repeat(1000), ...ports }[name as 'STABLE']));
  const path = join(directory, 'backend.conf');
  await writeFile(path, text);
  return spawn('nginx', ['-p', directory, '-e', join(directory, 'start.log'), '-c', path], { stdio: 'inherit' });
}

export const mirrorBench: Bench = async ({ quick }): Promise<Report> => {
  const [runs, seconds] = quick ? [1, 2] : [5, 6];
  const directory = await mkdtemp(join(tmpdir(), 'mirror-bench-'));
  const router = await startRouterProcess({}, { script: await bundled(directory), nodeArguments: ['--max-semi-space-size=2'] });
  const [STABLE = 0, CANDIDATE = 0] = await freePorts(2);
  const nginx = await backend(directory, { STABLE, CANDIDATE });
  try {
    const entry = routeOf({ weights: { [stable]: 100 }, upstreams: upstreamsOf([stable, 'one', STABLE], [candidate, 'two', CANDIDATE]) });
    const mirror = { stable, candidate, rule: ParallelRun.parse({ sample: SAMPLE_PERCENT }) };
    const { port } = await router.client.put(entry);
    await until('the backend answers', 20, 10_000, async () => ((await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))?.ok === true ? true : undefined));
    await load(port, 1);
    const sides: Record<'with' | 'without', Side> = { with: { p50: [], p99: [] }, without: { p50: [], p99: [] } };
    const seen = { compared: 0, dropped: 0 };
    for (let turn = 0; turn < runs; turn++) {
      for (const side of turn % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
        await router.client.put({ ...entry, port, ...(side === 'with' ? { mirror } : {}) });
        // The thread's start and the first requests on either side are no part of the figures.
        await load(port, 1);
        const latencies = await load(port, seconds);
        sides[side].p50.push(percentile(latencies, 0.5));
        sides[side].p99.push(percentile(latencies, 0.99));
        if (side !== 'with') continue;
        const { report } = await router.client.parallelRun(service, environment);
        seen.compared += report.compared;
        seen.dropped += report.dropped;
      }
    }
    const mirrored = seen.compared + seen.dropped;
    if (mirrored === 0) throw new Error('nothing was mirrored, so there is nothing to compare');
    const each = `${runs} of ${seconds} s at ${PER_SECOND}/s, ${SAMPLE_PERCENT} % mirrored`;
    return {
      rows: [
        rowOf('a request through the router, p50', sides.without.p50, sides.with.p50, 1.1, each),
        rowOf('a request through the router, p99', sides.without.p99, sides.with.p99, 1.25, each),
        { what: 'mirrored requests dropped', ours: `${seen.dropped} of ${mirrored}`, peer: '', figure: seen.dropped / mirrored, goal: { kind: 'at most', value: 0.01, unit: '' }, runs: each },
      ],
      versions: { nginx: (await run('nginx', ['-v'])).stderr.trim().replace('nginx version: ', '') },
    };
  } finally {
    nginx.kill('SIGTERM');
    await router.close();
    await rm(directory, { recursive: true, force: true });
  }
};
