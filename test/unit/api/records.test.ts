/** What was released, changed and delivered: over the API, from what use cases really wrote. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { registerArtifact } from '../../../src/app/register.ts';
import { desire } from '../../../src/app/state/desire.ts';
import { findDesired } from '../../../src/app/state/documents.ts';
import { deploymentKey, pipelineKey } from '../../../src/app/state/keys.ts';
import { Manifest } from '../../../src/domain/manifest.ts';
import { deployment, pipeline } from '../cli/builders.ts';
import { apiRig, ROLES_FILE, withService, type ApiRig } from './rig.ts';

let at: ApiRig;
beforeEach(async () => {
  at = apiRig();
  await withService(at, 'catalog', 'shop');
});
afterEach(() => at.close());

const PLACE = '/v1/services/catalog/environments/production';
const digest = (letter: string) => `sha256:${letter.repeat(64)}` as never;

async function released(version: string, letter: string, more: object): Promise<string> {
  at.clock.advance(1000);
  const manifest = Manifest.parse({ service: 'catalog', team: 'shop', start: ['node', 'server.js'], ...more });
  return (await registerArtifact(at.ports)({ manifest, digest: digest(letter), bytes: 1, version, repository: null, commit: letter.repeat(40) as never, author: null, by: 'dora' as never })).release.id;
}

/** Makes a release the stable one of production. */
async function placed(release: string, version: string, configuration: object, secrets: object): Promise<void> {
  const current = await findDesired(at.ports.store, 'catalog' as never, 'production' as never);
  const spec = { revision: 'catalog-1-production', service: 'catalog', environment: 'production', release, version, digest: digest('c'), start: ['node'], health: {}, configuration, secrets, resources: { memory: 2 ** 20, cpu: 1 }, zones: ['a'], stickiness: { by: 'request' }, stopSeconds: 1, drainSeconds: 1, access: null, settings: {} };
  const { health } = Manifest.parse({ service: 'catalog', team: 'shop', start: ['node'] });
  const { writes } = desire(current, { ...(current?.value as never as object), stable: 'catalog-1-production', revisions: { 'catalog-1-production': { spec: { ...spec, health }, count: 2 } }, weights: { 'catalog-1-production': 100 } } as never, { by: 'anna' as never, at: at.clock.now(), reason: 'placed', commit: null });
  await at.ports.store.transact(writes);
}

describe('releases', () => {
  it('are listed newest first, in parts, with where each is stable', async () => {
    const ids = [await released('1.0.0', 'c', {}), await released('1.1.0', 'd', {}), await released('1.2.0', 'e', {})];
    await placed(ids[1] ?? '', '1.1.0', {}, {});
    const first = await at.ask<{ id: string; stableIn: string[]; manifest?: unknown }[]>('GET', '/v1/services/catalog/releases?limit=2');
    expect(first.body.map(({ id, stableIn, manifest }) => ({ id, stableIn, manifest }))).toEqual([{ id: ids[2], stableIn: [], manifest: undefined }, { id: ids[1], stableIn: ['production'], manifest: undefined }]);
    const next = /^<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await at.ask<{ id: string }[]>('GET', next);
    expect(second.body.map(({ id }) => id)).toEqual([ids[0]]);
    expect(second.headers.get('link')).toBeNull();
    expect((await at.ask('GET', '/v1/services/catalog/releases?cursor=other')).status).toBe(400);
  });

  it('are found by version, commit and id', async () => {
    const id = await released('1.0.0', 'c', {});
    for (const name of ['1.0.0', 'ccccccc', encodeURIComponent(id)]) expect((await at.ask('GET', `/v1/services/catalog/releases/${name}`)).body).toMatchObject({ id, manifest: { service: 'catalog' } });
    expect((await at.ask('GET', '/v1/services/catalog/releases/9.9.9')).status).toBe(404);
  });

  it('are compared leaf by leaf, each difference under what it belongs to', async () => {
    await released('1.0.0', 'c', { configuration: { A: '1', B: '2' }, secrets: { KEY: { from: 'shop/one' } }, instances: 2 });
    await released('1.1.0', 'd', { configuration: { A: '1', C: '3' }, secrets: { KEY: { from: 'shop/two' } }, instances: 2, environments: { production: { configuration: { D: '4' } } } });
    const { body } = await at.ask<{ differences: object[] }>('GET', '/v1/services/catalog/comparison?from=1.0.0&to=1.1.0');
    expect(body.differences).toEqual([
      { in: 'artifact', path: ['digest'], before: digest('c'), after: digest('d') }, { in: 'configuration', path: ['configuration', 'B'], before: '2' }, { in: 'configuration', path: ['configuration', 'C'], after: '3' },
      { in: 'manifest', path: ['environments', 'production'], after: expect.objectContaining({ configuration: { D: '4' } }) }, { in: 'secrets', path: ['secrets', 'KEY', 'from'], before: 'shop/one', after: 'shop/two' },
    ]);
    expect((await at.ask<{ differences: object[] }>('GET', '/v1/services/catalog/comparison?from=1.1.0&to=1.1.0')).body.differences).toEqual([]);
  });

  it('name the commits between them, each once', async () => {
    await released('1.0.0', 'c', {});
    await released('1.3.0', 'f', {});
    for (const [number, letter] of [[2, 'c'], [3, 'd'], [4, 'd'], [5, 'e'], [6, 'f']] as const) {
      const value = pipeline({ id: `catalog-${number}`, number, commit: letter.repeat(40), version: `v-${letter}`, startedAt: number, ...(letter === 'e' ? {} : { subject: `for ${letter}` }) });
      await at.ports.store.transact([{ kind: 'put', key: pipelineKey(value.id), value, condition: { absent: true } }]);
    }
    for (const [from, to] of [['1.0.0', '1.3.0'], ['1.3.0', '1.0.0']]) {
      const { body } = await at.ask<{ commits: { version: string; pipeline: string; subject: string | null }[] }>('GET', `/v1/services/catalog/comparison?from=${from}&to=${to}`);
      // One was kept before subjects were.
      expect(body.commits.map(({ version, pipeline: id, subject }) => [version, id, subject])).toEqual([['v-d', 'catalog-3', 'for d'], ['v-e', 'catalog-5', null], ['v-f', 'catalog-6', 'for f']]);
    }
  });
});

