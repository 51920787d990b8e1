/** What goes wrong on the way is taken back, with its reason, and production goes on serving what it served. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, program, type Behaviour, type Manifest } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { throughout } from './rig/patience.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

/** The first release stands; load runs; a second one is pushed. */
async function second(service: string, change: { manifest?: Manifest; behaviour?: Partial<Behaviour> }, first: Manifest = {}): Promise<string> {
  const repository = await at.deployed(service, first);
  await at.load(service);
  repository.write({ [`${service}/server.js`]: program({ says: 'two', ...change.behaviour }), [`${service}/slipway.yaml`]: manifest(service, { ...first, ...change.manifest }) });
  return at.release(repository, 'two');
}

/** Production serves the first release alone, and goes on so: the weight of the candidate stays 0. */
async function staysOnFirst(service: string): Promise<void> {
  const { desired } = await at.healthy(service, 2);
  expect(desired).toMatchObject({ stable: `${service}-1-production`, deployment: null });
  const endpoint = await at.endpoint(service);
  await throughout(`only the first release of ${service} serves`, 2500, async () => {
    const { weights } = (await at.client.place(service, 'production')).observed;
    return JSON.stringify(weights) === JSON.stringify({ [`${service}-1-production`]: 100 }) && (await fetch(endpoint).then(async (answer) => answer.text())) === 'one';
  });
}

it.concurrent('a test that fails in staging: staging is taken back, production is not touched', async () => {
  const tests = [{ name: 'fails', http: { path: '/', expect: { body: 'never said' } } }, { name: 'passes', http: { path: '/health' } }];
  const id = await second('tested', { manifest: { tests } });
  const { status } = await at.client.over(id);
  expect(status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });
  expect(status).toHaveProperty('reason', expect.stringContaining('fails: '));
  const { deployments } = await at.client.pipeline(id);
  expect(deployments.map(({ deployment, tests: results }) => [deployment.environment, deployment.status.kind, results.map(({ name, outcome }) => `${name} ${outcome}`)])).toEqual([['staging', 'rolled-back', ['fails failed', 'passes passed']]]);
  expect((await at.healthy('tested', 1, 'staging')).observed.weights).toEqual({ 'tested-1-staging': 100 });
  const audit = await at.client.get<{ why: string }[]>('/v1/services/tested/environments/production/audit');
  expect(audit.filter(({ why }) => why.includes(id))).toEqual([]);
  await staysOnFirst('tested');
}, 120_000);

it.concurrent('a canary that fails requests is aborted, and its weight stays 0', async () => {
  const { status } = await at.client.over(await second('canaried', { behaviour: { failOneIn: 2 } }));
  expect(status).toMatchObject({ kind: 'failed', error: 'CandidateWorse' });
  const { weights, instances } = (await at.client.place('canaried', 'production')).observed;
  expect([weights, instances.filter(({ revision, health }) => revision === 'canaried-2-production' && health !== 'draining')]).toEqual([{ 'canaried-1-production': 100 }, []]);
  await staysOnFirst('canaried');
}, 120_000);

it.concurrent('a canary that ends again and again is aborted', async () => {
  const { status } = await at.client.over(await second('crashing', { behaviour: { crashAfterMs: 400 } }, { environments: { staging: { instances: 0 } } }));
  expect(['InstancesUnhealthy', 'CandidateWorse']).toContain(status.kind === 'failed' && status.error);
  await staysOnFirst('crashing');
}, 120_000);

it.concurrent('a canary without traffic is no evidence, and no evidence is no pass', async () => {
  const repository = await at.deployed('silent', { canary: { traffic: 10, duration: '300ms', interval: '100ms', judge: { onInconclusive: 'abort' } } });
  repository.write({ 'silent/server.js': program({ says: 'two' }) });
  expect((await at.client.over(await at.release(repository, 'two'))).status).toMatchObject({ kind: 'failed', error: 'Inconclusive' });
  await staysOnFirst('silent');
}, 120_000);

it.concurrent.each([
  { name: 'rejected', approval: {}, error: 'ApprovalRejected', act: async (service: string) => at.client.slack(`reject ${service} not today`, 'U0ANNA') },
  { name: 'unanswered', approval: { timeout: '1s', onTimeout: 'reject' }, error: 'ApprovalExpired', act: undefined },
])('an approval that is $name takes the canary back', async ({ name, approval, error, act }) => {
  const id = await second(name, { manifest: { approval: { approvers: ['anna'], ...approval } } });
  if (act !== undefined) {
    await at.client.waiting(name);
    expect((await act(name)).body.text).toContain(`anna rejected ${name}`);
  }
  expect((await at.client.over(id)).status).toMatchObject({ kind: 'failed', error });
  await staysOnFirst(name);
}, 120_000);

it.concurrent('an unanswered approval whose default is yes goes on', async () => {
  const id = await second('agreed', { manifest: { approval: { approvers: ['anna'], timeout: '1s', onTimeout: 'approve' } } });
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
  expect((await at.client.pipeline(id)).deployments[1]?.approvals[0]?.status).toMatchObject({ kind: 'expired', taken: 'approve' });
}, 120_000);

it.concurrent('a canary that turns bad while its approval waits voids the approval', async () => {
  const turnBad = join(at.folder, 'turn-bad');
  const repository = await at.deployed('voided', { configuration: { TURN_BAD: turnBad } });
  await at.load('voided');
  repository.write({ 'voided/server.js': program({ says: 'two', failWhen: 'TURN_BAD' }) });
  const id = await at.release(repository, 'two');
  await at.client.waiting('voided');
  writeFileSync(turnBad, '');
  expect((await at.client.over(id)).status).toMatchObject({ kind: 'failed', error: 'ApprovalVoided' });
  const [, production] = (await at.client.pipeline(id)).deployments;
  expect(production?.approvals[0]?.status).toMatchObject({ kind: 'voided' });
  expect((await at.client.slack('approve voided', 'U0ANNA')).body.text).toContain('Nothing of voided waits');
  await staysOnFirst('voided');
}, 120_000);
