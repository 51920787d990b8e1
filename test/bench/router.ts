/**
 * The router beside nginx (1 worker) and npm http-proxy: same backend, same weights, same load, order alternated.
 *
 *     node test/bench/router.ts [--runs 5] [--seconds 4] [--http-proxy DIRECTORY] [--changes 1000] [--json]
 *
 * Needs `wrk` and `nginx`; http-proxy is taken from DIRECTORY (one with node_modules/http-proxy), else from this package.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Weights } from '../../src/domain/route.ts';
import { build } from 'esbuild';
import { routeOf, upstreamsOf } from '../unit/router/route.ts';
import { startRouterProcess } from '../unit/router/rig.ts';

const run = promisify(execFile);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' }, 'http-proxy': { type: 'string', default: here('../..') }, changes: { type: 'string', default: '1000' }, json: { type: 'boolean', default: false } },
});

interface Run {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

const CONNECTIONS = 50;

async function load(port: number, seconds: number): Promise<Run> {
  const { stdout } = await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', `http://127.0.0.1:${port}/`]);
  const milliseconds = (percentile: string): number => {
    const [, number, unit] = new RegExp(`${percentile}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout) ?? [];
    return Number(number) * ({ us: 0.001, ms: 1, s: 1000 }[unit ?? ''] ?? Number.NaN);
  };
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1).map(Number) ?? [];
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p50Ms: milliseconds('50'),
    p99Ms: milliseconds('99'),
    failures: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0) + sockets.reduce((sum, count) => sum + count, 0),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function accepting(port: number): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    const socket = connect({ port, host: '127.0.0.1' });
    const up = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false);
    socket.destroy();
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing accepts connections on port ${port}`);
}

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
const residentMb = async (pid: number): Promise<number> => Number((await run('ps', ['-o', 'rss=', '-p', String(pid)])).stdout) / 1024;

/** Load of the machine before the bench adds its own: figures of a busy machine compare nothing. */
const loadBefore = loadavg()[0] as number;
const SPREAD_MAX_PERCENT = 15;

const directory = await mkdtemp(join(tmpdir(), 'router-bench-'));
const children: ChildProcess[] = [];
const start = (command: string, args: string[]): void => void children.push(spawn(command, args, { stdio: 'inherit' }));

async function startNginx(configuration: string, values: Record<string, string | number>): Promise<void> {
  const text = (await readFile(here(configuration), 'utf8')).replaceAll(/\$\{([A-Z]+)\}/g, (_all, name: string) => String(values[name]));
  const path = join(directory, configuration);
  await writeFile(path, text);
  start('nginx', ['-p', directory, '-e', join(directory, 'start.log'), '-c', path]);
}

/** Young generation of 2 x 2 MB: memory over speed, which changes little; see docs of V8's --max-semi-space-size. */
const ROUTER_ARGUMENTS = ['--max-semi-space-size=2'];

