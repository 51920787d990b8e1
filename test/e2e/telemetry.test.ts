/** A service that sends its counts by OpenTelemetry is judged by them: nobody asks it through the router here. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { JUDGE } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(() => at?.close(), 60_000);

/** Sends differences as JSON, with what the variables of OpenTelemetry say; one request in `failOneIn` fails, 0: none. */
const program = (failOneIn: number): string => `require('node:http').createServer((request, response) => response.end('ok')).listen(process.env.PORT, process.env.HOST);
const pairs = (text) => text.split(',').map((pair) => pair.split(/=(.*)/s).slice(0, 2).map(decodeURIComponent));
const attributes = (record) => Object.entries(record).map(([key, stringValue]) => ({ key, value: { stringValue } }));
const resource = { attributes: attributes(Object.fromEntries(pairs(process.env.OTEL_RESOURCE_ATTRIBUTES))) };
const headers = { 'content-type': 'application/json', ...Object.fromEntries(pairs(process.env.OTEL_EXPORTER_OTLP_METRICS_HEADERS)) };
let [asked, before] = [0, Date.now()];
setInterval(() => {
  const [now, failed] = [Date.now(), ${failOneIn} > 0 && ++asked % ${failOneIn === 0 ? 1 : failOneIn} === 0];
  const nanos = (ms) => String(BigInt(ms) * 1000000n);
  const dataPoints = [{ attributes: attributes({ 'http.response.status_code': failed ? '503' : '200' }), startTimeUnixNano: nanos(before), timeUnixNano: nanos(now), count: '5', explicitBounds: [0.1], bucketCounts: ['5', '0'] }];
  before = now;
  const body = JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: 'http.server.request.duration', unit: 's', histogram: { aggregationTemporality: 1, dataPoints } }] }] }] });
  fetch(process.env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, { method: 'POST', headers, body }).catch(() => undefined);
}, 100);
process.on('SIGTERM', () => process.exit(0));
`;

async function deployed(service: string) {
  const repository = await at.repository(service, { health: { path: '/', interval: '200ms', timeout: '2s', startWithin: '20s' }, openTelemetry: {}, approval: { required: false }, canary: { traffic: 10, duration: '2s', interval: '300ms', judge: JUDGE }, rollout: { batches: [100], watch: 0, interval: '200ms', drain: 0 } });
  repository.write({ [`${service}/server.js`]: program(0) });
  expect((await at.client.over(await at.release(repository, 'first'))).status).toMatchObject({ kind: 'succeeded' });
  return repository;
}
const verdictOf = async (id: string) => (await at.client.pipeline(id)).deployments.find(({ deployment }) => deployment.environment === 'production')?.deployment.holds.find(({ stage }) => stage === 'canary')?.verdict;

it.concurrent('one that says it is well goes through, on what it says', async () => {
  const repository = await deployed('telling');
  repository.write({ 'telling/server.js': `${program(0)}// another release\n` });
  const id = await at.release(repository, 'two');
  expect((await at.client.over(id)).status).toMatchObject({ kind: 'succeeded' });
  const verdict = await verdictOf(id);
  expect(verdict).toMatchObject({ kind: 'promote', evidence: { candidate: { failures: 0 } } });
  expect(verdict?.evidence.candidate.requests).toBeGreaterThan(20);
  expect(verdict?.evidence.stable?.requests).toBeGreaterThan(20);
}, 180_000);

it.concurrent('one that says that it fails is taken back, though each answer through the router is good', async () => {
  const repository = await deployed('failing');
  repository.write({ 'failing/server.js': program(2) });
  const id = await at.release(repository, 'two');
  expect((await at.client.over(id)).status).toMatchObject({ kind: 'failed', error: 'CandidateWorse' });
  expect((await verdictOf(id))?.evidence.candidate.failuresByClass['status5xx']).toBeGreaterThan(0);
}, 180_000);
