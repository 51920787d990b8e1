/** Requests of production are recorded, and sent to the next release in staging. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RecordingsOfPlace } from '../../src/app/recordings.ts';
import type { Recording } from '../../src/domain/recording/recording.ts';
import { manifest, program } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

const path = (service: string) => `/v1/services/${service}/environments/production/recordings`;
const replay = (parts: Record<string, unknown> = {}) => ({ tests: [{ name: 'as recorded', replay: { from: 'recording', rate: 40, duration: '2s', compare: true, ...parts } }], approval: { required: false } });
const results = async (id: string) => (await at.client.pipeline(id)).deployments.flatMap(({ tests }) => tests);

async function recordedRequests(service: string): Promise<Recording> {
  await at.client.post(path(service), { sample: 100, headers: ['accept'] });
  expect((await at.client.ask('POST', path(service), {})).status).toBe(409);
  const endpoint = await at.client.endpoint(service);
  for (let index = 0; index < 5; index++) await fetch(`${endpoint}/?n=${index}&token=secret`, { headers: { accept: 'text/plain', cookie: 'session=secret' } });
  await eventually('requests are recorded', async () => ((await at.client.get<RecordingsOfPlace>(path(service))).underWay?.kept ?? 0) >= 5);
  return at.client.post<Recording>(`${path(service)}/stop`, {});
}

it('a recording is kept without secrets, replayed in staging, and stops a release that fails it', async () => {
  const repository = await at.deployed('shown');
  const recording = await recordedRequests('shown');
  expect(recording).toMatchObject({ requests: 5, environment: 'production' });
  const detail = await at.client.get<{ requests: unknown[] }>(`${path('shown')}/newest`);
  expect(detail.requests[0]).toEqual({ method: 'GET', target: '/?n=0&token=REDACTED', headers: { accept: 'text/plain' } });
  expect((await at.client.get<RecordingsOfPlace>(path('shown'))).underWay).toBeNull();
  expect((await at.client.ask('POST', `${path('shown')}/stop`, {})).status).toBe(404);

  repository.write({ 'shown/slipway.yaml': manifest('shown', replay()), 'shown/notes.txt': 'the same program' });
  await at.load('shown');
  const same = await at.release(repository, 'two');
  expect((await at.client.over(same)).status).toMatchObject({ kind: 'succeeded' });
  expect((await results(same))[0]).toMatchObject({ name: 'as recorded', outcome: 'passed', detail: expect.stringContaining('5 requests of recording at 40/s for 2 s') });
  expect((await results(same))[0]?.detail).toContain('Compared with the stable revision: same: 80 requests');

  repository.write({ 'shown/server.js': program({ says: 'other' }) });
  const differing = await at.release(repository, 'three');
  expect((await at.client.over(differing)).status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });
  expect((await results(differing))[0]?.detail).toContain('different: the candidate\'s answers differ');

  repository.write({ 'shown/server.js': program({ says: 'other', failOneIn: 4 }), 'shown/slipway.yaml': manifest('shown', replay({ compare: false })) });
  const failing = await at.release(repository, 'four');
  expect((await at.client.over(failing)).status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });
  expect((await results(failing))[0]?.detail).toContain('Not as expected: 20 of 80 requests failed (25 %)');
}, 240_000);

it('a test without its recording or its file fails, and says what to do', async () => {
  const repository = await at.repository('bare', replay());
  const first = await at.release(repository, 'first');
  expect((await at.client.over(first)).status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });
  expect((await results(first))[0]?.detail).toContain('slipway recording start bare --environment production');

  repository.write({ 'bare/slipway.yaml': manifest('bare', replay({ from: 'requests.txt' })), 'bare/requests.txt': '/fine\nGET no path\n' });
  const second = await at.release(repository, 'second');
  await at.client.over(second);
  expect((await results(second))[0]?.detail).toContain('requests.txt:2: "GET no path" is no request');

  repository.write({ 'bare/requests.txt': '/fine\n' });
  expect((await at.client.over(await at.release(repository, 'third'))).status).toMatchObject({ kind: 'succeeded' });
}, 240_000);