describe('the configuration in force', () => {
  it('is that of the stable revision, with references of secrets only', async () => {
    expect((await at.ask('GET', `${PLACE}/configuration`)).status).toBe(404);
    const id = await released('1.0.0', 'c', {});
    await placed(id, '1.0.0', { LOG: 'info' }, { KEY: { from: 'shop/one' } });
    expect((await at.ask('GET', `${PLACE}/configuration`)).body).toMatchObject({ release: id, version: '1.0.0', configuration: { LOG: 'info' }, secrets: { KEY: { from: 'shop/one' } }, instances: 2 });
  });
});

describe('the audit', () => {
  const lines = async (query = '', as = 'owner') => (await at.ask<{ service: string; environment: string; by: string; why: string }[]>('GET', `/v1/audit${query}`, { as })).body.map(({ service, environment, by, why }) => `${service}/${environment} ${by}: ${why}`);

  it('has every change everywhere, newest first, and filters it', async () => {
    at.clock.advance(1000);
    await at.ask('POST', `${PLACE}/pause`, { body: { why: 'a look' }, as: 'anna' });
    at.clock.advance(86_400_000);
    await withService(at, 'ledger', 'pay');
    expect((await lines()).slice(0, 3)).toEqual(['ledger/staging dora: first', 'ledger/production dora: first', 'catalog/production anna: paused: a look']);
    expect((await lines()).length).toBe(5);
    expect(await lines('?by=anna')).toEqual(['catalog/production anna: paused: a look']);
    expect(await lines('?service=ledger&environment=staging')).toEqual(['ledger/staging dora: first']);
    expect((await lines('?team=pay')).length).toBe(2);
    expect((await lines(`?until=${at.clock.now() - 1000}`)).length).toBe(3);
    expect((await lines(`?since=${encodeURIComponent(new Date(at.clock.now() - 1000).toISOString())}`)).length).toBe(2);
  });

  it.each([
    ['pause', {}, 'paused'], ['pause', { why: 'a leak' }, 'paused: a leak'], ['resume', {}, 'resumed'], ['resume', { why: 'found it' }, 'resumed: found it'],
    ['scale', { instances: 3 }, 'scaled to 3'], ['scale', { instances: 3, why: 'a sale' }, 'scaled to 3: a sale'],
    ['zones', { zone: 'a', lost: true }, 'zone a lost'], ['zones', { zone: 'a', lost: true, why: 'no power' }, 'zone a lost: no power'],
  ])('says of %s %j: %s', async (verb, body, why) => {
    await placed(await released('1.0.0', 'c', {}), '1.0.0', {}, {});
    at.clock.advance(1000);
    expect((await at.ask('POST', `${PLACE}/${verb}`, { body, as: 'anna' })).status).toBe(200);
    expect((await lines())[0]).toBe(`catalog/production anna: ${why}`);
    expect((await at.ask('POST', `${PLACE}/${verb}`, { body: { ...body, why: 'x'.repeat(1001) } })).status).toBe(400);
  });

  it('comes in parts that meet', async () => {
    for (let index = 0; index < 250; index += 1) {
      at.clock.advance(1);
      await at.ask('POST', `${PLACE}/pause`, { body: { why: String(index) } });
    }
    const found: string[] = [];
    let path: string | undefined = '/v1/audit?limit=100&by=owner';
    for (let parts = 0; path !== undefined && parts < 10; parts += 1) {
      const said: Awaited<ReturnType<typeof at.ask<{ why: string }[]>>> = await at.ask('GET', path);
      found.push(...said.body.map(({ why }) => why));
      path = /^<([^>]+)>/.exec(said.headers.get('link') ?? '')?.[1];
    }
    expect(found).toEqual(Array.from({ length: 250 }, (_, index) => `paused: ${249 - index}`));
  });

  it('is refused over too long a time, and shows only what may be seen', async () => {
    expect((await at.ask('GET', '/v1/audit?since=0')).status).toBe(400);
    expect((await at.ask('GET', '/v1/audit?since=yesterday')).status).toBe(400);
    await withService(at, 'ledger', 'pay');
    at.environments.text = ROLES_FILE;
    expect((await lines('', 'pia')).every((line) => line.startsWith('ledger/'))).toBe(true);
    expect((await lines('', 'stan')).every((line) => line.includes('/staging '))).toBe(true);
  });
});