const script = join(directory, 'router.mjs');
await build({
  entryPoints: [here('../unit/router/router-process.ts')], outfile: script, bundle: true, minify: true, platform: 'node', format: 'esm', target: 'node22', mainFields: ['module', 'main'],
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
});
const rig = await startRouterProcess({}, { script, nodeArguments: ROUTER_ARGUMENTS });
try {
  const [stable, candidate, nginxPort, proxyPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  await startNginx('router.backend.conf', { DIRECTORY: directory, STABLE: stable, CANDIDATE: candidate, BODY: 'x'.repeat(1_000) });
  await startNginx('router.nginx.conf', { DIRECTORY: directory, STABLE: stable, CANDIDATE: candidate, PORT: nginxPort });
  const upstreams = upstreamsOf(['catalog-1-staging', 'one', stable], ['catalog-2-staging', 'two', candidate]);
  const weights = (share: number) => ({ 'catalog-1-staging': 100 - share, 'catalog-2-staging': share }) as Weights;
  const { port } = await rig.client.put(routeOf({ weights: weights(10), upstreams, drainSeconds: 5 }));
  const peers: Record<string, number> = { router: port, nginx: nginxPort };
  const packages = options['http-proxy'];
  if (existsSync(join(packages, 'node_modules/http-proxy'))) {
    start(process.execPath, [here('router-http-proxy.mjs'), packages, String(proxyPort), String(stable), String(candidate)]);
    peers['http-proxy'] = proxyPort;
  }
  for (const peer of Object.values(peers)) await accepting(peer);
  for (const peer of Object.values(peers)) await load(peer, 2);

  const runs: Record<string, Run[]> = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
  for (let turn = 0; turn < Number(options.runs); turn++) {
    const names = turn % 2 === 0 ? Object.keys(peers) : Object.keys(peers).reverse();
    for (const name of names) runs[name]?.push(await load(peers[name] as number, Number(options.seconds)));
  }
  const rssMb = await residentMb(rig.child.pid as number);

  const changes = Number(options.changes);
  const loading = new AbortController();
  const underLoad: Run[] = [];
  const loader = (async () => {
    while (!loading.signal.aborted) underLoad.push(await load(port, 2));
  })();
  const changesBegan = performance.now();
  for (let change = 0; change < changes; change++) await rig.client.put(routeOf({ weights: weights(change % 101), upstreams, drainSeconds: 5 }));
  const changeMs = (performance.now() - changesBegan) / changes;
  loading.abort();
  await loader;

  const summary = Object.entries(runs).map(([name, list]) => {
    const rates = list.map(({ perSecond }) => perSecond);
    return { name, perSecond: median(rates), spreadPercent: (100 * (Math.max(...rates) - Math.min(...rates))) / median(rates), p50Ms: median(list.map(({ p50Ms }) => p50Ms)), p99Ms: median(list.map(({ p99Ms }) => p99Ms)), failures: list.reduce((sum, { failures }) => sum + failures, 0) };
  });
  const rate = (name: string): number => summary.find((row) => row.name === name)?.perSecond ?? Number.NaN;
  const versions = {
    node: process.version,
    undici: createRequire(import.meta.url)('undici/package.json').version as string,
    nginx: (await run('nginx', ['-v'])).stderr.trim().replace('nginx version: ', ''),
    'http-proxy': 'http-proxy' in peers ? (createRequire(join(packages, 'package.json'))('http-proxy/package.json').version as string) : 'not installed',
  };
  const result = {
    versions, cores: cpus().length, loadBefore, quiet: loadBefore < 0.5 && summary.every(({ spreadPercent }) => spreadPercent <= SPREAD_MAX_PERCENT), connections: CONNECTIONS, summary,
    ratioNginx: rate('router') / rate('nginx'), ratioHttpProxy: rate('router') / rate('http-proxy'),
    rssMb, weightChanges: { count: changes, meanMs: changeMs, requests: Math.round(underLoad.reduce((sum, { perSecond }) => sum + perSecond * 2, 0)), failures: underLoad.reduce((sum, { failures }) => sum + failures, 0) },
  };
  if (options.json) console.log(JSON.stringify(result));
  else {
    console.table(summary.map((row) => ({ proxy: row.name, 'requests/s': Math.round(row.perSecond), 'spread %': row.spreadPercent.toFixed(1), 'p50 ms': row.p50Ms.toFixed(2), 'p99 ms': row.p99Ms.toFixed(2), failures: row.failures })));
    console.log(`router / nginx ${result.ratioNginx.toFixed(2)} (goal 0.45), router / http-proxy ${result.ratioHttpProxy.toFixed(2)} (goal 1.80), router resident under load ${rssMb.toFixed(0)} MB (goal 120)`);
    console.log(`${changes} weight changes under load: ${result.weightChanges.failures} failures in ${result.weightChanges.requests} requests, ${changeMs.toFixed(1)} ms each`);
    console.log(`${JSON.stringify(versions)}, ${result.cores} cores, ${CONNECTIONS} connections, ${options.runs} runs of ${options.seconds} s, medians`);
    if (!result.quiet) console.log(`NOT QUIET: load ${loadBefore.toFixed(2)} before the start (want under 0.5) or a spread over ${SPREAD_MAX_PERCENT} %; do not quote these ratios, run again on a machine that does nothing else`);
  }
} finally {
  for (const child of children) child.kill('SIGTERM');
  await rig.close();
  await rm(directory, { recursive: true, force: true });
}
