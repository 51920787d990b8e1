/** Releases beyond the plain push: going back, trying again, topology alone, many services in one repository. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { manifest, program, QUICK, serviceFiles } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { throughout } from './rig/patience.ts';
import { createRepository } from './rig/repository.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

const says = async (service: string, environment = 'production'): Promise<string> => fetch(await at.endpoint(service, environment)).then(async (answer) => answer.text());

it.concurrent('rollback brings the release before back; its commit does not come by itself, but by name', async () => {
  const repository = await at.deployed('back', QUICK);
  const load = await at.load('back');
  repository.write({ 'back/server.js': program({ says: 'two' }) });
  const second = await at.release(repository, 'two');
  const { status, version } = await at.client.over(second);
  expect(status.kind).toBe('succeeded');
  const { id } = await at.client.post<{ id: string }>('/v1/services/back/environments/production/rollback', {});
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
  expect([await says('back'), await says('back', 'staging')]).toEqual(['one', 'two']);
  await load.stop();
  expect(load.failed).toBe(0);
  // The same commit, pushed to the same branch once more, under another delivery.
  const head = repository.git('rev-parse', 'HEAD');
  const again = await at.client.webhook(repository, { ref: 'refs/heads/main', before: '0'.repeat(40), after: head });
  expect(await at.client.decided(again.delivery)).toEqual({ admitted: [], refused: [expect.stringMatching(/was released as back-2 .*slipway deploy back --version/)] });
  await throughout('the release before serves', 1500, async () => (await says('back')) === 'one');
  const retry = await at.client.post<{ id: string; digest: string }>('/v1/deployments', { service: 'back', version, environment: 'production' });
  expect((await at.client.over(retry.id)).status.kind).toBe('succeeded');
  expect(await says('back')).toBe('two');
}, 180_000);

it.concurrent('after an abort the same version can be tried again, and a version that never was is refused with those there are', async () => {
  const repository = await at.deployed('retried', { ...QUICK, tests: [{ name: 'two', http: { path: '/', expect: { body: 'one' } } }] });
  repository.write({ 'retried/server.js': program({ says: 'two' }) });
  const { status, version } = await at.client.over(await at.release(repository, 'two'));
  expect(status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });
  const retry = await at.client.post<{ id: string }>('/v1/deployments', { service: 'retried', version, environment: 'production' });
  expect((await at.client.over(retry.id)).status.kind).toBe('succeeded');
  expect(await says('retried')).toBe('two');
  const unknown = await at.client.ask('POST', '/v1/deployments', { service: 'retried', version: '9.9.9' });
  expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining(version)]);
}, 180_000);

it.concurrent('a push that changes only topology or configuration is a release with the same artifact', async () => {
  const repository = await at.deployed('shape', QUICK, { variable: 'GREETING' });
  const before = (await at.client.pipeline('shape-1')).pipeline.digest;
  repository.write({ 'shape/slipway.yaml': manifest('shape', { ...QUICK, instances: 3, configuration: { GREETING: 'hello' } }) });
  const id = await at.release(repository, 'three instances');
  const over = await at.client.over(id);
  expect([over.status.kind, over.digest]).toEqual(['succeeded', before]);
  const entered = (await at.client.history(id))[0]?.events.filter((event) => event.type === 'TaskStateEntered').map((event) => event.state);
  expect(entered).not.toContain('Build');
  await at.healthy('shape', 3);
  expect(await fetch(`${await at.endpoint('shape')}/variable`).then(async (answer) => answer.text())).toBe('hello');
}, 180_000);

it.concurrent('many services in one repository: only those whose paths changed start', async () => {
  const repository = createRepository(at.folder, 'monorepo');
  repository.write({ ...serviceFiles('mono-a', QUICK), ...serviceFiles('mono-b', { ...QUICK, paths: ['mono-b/**', 'shared/**'] }), 'shared/money.js': '1', 'README.md': 'hello' });
  await at.client.post('/v1/repositories', { url: repository.url });
  expect((await at.push(repository, 'first')).sort()).toEqual(['mono-a-1', 'mono-b-1']);
  await Promise.all(['mono-a-1', 'mono-b-1'].map(async (id) => expect((await at.client.over(id)).status.kind).toBe('succeeded')));
  repository.write({ 'shared/money.js': '2' });
  expect(await at.push(repository, 'shared')).toEqual(['mono-b-2']);
  repository.write({ 'README.md': 'hello again' });
  const { delivery } = await at.client.webhook(repository, repository.push('readme'));
  expect(await at.client.decided(delivery)).toEqual({ admitted: [], refused: ['Nothing of it changed in this push.', 'Nothing of it changed in this push.'] });
  expect((await at.client.over('mono-b-2')).status.kind).toBe('succeeded');
}, 180_000);

it.concurrent('a release for one environment alone touches no other', async () => {
  const repository = await at.deployed('alone', QUICK);
  repository.write({ 'alone/server.js': program({ says: 'two' }) });
  const { version } = await at.client.over(await at.release(repository, 'two'));
  const first = (await at.client.pipeline('alone-1')).pipeline.version;
  const { id } = await at.client.post<{ id: string }>('/v1/deployments', { service: 'alone', version: first, environment: 'staging' });
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
  expect([await says('alone', 'staging'), await says('alone')]).toEqual(['one', 'two']);
  const bad = await at.client.ask('POST', '/v1/deployments', { service: 'alone', version, environment: 'nowhere' });
  expect([bad.status, bad.text]).toEqual([400, expect.stringContaining('staging, production')]);
}, 180_000);

it.concurrent('a release that cannot read what the stable one writes is refused before anything runs, and so is a rollback', async () => {
  const repository = await at.deployed('data', { ...QUICK, schema: { writes: 1, reads: [1] } });
  const released = async (says: string, schema: unknown) => {
    repository.write({ 'data/server.js': program({ says }), 'data/slipway.yaml': manifest('data', { ...QUICK, schema }) });
    return at.client.over(await at.release(repository, says));
  };
  const hasty = await released('hasty', { writes: 2, reads: [2] });
  expect(hasty.status).toMatchObject({ kind: 'failed', error: 'IncompatibleSchema' });
  expect(await says('data', 'staging')).toBe('one');
  expect((await released('reads both', { writes: 1, reads: [1, 2] })).status.kind).toBe('succeeded');
  expect((await released('writes two', { writes: 2, reads: [1, 2] })).status.kind).toBe('succeeded');
  expect((await released('forgets one', { writes: 2, reads: [2] })).status.kind).toBe('succeeded');
  const first = (await at.client.get<{ version: string }[]>('/v1/services/data/releases')).at(-1)?.version;
  const refused = await at.client.ask('POST', '/v1/services/data/environments/production/rollback', { version: first });
  expect([refused.status, refused.text]).toEqual([422, expect.stringMatching(/reads the data schema 1, and .* writes 2\. Going back would break it/)]);
  expect(await says('data')).toBe('forgets one');
}, 180_000);
