/**
 * The judge's counts through a real Prometheus: npm run test:prometheus. It takes the program `prometheus` of the PATH, or Debian's
 * package, unpacked into a folder of its own. Without either it says so and ends with 1: an untested source is no pass.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrometheusMetrics } from '../src/adapters/prometheus/prometheus-metrics.ts';
import { armDelta } from '../src/domain/judge/counts.ts';
import { EnvironmentName, RevisionId, ServiceName } from '../src/domain/ids.ts';
import { PrometheusSource } from '../src/domain/judge/sources/prometheus.ts';
import { keepResults } from './suite-results.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-prometheus-'));
const [stable, candidate] = ['catalog-1-production', 'catalog-2-production'].map((id) => RevisionId.parse(id)) as [RevisionId, RevisionId];
const counted = { [stable]: { good: 0, bad: 0, slow: 0 }, [candidate]: { good: 0, bad: 0, slow: 0 } };

function program(): string | null {
  for (const path of ['prometheus', join(folder, 'package/usr/bin/prometheus')]) {
    try {
      if (path !== 'prometheus') {
        execFileSync('apt-get', ['download', 'prometheus'], { cwd: folder, stdio: 'ignore' });
        const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
        if (archive !== undefined) execFileSync('dpkg', ['-x', archive, 'package'], { cwd: folder, stdio: 'ignore' });
      }
      execFileSync(path, ['--version'], { stdio: 'ignore' });
      return path;
    } catch {
      // Not there: the next one.
    }
  }
  return null;
}

/** What a service's instances would expose; `le` is cumulative. */
const exposed = (): string => Object.entries(counted).flatMap(([revision, { good, bad, slow }]) => {
  const labels = `service="catalog",environment="production",revision="${revision}"`;
  const all = good + bad;
  return [
    `http_requests_total{${labels},code="200"} ${good}`, `http_requests_total{${labels},code="503"} ${bad}`,
    `http_request_duration_seconds_bucket{${labels},le="0.1"} ${all - slow}`, `http_request_duration_seconds_bucket{${labels},le="1"} ${all}`, `http_request_duration_seconds_bucket{${labels},le="+Inf"} ${all}`,
  ];
}).join('\n').concat('\n');

const listening = (server: Server): Promise<number> => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); });
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise<void>((resolve) => { server.close(() => resolve()); });
  return port;
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited a minute for ${what}`);
    await pause(250);
  }
}

async function main(path: string): Promise<void> {
  const exporter = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(exposed()));
  const [target, port] = [await listening(exporter), await freePort()];
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [{ job_name: 'catalog', static_configs: [{ targets: [`127.0.0.1:${target}`] }] }] }));
  const server = spawn(path, [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  try {
    const source = PrometheusSource.parse({
      url: `http://127.0.0.1:${port}`, lateSeconds: 0, requests: 'http_requests_total{service="$service",environment="$environment"}',
      failures: 'http_requests_total{service="$service",environment="$environment",code=~"5.."}', latency: 'http_request_duration_seconds_bucket{service="$service",environment="$environment"}',
    });
    const metrics = createPrometheusMetrics({ source, clock: { now: Date.now }, fetch: globalThis.fetch });
    const read = () => metrics.read(ServiceName.parse('catalog'), EnvironmentName.parse('production'));
    const seen = (requests: number) => until(`${requests} requests`, async () => {
      const reading = await read();
      return reading.revisions[stable]?.requests === requests ? reading : undefined;
    });

    Object.assign(counted[stable]!, { good: 890, bad: 10, slow: 90 });
    Object.assign(counted[candidate]!, { good: 95, bad: 5, slow: 50 });
    const first = await seen(900);
    assert.deepEqual(first.revisions[candidate], { requests: 100, failures: { 503: 5 }, latencyBuckets: [50, 50, 0], boundsMs: [100, 1000] });

    Object.assign(counted[stable]!, { good: 1780, bad: 20, slow: 180 });
    const second = await seen(1800);
    assert.equal(second.epoch, first.epoch, 'no counter has begun again');
    assert.deepEqual(armDelta(first.revisions[stable], second.revisions[stable]!), { requests: 900, failures: { 503: 10 }, latencyBuckets: [810, 90, 0], boundsMs: [100, 1000] });

    Object.assign(counted[stable]!, { good: 3, bad: 0, slow: 0 });
    const third = await seen(3);
    assert.notEqual(third.epoch, second.epoch, 'a counter that began again is another epoch');
    keepResults({ passed: 4, failed: 0 });
    console.log('The counts of a real Prometheus are read as they are: sums, classes, buckets, differences, resets. 4 passed, 0 failed');
  } finally {
    server.kill('SIGTERM');
    await Promise.race([new Promise((resolve) => { server.once('exit', resolve); }), pause(10_000)]);
    exporter.close();
  }
}

try {
  const path = program();
  if (path === null) {
    console.error('There is no prometheus on the PATH, and Debian\'s package could not be unpacked (apt-get download prometheus). Install it, and run this again.');
    process.exitCode = 1;
  } else await main(path);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
