/** Answers in parts, tags, repeated requests, and refusals: what holds for every route. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Problem } from '../../../src/contracts/api/openapi.ts';
import { OPERATIONS } from '../../../src/contracts/api/index.ts';
import { apiRig, requestsFor, withService, type ApiRig } from './rig.ts';

let at: ApiRig;
beforeEach(async () => {
  at = apiRig();
  await withService(at, 'catalog', 'shop');
});
afterEach(() => at.close());
const PLACE = '/v1/services/catalog/environments/production';

describe('answers', () => {
  it.each(requestsFor('catalog'))('$method $path fits its schema, or is a problem document', async ({ id, method, path, body }) => {
    const operation = OPERATIONS.find((known) => known.id === id);
    const said = await at.ask(method, path, { body });
    if (said.status >= 400) {
      expect(said.headers.get('content-type')).toBe('application/problem+json');
      expect(Problem.safeParse(said.body).error).toBeUndefined();
      expect(said.body).toMatchObject({ status: said.status });
    } else {
      expect(said.status).toBe(operation?.status);
      expect(operation?.answer.safeParse(said.body).error).toBeUndefined();
    }
  });
});

describe('refusals', () => {
  it.each([
    ['GET', '/v1/nothing', 404], ['DELETE', '/v1/services', 405], ['PUT', `${PLACE}/scale`, 405], ['POST', '/v1/openapi.json', 405], ['GET', '/v1/services/catalog/pipelines?limit=0', 400],
    ['GET', '/v1/services/catalog/pipelines?limit=1001', 400], ['GET', '/v1/services/catalog/pipelines?cursor=abc', 400], ['GET', '/v1/services/..%2f..%2fetc', 400],
  ])('%s %s: %d', async (method, path, status) => {
    const said = await at.ask(method, path);
    expect(said).toMatchObject({ status, body: { status, type: expect.stringMatching(/^urn:slipway:error:/), detail: expect.any(String) } });
    expect(said.headers.get('content-type')).toBe('application/problem+json');
    if (status === 405) expect(said.headers.get('allow')).toMatch(/GET|POST/);
  });

  it('a body of another type is 415, one that is no JSON 400, and none at all is an empty one', async () => {
    expect((await at.ask('POST', `${PLACE}/pause`, { body: 'why=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(415);
    expect((await at.ask('POST', `${PLACE}/pause`, { body: '{"why":' })).status).toBe(400);
    expect((await at.ask('POST', `${PLACE}/pause`)).status).toBe(200);
    expect((await at.ask('POST', `${PLACE}/pause`, { body: { why: 'x' }, headers: { 'content-type': 'application/json; charset=utf-8' } })).status).toBe(200);
  });
});

describe('lists in parts', () => {
  it('goes through all services by the links, each once', async () => {
    for (const name of ['basket', 'search', 'users']) await withService(at, name, 'shop');
    const names: string[] = [];
    let path: string | undefined = '/v1/services?limit=3';
    let parts = 0;
    while (path !== undefined && parts < 10) {
      const said: Awaited<ReturnType<typeof at.ask<{ service: { name: string } }[]>>> = await at.ask(`GET`, path);
      names.push(...said.body.map(({ service }) => service.name));
      path = /^<([^>]+)>; rel="next"$/.exec(said.headers.get('link') ?? '')?.[1];
      parts += 1;
    }
    expect({ names, parts }).toEqual({ names: ['basket', 'catalog', 'search', 'users'], parts: 2 });
  });

  it('a cursor of another list is refused', async () => {
    await withService(at, 'users', 'shop');
    const link = (await at.ask('GET', '/v1/services?limit=1')).headers.get('link') ?? '';
    const cursor = /cursor=([^&>]+)/.exec(link)?.[1] ?? '';
    expect(cursor).not.toBe('');
    expect((await at.ask('GET', `/v1/deliveries?cursor=${cursor}`)).status).toBe(400);
  });
});

describe('tags', () => {
  it('what is known already is 304 without a body, until it changes', async () => {
    const first = await at.ask('GET', '/v1/services/catalog');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) expect(await at.ask('GET', '/v1/services/catalog', { headers: { 'if-none-match': known } })).toMatchObject({ status: 304, body: undefined });
    expect((await at.ask('GET', '/v1/services/catalog', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    await at.ask('POST', `${PLACE}/pause`, { body: {} });
    expect((await at.ask('GET', '/v1/services/catalog', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it('a change with the tag of what was seen goes through once', async () => {
    const seen = (await at.ask('GET', `${PLACE}/desired`)).headers.get('etag') ?? '';
    at.clock.advance(1000);
    const paused = await at.ask('POST', `${PLACE}/pause`, { body: { why: 'a look' }, headers: { 'if-match': seen } });
    expect(paused.status).toBe(200);
    const late = await at.ask('POST', `${PLACE}/resume`, { body: {}, headers: { 'if-match': seen } });
    expect(late).toMatchObject({ status: 412, body: { title: 'PreconditionFailed', evidence: { changedBy: 'owner' } } });
    expect((await at.ask('GET', `${PLACE}/desired`)).body).toMatchObject({ paused: { why: 'a look' } });
    // The change itself says the tag that the next one needs.
    expect((await at.ask('POST', `${PLACE}/resume`, { body: {}, headers: { 'if-match': paused.headers.get('etag') ?? '' } })).status).toBe(200);
  });

  it('a precondition is never ignored', async () => {
    expect((await at.ask('POST', '/v1/repositories', { body: { url: 'https://example.com/a/b' }, headers: { 'if-match': '"x"' } })).status).toBe(400);
  });
});

describe('repeated requests', () => {
  const deploy = (key: string, body: object, as = 'owner') => at.ask('POST', '/v1/deployments', { body, as, headers: { 'idempotency-key': key } });
  const register = () => at.ask('POST', '/v1/artifacts', { body: { manifest: 'service: catalog\nteam: shop\nstart: [node, server.js]\n', digest: `sha256:${'b'.repeat(64)}`, bytes: 1, version: '2.0.0' } });
  const pipelines = async () => (await at.ask<unknown[]>('GET', '/v1/services/catalog/pipelines')).body.length;

  it('get the first answer again, and start nothing', async () => {
    await register();
    const body = { service: 'catalog', version: '2.0.0' };
    const first = await deploy('k1', body);
    const again = await deploy('k1', body);
    expect(first.status).toBe(202);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    expect(await pipelines()).toBe(2);
  });

  it('with another body are refused; of another caller, or a day later, they are new', async () => {
    await register();
    const body = { service: 'catalog', version: '2.0.0' };
    await deploy('k1', body);
    expect(await deploy('k1', { ...body, environment: 'staging' })).toMatchObject({ status: 409, body: { detail: expect.stringContaining('another request') } });
    expect((await deploy('k1', body, 'anna')).status).toBe(202);
    at.clock.advance(86_400_001);
    expect((await deploy('k1', body)).headers.get('idempotency-replayed')).toBeNull();
    expect(await pipelines()).toBe(4);
  });

  it('a refusal leaves the key free', async () => {
    expect((await deploy('k1', { service: 'catalog', version: '2.0.0' })).status).toBe(404);
    await register();
    expect((await deploy('k1', { service: 'catalog', version: '2.0.0' })).status).toBe(202);
  });

  it('of which one is at work are refused, and only one is carried out', async () => {
    await register();
    const said = await Promise.all(Array.from({ length: 5 }, () => deploy('k1', { service: 'catalog', version: '2.0.0' })));
    expect(said.filter(({ status }) => status === 202).length).toBeGreaterThanOrEqual(1);
    expect(said.filter(({ status }) => status !== 202).every(({ status }) => status === 409)).toBe(true);
    expect(await pipelines()).toBe(2);
  });

  it('one that was broken off is never run again by itself', async () => {
    await register();
    const broken = at.ports.environments;
    (at.ports as { environments: unknown }).environments = { read: async () => { throw new TypeError('a fault inside'); } };
    expect((await deploy('k1', { service: 'catalog', version: '2.0.0', environment: 'staging' })).status).toBe(500);
    (at.ports as { environments: unknown }).environments = broken;
    expect(await deploy('k1', { service: 'catalog', version: '2.0.0', environment: 'staging' })).toMatchObject({ status: 409, body: { detail: expect.stringContaining('broken off') } });
    expect(await pipelines()).toBe(1);
  });

  it('keys of another form are refused, and so is one where the answer holds a secret', async () => {
    expect((await deploy('a key', { service: 'catalog', version: '2.0.0' })).status).toBe(400);
    expect((await deploy('k'.repeat(256), { service: 'catalog', version: '2.0.0' })).status).toBe(400);
    expect((await at.ask('POST', '/v1/tokens', { body: { identity: 'carl' }, headers: { 'idempotency-key': 'k1' } })).status).toBe(400);
    expect(at.tokens).toEqual([]);
  });
});

it('the document is served without a token, and with a tag', async () => {
  const said = await at.ask('GET', '/v1/openapi.json', { as: null });
  expect(said).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
  expect((await at.ask('GET', '/v1/openapi.json', { as: null, headers: { 'if-none-match': said.headers.get('etag') ?? '' } })).status).toBe(304);
});

it('a service is told the same in the list and by itself', async () => {
  await withService(at, 'basket', 'shop');
  await at.ask('POST', `${PLACE}/pause`, { body: { why: 'a look' } });
  const { body } = await at.ask<{ service: { name: string }; running: unknown[] }[]>('GET', '/v1/services');
  expect(body.map(({ running }) => running.length)).toEqual([1, 1]);
  for (const found of body) expect((await at.ask('GET', `/v1/services/${found.service.name}`)).body).toEqual(found);
});