describe('an environment as it was', () => {
  it('has of each service the last change up to then', async () => {
    const before = at.clock.now() - 1;
    at.clock.advance(1000);
    const first = at.clock.now();
    await at.ask('POST', `${PLACE}/pause`, { body: { why: 'a look' }, as: 'anna' });
    at.clock.advance(1000);
    await at.ask('POST', `${PLACE}/resume`, { body: {}, as: 'ben' });
    const then = async (time: number | string) => (await at.ask<{ service: string; changedBy: string; desired: { paused: object | null } }[]>('GET', `/v1/environments/production/at/${encodeURIComponent(time)}`)).body.map(({ service, changedBy, desired }) => `${service} ${changedBy} ${desired.paused === null ? 'runs' : 'paused'}`);
    expect(await then(before)).toEqual([]);
    expect(await then(first - 1)).toEqual(['catalog dora runs']);
    expect(await then(new Date(first).toISOString())).toEqual(['catalog anna paused']);
    expect(await then(at.clock.now())).toEqual(['catalog ben runs']);
  });
});

describe('delivery of a team', () => {
  it('is measured from deployments in production that ended in the window', async () => {
    const now = at.clock.now();
    const write = async (number: number, parts: { cause?: string; status: object; minutes: number; ago: number }) => {
      const startedAt = now - parts.ago * 86_400_000;
      const value = pipeline({ id: `catalog-${number}`, number, cause: parts.cause ?? 'push', startedAt });
      const deployed = { ...deployment('production', { startedAt: startedAt + 1, status: { at: startedAt + parts.minutes * 60_000, ...parts.status } }), id: `catalog-${number}-production`, pipeline: value.id };
      await at.ports.store.transact([{ kind: 'put', key: pipelineKey(value.id), value, condition: { absent: true } }, { kind: 'put', key: deploymentKey(deployed.id as never), value: deployed, condition: { absent: true } }]);
    };
    await write(2, { status: { kind: 'succeeded' }, minutes: 10, ago: 40 });
    await write(3, { status: { kind: 'succeeded' }, minutes: 10, ago: 5 });
    await write(4, { status: { kind: 'rolled-back', error: 'CandidateWorse', reason: '' }, minutes: 2, ago: 4 });
    await write(5, { status: { kind: 'rolled-back', error: 'Superseded', reason: '' }, minutes: 1, ago: 3 });
    await write(6, { status: { kind: 'succeeded' }, minutes: 20, ago: 2 });
    const { body } = await at.ask('GET', '/v1/teams/shop/delivery?days=30');
    expect(body).toMatchObject({
      team: 'shop', services: ['catalog'], truncated: false, deploymentFrequency: { deployments: 2 }, leadTime: { medianSeconds: 600, p90Seconds: 1200, changes: 2 }, changeFailureRate: { rate: 1 / 3, failed: 1, changes: 3 }, timeToRestore: { failures: 1 },
    });
    expect((await at.ask('GET', '/v1/teams/nobody/delivery')).status).toBe(404);
    expect((await at.ask('GET', '/v1/teams')).body).toEqual([{ team: 'shop', services: ['catalog'] }]);
  });
});
