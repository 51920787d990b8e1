/** The API asks the roles before anything else, on every route. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROLE_ACTIONS } from '../../../src/domain/roles.ts';
import { apiRig, requestsFor, ROLES_FILE, withService, type ApiRig } from './rig.ts';

let at: ApiRig;
beforeEach(async () => {
  at = apiRig();
  await withService(at, 'catalog', 'shop');
  at.environments.text = ROLES_FILE;
});
afterEach(() => at.close());

/** What anybody may ask for is no question of roles. */
describe.each(requestsFor('catalog').filter(({ action }) => action !== 'anybody'))('$method $path', ({ method, path, body, action, id }) => {
  it('is refused without a token, with one that nobody has, and to whoever has no role', async () => {
    expect(await at.ask(method, path, { body, as: null })).toMatchObject({ status: 401, body: { detail: expect.stringMatching(/^Send a token/) } });
    expect(await at.ask(method, path, { body, as: 'nobody' })).toMatchObject({ status: 401, body: { detail: expect.stringMatching(/^Nobody has the token that was sent/) } });
    const stranger = await at.ask(method, path, { body, as: 'stranger' });
    // A session that is not there is nobody's.
    expect(id === 'revokeSession' ? [404] : action === 'known' ? [200, 201] : [403]).toContain(stranger.status);
    if (action !== 'known') expect(stranger.body).toMatchObject({ type: 'urn:slipway:error:Forbidden', title: 'Forbidden', status: 403, detail: expect.stringContaining('stranger has no role') });
  });

  it('is refused to a role that does not hold the action, before anything happens', async () => {
    const may = (ROLE_ACTIONS.viewer as readonly string[]).includes(action) || action === 'known';
    const before = JSON.stringify((await at.ask('GET', '/v1/services/catalog')).body);
    const said = await at.ask(method, path, { body, as: 'vera' });
    expect(said.status === 403).toBe(!may);
    if (!may) expect(JSON.stringify((await at.ask('GET', '/v1/services/catalog')).body)).toBe(before);
  });

  it('is never refused to the owner', async () => {
    const said = await at.ask(method, path, { body });
    expect(said.status).not.toBe(403);
    expect({ id, status: said.status, known: said.status < 500 }).toMatchObject({ known: true });
  });
});

describe('by team and environment', () => {
  it('a deployer of a team deploys its services only', async () => {
    await withService(at, 'ledger', 'pay');
    expect((await at.ask('POST', '/v1/services/catalog/environments/production/pause', { body: {}, as: 'dora' })).status).toBe(200);
    expect((await at.ask('POST', '/v1/services/ledger/environments/production/pause', { body: {}, as: 'dora' })).status).toBe(403);
  });

  it('nobody registers an artifact for the service of another team, whatever team its manifest names', async () => {
    await withService(at, 'ledger', 'pay');
    const body = { manifest: 'service: ledger\nteam: shop\nstart: [node, server.js]\n', digest: `sha256:${'b'.repeat(64)}`, bytes: 1, version: '2.0.0' };
    expect((await at.ask('POST', '/v1/artifacts', { body, as: 'dora' })).status).toBe(403);
    expect((await at.ask('GET', '/v1/services/ledger')).body).toMatchObject({ service: { team: 'pay' } });
  });

  it('a role for one environment reaches no other, nor what goes through several', async () => {
    expect((await at.ask('POST', '/v1/services/catalog/environments/staging/pause', { body: {}, as: 'stan' })).status).toBe(200);
    expect((await at.ask('POST', '/v1/services/catalog/environments/production/pause', { body: {}, as: 'stan' })).status).toBe(403);
    expect((await at.ask('POST', '/v1/pipelines/catalog-1/cancel', { body: {}, as: 'stan' })).status).toBe(403);
    expect((await at.ask('POST', '/v1/repositories', { body: { url: 'https://example.com/a/b' }, as: 'stan' })).status).toBe(403);
  });

  it('lists leave out what the caller may not see', async () => {
    await withService(at, 'ledger', 'pay');
    const seen = async (as: string) => (await at.ask<{ service: { name: string }; places: { environment: string }[] }[]>('GET', '/v1/services', { as })).body.map(({ service, places }) => `${service.name} ${places.map(({ environment }) => environment).join('+')}`);
    expect(await seen('owner')).toEqual(['catalog staging+production', 'ledger staging+production']);
    expect(await seen('pia')).toEqual(['ledger staging+production']);
    expect(await seen('stan')).toEqual(['catalog staging', 'ledger staging']);
    expect((await at.ask('GET', '/v1/services/catalog', { as: 'pia' })).status).toBe(403);
  });

  it('the owner can act when environments.yaml cannot be read, and nobody else', async () => {
    at.needs.environments.read = async () => { throw Object.assign(new Error('mistakes'), { name: 'InvalidManifest' }); };
    (at.ports as { environments: unknown }).environments = { read: at.needs.environments.read };
    expect((await at.ask('GET', '/v1/alerts')).status).toBe(200);
    expect((await at.ask('GET', '/v1/alerts', { as: 'vera' })).status).toBe(422);
  });

  it('names that belong to an identity provider get no token', async () => {
    expect((await at.ask('POST', '/v1/tokens', { body: { identity: 'github:acme/shop' } })).status).toBe(400);
    expect(at.tokens).toEqual([]);
  });
});
