/** A release whose answers differ is stopped before anybody gets one of them; noise is no difference. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { manifest } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

/** Answers JSON with a price, a time and a random number; counts no request that is a copy. */
const program = (price: string): string => `let orders = 0;
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/health') return response.end();
  if (request.headers['x-slipway-mirror'] === undefined) orders += 1;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ price: ${price}, at: process.hrtime.bigint().toString(), random: Math.random() < 0.5 }));
});
server.listen(process.env.PORT, process.env.HOST);
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`;
const parallelRun = { sample: 100, duration: '2s', interval: '200ms', minimumComparisons: 20, extensions: 20 };

async function second(service: string, price: string, rule: Record<string, unknown> = {}): Promise<string> {
  const overrides = { parallelRun: { ...parallelRun, ...rule } };
  const repository = await at.repository(service, overrides);
  repository.write({ [`${service}/server.js`]: program('1') });
  expect((await at.client.approvedToTheEnd(await at.release(repository, 'first'))).status.kind).toBe('succeeded');
  await at.load(service);
  repository.write({ [`${service}/server.js`]: program(price), [`${service}/slipway.yaml`]: manifest(service, overrides) });
  return at.release(repository, 'two');
}

const compared = async (id: string) => (await at.client.pipeline(id)).deployments.find(({ deployment }) => deployment.environment === 'production')?.deployment.holds.find(({ parallelRun: found }) => found !== undefined);

it.concurrent('another answer is found, and the release taken back before it had traffic', async () => {
  const id = await second('differing', '2');
  const { status } = await at.client.over(id);
  expect(status).toMatchObject({ kind: 'failed', error: 'AnswersDiffer' });
  expect(status).toHaveProperty('reason', expect.stringContaining('$.price in 100 %'));
  const hold = await compared(id);
  expect(hold?.parallelRun).toMatchObject({ verdict: { kind: 'different', fields: ['$.price'] } });
  expect(hold?.parallelRun?.report.examples[0]).toMatchObject({ field: '$.price', stable: '1', candidate: '2' });
  const { desired } = await at.client.place('differing', 'production');
  expect(desired).toMatchObject({ stable: 'differing-1-production', weights: { 'differing-1-production': 100 } });
  expect(desired.mirror).toBeUndefined();
  const audit = await at.client.get<{ after: { weights: Record<string, number>; mirror?: unknown } }[]>('/v1/services/differing/environments/production/audit');
  expect(audit.some(({ after }) => after.mirror !== undefined)).toBe(true);
  expect(audit.every(({ after }) => (after.weights[`${id}-production`] ?? 0) === 0)).toBe(true);
}, 180_000);

it.concurrent('the same answer goes on, with times and random values in it', async () => {
  const id = await second('equal', '1.0');
  expect((await at.client.approvedToTheEnd(id)).status.kind).toBe('succeeded');
  const hold = await compared(id);
  expect(hold?.parallelRun?.verdict.kind).toBe('same');
  expect(hold?.parallelRun?.report.compared).toBeGreaterThanOrEqual(20);
  expect(hold?.parallelRun?.report.fields['$.at']?.both).toBeGreaterThan(0);
  expect((await at.client.place('equal', 'production')).desired.mirror).toBeUndefined();
}, 180_000);

it.concurrent('only reported where the manifest says so', async () => {
  const id = await second('reported', '2', { onDifference: 'report', duration: '8s' });
  expect((await at.client.approvedToTheEnd(id)).status.kind).toBe('succeeded');
  expect((await compared(id))?.parallelRun?.verdict).toMatchObject({ kind: 'different', fields: ['$.price'] });
}, 180_000);
