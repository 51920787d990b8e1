/** Which instance a request reaches: weights, stickiness, failures, and what the judge reads about it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent } from 'node:http';
import type { EnvironmentName, InstanceId, ServiceName } from '../../../src/domain/ids.ts';
import type { Weights } from '../../../src/domain/route.ts';
import { routeOf, upstreamsOf } from './route.ts';
import { type Instance, PATHS, type RouterRig, ask, eventually, startInstance, startRawInstance, startRouterProcess } from './rig.ts';

const catalog = 'catalog' as ServiceName;
const staging = 'staging' as EnvironmentName;
const split = (stable: number): Weights => ({ 'catalog-1-staging': stable, 'catalog-2-staging': 100 - stable }) as Weights;

describe.each(PATHS)('traffic split, $name', ({ fastPath }) => {
  let rig: RouterRig;
  let stable: Instance;
  let candidate: Instance;
  let both: ReturnType<typeof upstreamsOf>;
  const closers: (() => Promise<void>)[] = [];
  const counts = async () => (await rig.client.read(catalog, staging)).revisions;
  const arm = async (revision: string) => (await counts())[revision as never] as Awaited<ReturnType<typeof counts>>[never];

  beforeEach(async () => {
    rig = await startRouterProcess({ fastPath, limits: { headersMs: 3_000, probeFirstMs: 20, probeLongestMs: 100 } });
    stable = await startInstance((_request, response) => response.end('stable'));
    candidate = await startInstance((_request, response) => response.end('candidate'));
    both = upstreamsOf(['catalog-1-staging', 'one', stable.port], ['catalog-2-staging', 'two', candidate.port]);
  });
  afterEach(async () => {
    for (const close of [rig.close, stable.close, candidate.close, ...closers.splice(0)]) await close();
  });

  it('splits by weight, names the revision, and counts each request once', async () => {
    const { port } = await rig.client.put(routeOf({ weights: split(70), upstreams: both }));
    const agent = new Agent({ keepAlive: true, maxSockets: 10 });
    const answers = await Promise.all(Array.from({ length: 600 }, () => ask(port, { agent })));
    agent.destroy();
    const share = answers.filter(({ body }) => body === 'candidate').length;
    // 600 draws at 30 %: 180 expected, standard deviation 11; outside six of them once in 10^9 runs.
    expect(share).toBeGreaterThan(112);
    expect(share).toBeLessThan(248);
    expect(answers.every(({ body, headers }) => headers['x-slipway-revision'] === (body === 'stable' ? 'catalog-1-staging' : 'catalog-2-staging'))).toBe(true);
    expect((await arm('catalog-2-staging')).requests).toBe(share);
    expect((await arm('catalog-1-staging')).requests).toBe(600 - share);
    expect((await arm('catalog-1-staging')).latencyBuckets.reduce((sum, count) => sum + count, 0)).toBe(600 - share);
  });

  it('changes weights under load without a failed request', async () => {
    const { port } = await rig.client.put(routeOf({ weights: split(100), upstreams: both }));
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const load = new AbortController();
    const statuses: number[] = [];
    const clients = Array.from({ length: 8 }, async () => {
      while (!load.signal.aborted) statuses.push((await ask(port, { agent })).status);
    });
    for (let change = 0; change < 60; change++) {
      const weights = split(change % 101);
      expect((await rig.client.put(routeOf({ weights, upstreams: change % 3 === 0 ? upstreamsOf(['catalog-1-staging', 'one', stable.port], ['catalog-2-staging', `two-${change}`, candidate.port]) : both, drainSeconds: 5 }))).weights).toEqual(weights);
    }
    load.abort();
    await Promise.all(clients);
    agent.destroy();
    expect(statuses.length).toBeGreaterThan(60);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('keeps a visitor on one revision by its own cookie, and moves nobody off a growing one', async () => {
    const sticky = { by: 'cookie', name: 'arm' } as const;
    const { port } = await rig.client.put(routeOf({ weights: split(50), upstreams: both, stickiness: sticky }));
    const visitors = await Promise.all(Array.from({ length: 20 }, async () => {
      const first = await ask(port);
      const cookie = String(first.headers['set-cookie']?.[0]).split(';')[0] as string;
      expect(cookie).toMatch(/^arm=[0-9a-f]{32}$/);
      return { cookie, body: first.body };
    }));
    for (const { cookie, body } of visitors) {
      const again = await ask(port, { headers: { cookie: `other=1; ${cookie}` } });
      expect(again.body).toBe(body);
      expect(again.headers['set-cookie']).toBeUndefined();
    }
    await rig.client.put(routeOf({ weights: split(20), upstreams: both, stickiness: sticky }));
    for (const { cookie, body } of visitors) if (body === 'candidate') expect((await ask(port, { headers: { cookie } })).body).toBe('candidate');
  });

  it('keeps a tenant on one revision by a header', async () => {
    const { port } = await rig.client.put(routeOf({ weights: split(50), upstreams: both, stickiness: { by: 'header', name: 'x-tenant' } }));
    const bodies = await Promise.all(Array.from({ length: 30 }, async (_, n) => [(await ask(port, { headers: { 'x-tenant': `t${n}` } })).body, (await ask(port, { headers: { 'X-Tenant': `t${n}` } })).body]));
    expect(bodies.every(([one, other]) => one === other)).toBe(true);
    expect(new Set(bodies.flat())).toEqual(new Set(['stable', 'candidate']));
  });

  it('serves by host name on the shared port, and knows no other host', async () => {
    await rig.client.put(routeOf({ upstreams: both }));
    expect((await ask(rig.port, { headers: { host: `Catalog.Staging.localhost:${rig.port}` } })).body).toBe('stable');
    expect(await ask(rig.port, { headers: { host: 'other.localhost' } })).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } });
  });

  it('counts 5xx as failures of the revision and 4xx not', async () => {
    const failing = await startInstance((request, response) => response.writeHead(request.url === '/bad' ? 500 : 404).end());
    closers.push(failing.close);
    const { port } = await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', failing.port]) }));
    await ask(port, { path: '/bad' });
    await ask(port, { path: '/missing' });
    expect(await arm('catalog-1-staging')).toMatchObject({ requests: 2, failures: { status5xx: 1, connect: 0, timeout: 0, aborted: 0 } });
  });

  it('saves the requests of a dead revision on the other one, and shows the judge its failures', async () => {
    const { port } = await rig.client.put(routeOf({ weights: split(0), upstreams: both }));
    await candidate.close();
    await rig.client.put(routeOf({ weights: split(1), upstreams: both }));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(port, { method: n % 2 === 0 ? 'GET' : 'POST' }, n % 2 === 0 ? undefined : 'body')));
    expect(answers.map(({ status, body }) => `${status} ${body}`)).toEqual(answers.map(() => '200 stable'));
    const dead = await arm('catalog-2-staging');
    expect(dead.failures['connect']).toBeGreaterThan(0);
    expect(dead.failures['connect']).toBe(dead.requests);
    expect((await arm('catalog-1-staging')).failures).toEqual({ status5xx: 0, connect: 0, timeout: 0, aborted: 0 });
    candidate = await startInstance((_request, response) => response.end('candidate'), candidate.port);
    await eventually(async () => (await ask(port)).body, (body) => body === 'candidate');
  });

  it('answers 503 with a problem when no instance accepts connections, and tries them anyway', async () => {
    await stable.close();
    const { port } = await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', stable.port]) }));
    expect(await ask(port)).toMatchObject({ status: 503, headers: { 'content-type': 'application/problem+json' } });
    expect((await arm('catalog-1-staging')).failures['connect']).toBe(1);
    stable = await startInstance((_request, response) => response.end('stable'), stable.port);
    expect((await ask(port)).body).toBe('stable');
  });

  it('answers 503 where the route has no weights', async () => {
    const { port } = await rig.client.put(routeOf({ weights: {}, upstreams: {} }));
    expect((await ask(port)).status).toBe(503);
  });

  it('tries an idempotent request again when its connection breaks, and another not', async () => {
    const breaking = await startRawInstance((socket) => socket.once('data', () => socket.destroy()));
    closers.push(breaking.close);
    const { port } = await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'bad', breaking.port], ['catalog-1-staging', 'good', stable.port]) }));
    for (let turn = 0; turn < 6; turn++) expect((await ask(port)).body).toBe('stable');
    expect(breaking.connections()).toBeGreaterThan(0);
    const before = breaking.connections();
    const statuses = [];
    for (let turn = 0; turn < 6; turn++) statuses.push((await ask(port, { method: 'POST' }, 'once')).status);
    const broken = statuses.filter((status) => status === 502).length;
    expect(broken).toBeGreaterThan(0);
    expect(breaking.connections() - before).toBe(broken);
    expect((await arm('catalog-1-staging')).failures['aborted']).toBe(broken);
  });

  it('answers 504 when an instance does not begin to answer, and counts it as timeout', async () => {
    const silent = await startRawInstance(() => undefined);
    closers.push(silent.close);
    const { port } = await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', silent.port]) }));
    expect((await ask(port)).status).toBe(504);
    expect(await arm('catalog-1-staging')).toMatchObject({ requests: 1, failures: { timeout: 1, aborted: 0 } });
  });

  it('lets requests at a removed instance end, and cuts those that outlast the drain', async () => {
    const release: (() => void)[] = [];
    const slow = await startInstance((_request, response) => {
      response.write('begun ');
      release.push(() => response.end('ended'));
    });
    closers.push(slow.close);
    const { port } = await rig.client.put(routeOf({ drainSeconds: 30, upstreams: upstreamsOf(['catalog-1-staging', 'slow', slow.port]) }));
    const under = ask(port);
    await eventually(() => release.length, (count) => count === 1);
    await rig.client.attach(catalog, staging, upstreamsOf(['catalog-1-staging', 'one', stable.port]));
    expect((await ask(port)).body).toBe('stable');
    expect(await rig.client.inFlight(catalog, staging)).toEqual({ one: 0, slow: 1 });
    release[0]?.();
    expect((await under).body).toBe('begun ended');
    await eventually(() => rig.client.inFlight(catalog, staging), (seen) => !('slow' as InstanceId in seen));

    await rig.client.put(routeOf({ drainSeconds: 0.2, upstreams: upstreamsOf(['catalog-1-staging', 'slow', slow.port]) }));
    const cut = ask(port);
    const failed = expect(cut).rejects.toThrow();
    await eventually(() => release.length, (count) => count === 2);
    await rig.client.put(routeOf({ drainSeconds: 0.2, upstreams: both }));
    await failed;
    expect((await arm('catalog-1-staging')).failures).toEqual({ status5xx: 0, connect: 0, timeout: 0, aborted: 0 });
  });
});
