/** A newer push takes the place of an older one wherever that is, or waits for it; nothing stays on a candidate. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PipelineDetail } from '../../src/app/look.ts';
import { manifest, program, type Manifest } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import type { Repository } from './rig/repository.ts';
import { eventually } from './rig/patience.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

const SLOW_CANARY: Manifest = { canary: { traffic: 10, duration: '60s', interval: '200ms' } };
const SLOW_ROLLOUT: Manifest = { canary: { traffic: 10, duration: '0s', interval: '100ms', judge: { minimumRequests: 1, maximumLatencyRatio: 100_000, onInconclusive: 'extend', extensions: 20 } }, rollout: { batches: [50, 100], watch: '2s', interval: '200ms', drain: '1s' }, approval: { required: false } };
const SLOW_BUILD: Manifest = { build: { command: ['node', '-e', 'setTimeout(() => {}, process.env.QUICK ? 0 : 60000)'] } };
const SLOW_STAGING: Manifest = { tests: [{ name: 'long', command: ['node', '-e', 'setTimeout(() => {}, 60000)'], timeout: '90s' }] };

const release = (repository: Repository, service: string, says: string, overrides: Manifest): Promise<string> => {
  repository.write({ [`${service}/server.js`]: program({ says }), [`${service}/slipway.yaml`]: manifest(service, overrides) });
  return at.release(repository, says);
};
const production = ({ deployments }: PipelineDetail) => deployments.find(({ deployment }) => deployment.environment === 'production');

/** Nothing is left of what was superseded: one revision, all the weight, no lease, nothing that waits. */
async function clean(service: string, newest: string): Promise<void> {
  for (const [environment, count] of [['staging', 1], ['production', 2]] as const) {
    const { desired, observed } = await at.healthy(service, count, environment);
    expect(desired).toMatchObject({ deployment: null, stable: `${newest}-${environment}` });
    expect(observed.weights).toEqual({ [`${newest}-${environment}`]: 100 });
  }
  expect((await at.client.approvals()).filter(({ subject }) => subject.service === service)).toEqual([]);
}

it.concurrent.each<{ when: string; older: Manifest; there: (detail: PipelineDetail) => boolean }>([
  { when: 'build', older: SLOW_BUILD, there: ({ pipeline }) => pipeline.stage === 'build' },
  { when: 'staging', older: SLOW_STAGING, there: ({ pipeline }) => pipeline.stage === 'staging' },
  { when: 'canary', older: SLOW_CANARY, there: (detail) => (production(detail)?.deployment.holds.length ?? 0) > 0 },
  { when: 'approval', older: {}, there: (detail) => production(detail)?.approvals[0]?.status.kind === 'waiting' },
])('a newer push supersedes one in its $when', async ({ when, older, there }) => {
  const service = `over-${when}`;
  const repository = await at.deployed(service);
  await at.load(service);
  const old = await release(repository, service, 'old', older);
  await at.client.at(old, `is in its ${when}`, there);
  const newest = await release(repository, service, 'new', {});
  expect((await at.client.over(old)).status).toMatchObject({ kind: 'superseded', by: newest });
  expect((await at.client.approvedToTheEnd(newest)).status).toMatchObject({ kind: 'succeeded' });
  await clean(service, newest);
}, 180_000);

it.concurrent('one in its rollout is approved and half in place: the newer push waits for it', async () => {
  const repository = await at.deployed('over-rollout', SLOW_ROLLOUT);
  await at.load('over-rollout');
  const old = await release(repository, 'over-rollout', 'old', SLOW_ROLLOUT);
  await at.client.at(old, 'rolls out', ({ pipeline }) => pipeline.stage === 'rollout');
  const newest = await release(repository, 'over-rollout', 'new', SLOW_ROLLOUT);
  expect((await at.client.over(old)).status.kind).toBe('succeeded');
  expect((await at.client.over(newest)).status.kind).toBe('succeeded');
  await clean('over-rollout', newest);
}, 180_000);

it.concurrent('three pushes at once: the first two end superseded, also while they wait in line, and the last one stands', async () => {
  const repository = await at.deployed('burst', { approval: { required: false } });
  await at.load('burst');
  const ids: string[] = [];
  for (const says of ['two', 'three', 'four']) ids.push(await release(repository, 'burst', says, { approval: { required: false } }));
  const endings = await Promise.all(ids.map(async (id) => (await at.client.over(id)).status.kind));
  expect(endings).toEqual(['superseded', 'superseded', 'succeeded']);
  await clean('burst', ids.at(-1) ?? '');
}, 180_000);

it.concurrent('queue: every push is released, in its order', async () => {
  const queue: Manifest = { onNewerPush: 'queue', approval: { required: false } };
  const repository = await at.deployed('queued', queue);
  const load = await at.load('queued');
  const ids: string[] = [];
  for (const says of ['two', 'three']) ids.push(await release(repository, 'queued', says, queue));
  const over = await Promise.all(ids.map((id) => at.client.over(id)));
  expect(over.map(({ status }) => status.kind)).toEqual(['succeeded', 'succeeded']);
  await load.stop();
  expect({ failed: load.failed, answers: [...load.answers.keys()] }).toEqual({ failed: 0, answers: ['one', 'two', 'three'] });
  await clean('queued', ids.at(-1) ?? '');
}, 180_000);

it.concurrent('cancel takes a canary back; the pipeline says who and why', async () => {
  const repository = await at.deployed('cancelled', SLOW_CANARY);
  await at.load('cancelled');
  const id = await release(repository, 'cancelled', 'two', SLOW_CANARY);
  await at.client.at(id, 'is in its canary', (detail) => (production(detail)?.deployment.holds.length ?? 0) > 0);
  await at.client.post(`/v1/pipelines/${id}/cancel`, { why: 'wrong branch' });
  expect((await at.client.over(id)).status).toMatchObject({ kind: 'cancelled', by: 'owner', why: 'wrong branch' });
  const { desired, observed } = await at.healthy('cancelled', 2);
  expect([desired.stable, observed.weights]).toEqual(['cancelled-1-production', { 'cancelled-1-production': 100 }]);
  expect((await at.client.ask('POST', `/v1/pipelines/${id}/cancel`, { why: 'again' })).status).toBe(409);
}, 180_000);

it.concurrent('promote ends a canary early, on the evidence there is', async () => {
  const repository = await at.deployed('promoted', SLOW_CANARY);
  const id = await release(repository, 'promoted', 'two', { ...SLOW_CANARY, canary: { traffic: 10, duration: '10m', interval: '200ms', judge: { minimumRequests: 3, maximumLatencyRatio: 100_000 } } });
  await at.client.at(id, 'is in its canary', (detail) => (production(detail)?.deployment.holds.length ?? 0) > 0);
  await at.client.post('/v1/services/promoted/environments/production/promote', {});
  const turns = (detail: PipelineDetail) => production(detail)?.deployment.holds[0]?.turns ?? 0;
  const asked = turns(await at.client.pipeline(id));
  // The first look may have begun before it was asked for.
  const silent = await at.client.at(id, 'looked twice more', (detail) => turns(detail) >= asked + 2);
  expect(production(silent)?.deployment.holds[0]?.verdict).toMatchObject({ kind: 'continue', reason: expect.stringContaining('asked to go on') });
  await at.load('promoted');
  await eventually('the approval waits', async () => (await at.client.approvals()).find(({ subject }) => subject.service === 'promoted'));
  expect((await at.client.approvedToTheEnd(id)).status.kind).toBe('succeeded');
}, 180_000);
