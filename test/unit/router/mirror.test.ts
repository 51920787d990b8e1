/** Requests are answered by the stable revision, and asked again of it and of the candidate; nobody gets those answers. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { EnvironmentName, RevisionId, ServiceName } from '../../../src/domain/ids.ts';
import { ParallelRun } from '../../../src/domain/parallel/rule.ts';
import { ask, eventually, type Instance, PATHS, startInstance, startRouterProcess } from './rig.ts';
import { routeOf, upstreamsOf } from './route.ts';

const [service, environment] = ['catalog' as ServiceName, 'staging' as EnvironmentName];
const [stable, candidate] = ['catalog-1-staging' as RevisionId, 'catalog-2-staging' as RevisionId];
const mirror = (rule: Record<string, unknown> = {}) => ({ stable, candidate, rule: ParallelRun.parse({ sample: 100, ...rule }) });

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Two stable instances and one candidate, which say who they are and remember what they were asked. */
async function setUp(options: { fastPath: boolean; service?: ServiceName; rule?: Record<string, unknown>; stable?: RequestListener; candidate?: RequestListener }) {
  const asked: { who: string; request: IncomingMessage; body: string }[] = [];
  const instance = async (who: string, listener: RequestListener): Promise<Instance> => {
    const started = await startInstance((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        asked.push({ who, request, body });
        listener(request, response);
      });
    });
    ends.push(() => started.close());
    return started;
  };
  const json = (value: () => unknown): RequestListener => (_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value()));
  const [one, two, three] = [await instance('one', options.stable ?? json(() => ({ price: 1, at: Math.random() }))), await instance('two', options.stable ?? json(() => ({ price: 1, at: Math.random() }))), await instance('candidate', options.candidate ?? json(() => ({ price: 2, at: Math.random() })))];
  const router = await startRouterProcess({ fastPath: options.fastPath });
  ends.push(() => router.close());
  const of = options.service ?? service;
  const entry = routeOf({ service: of, weights: { [stable]: 100 }, upstreams: upstreamsOf([stable, 'one', one.port], [stable, 'two', two.port], [candidate, 'three', three.port]), mirror: mirror(options.rule) });
  const { port } = await router.client.put(entry);
  return { asked, router, port, entry, report: () => router.client.parallelRun(of, environment) };
}

describe.each(PATHS)('mirroring on the $name', ({ fastPath }) => {
  it('compares the candidate with two stable instances, and users get the stable answer alone', async () => {
    const { asked, port, report, router } = await setUp({ fastPath });
    for (let index = 0; index < 20; index++) expect(JSON.parse((await ask(port, { path: `/p?n=${index}` })).body)).toMatchObject({ price: 1 });
    const { report: found } = await eventually(report, (seen) => seen.report.compared === 20);
    expect(found).toMatchObject({ differing: 20, unanswered: 0, dropped: 0, fields: { '$.price': { candidate: 20, stable: 0, both: 0 }, '$.at': { candidate: 0, stable: 0, both: 20 } } });
    expect(found.examples[0]).toEqual({ field: '$.price', request: 'GET /p?n=0', stable: '1', candidate: '2' });
    const copies = asked.filter(({ request }) => request.headers['x-slipway-mirror'] === '1');
    expect(copies.map(({ who }) => who).filter((who) => who === 'candidate')).toHaveLength(20);
    expect(new Set(copies.map(({ who }) => who))).toEqual(new Set(['one', 'two', 'candidate']));
    expect(asked.length - copies.length).toBe(20);
    // What the judge reads is about users' requests alone.
    const counts = await router.client.read(service, environment);
    expect(counts.revisions[stable]?.requests).toBe(20);
    expect(counts.revisions[candidate]?.requests).toBe(0);
  });

  it('copies safe methods only, without conditions, and believes no client that says it is a copy', async () => {
    const { asked, port, report } = await setUp({ fastPath });
    await ask(port, { method: 'POST', path: '/order', headers: { 'content-length': 2 } }, 'ab');
    await ask(port, { method: 'DELETE', path: '/order' });
    await ask(port, { path: '/a', headers: { 'if-none-match': '"x"', range: 'bytes=0-1', 'accept-encoding': 'gzip', 'x-slipway-mirror': '1', 'x-own': 'kept' } });
    await eventually(report, (seen) => seen.report.compared === 1);
    const [user, ...copies] = asked.filter(({ request }) => request.url === '/a').sort((a, b) => Number(a.request.headers['x-slipway-mirror'] ?? 0) - Number(b.request.headers['x-slipway-mirror'] ?? 0));
    expect(user?.request.headers['x-slipway-mirror']).toBeUndefined();
    expect(copies).toHaveLength(3);
    for (const { request } of copies) {
      expect(request.headers).toMatchObject({ 'accept-encoding': 'identity', 'x-own': 'kept' });
      expect(request.headers['if-none-match'] ?? request.headers.range).toBeUndefined();
    }
    expect(asked.filter(({ request }) => request.url === '/order')).toHaveLength(2);
  });

  it('copies unsafe methods with their bodies where the manifest says so, up to a size', async () => {
    const { asked, port, report } = await setUp({ fastPath, rule: { unsafeMethods: true } });
    await ask(port, { method: 'POST', path: '/order' }, '{"pen":1}');
    await ask(port, { method: 'PUT', path: '/large' }, Buffer.alloc(100_000));
    await eventually(report, ({ report: seen }) => seen.compared === 1 && seen.dropped === 1);
    expect(asked.filter(({ request }) => request.url === '/order').map(({ body }) => body)).toEqual(Array(4).fill('{"pen":1}'));
    expect(asked.filter(({ request }) => request.url === '/large')).toHaveLength(1);
  });

  it('neither slows nor fails users when the candidate hangs, and counts what it drops', async () => {
    const { port, report } = await setUp({ fastPath, candidate: () => undefined });
    const answers = await Promise.all(Array.from({ length: 400 }, async () => (await ask(port)).status));
    expect(answers.every((status) => status === 200)).toBe(true);
    // 16 are under way at the thread and never end in this test; 256 are let in.
    expect((await report()).report.dropped).toBe(400 - 256);
  });

  it('says that the candidate does not answer where it accepts nothing', async () => {
    const { port, report, router, entry } = await setUp({ fastPath });
    const closed = await startInstance(() => undefined);
    await closed.close();
    await router.client.attach(service, environment, { ...entry.upstreams, ...upstreamsOf([candidate, 'gone', closed.port]) });
    await ask(port);
    const { report: found } = await eventually(report, (seen) => seen.report.compared === 1);
    expect(found.examples[0]).toMatchObject({ field: 'answer', stable: 'an answer of 200', candidate: 'no answer: ECONNREFUSED' });
  });

  it('goes on over new instances, begins anew with another rule, and ends with the mirror', async () => {
    const { port, report, router, entry } = await setUp({ fastPath });
    await ask(port);
    const first = await eventually(report, (seen) => seen.report.compared === 1);
    await router.client.attach(service, environment, entry.upstreams);
    await ask(port);
    expect((await eventually(report, (seen) => seen.report.compared === 2)).epoch).toBe(first.epoch);
    await router.client.put({ ...entry, port, mirror: mirror({ sample: 50 }) });
    expect(await report()).toMatchObject({ report: { compared: 0 } });
    expect((await report()).epoch).not.toBe(first.epoch);
    const { mirror: _ended, ...without } = entry;
    await router.client.put({ ...without, port });
    await expect(report()).rejects.toMatchObject({ name: 'NotFound' });
    expect((await ask(port)).status).toBe(200);
  });
});

it('mirrors a share of the requests', async () => {
  const { asked, port, report } = await setUp({ fastPath: true, rule: { sample: 20 } });
  for (let index = 0; index < 500; index++) await ask(port);
  // What was asked last may not be compared yet.
  const copies = () => asked.filter(({ who, request }) => who === 'candidate' && request.headers['x-slipway-mirror'] === '1').length;
  const { report: found } = await eventually(report, (seen) => seen.report.compared > 10 && seen.report.compared === copies());
  // Ten standard deviations to each side.
  expect(Math.abs(found.compared + found.dropped - 100)).toBeLessThan(90);
});

it('keeps its mirror over a restart of the router, under another epoch', async () => {
  // The router likes a port for a route: under a name of its own nobody else's router takes it meanwhile.
  const own = `kept-${process.pid}` as ServiceName;
  const { port, report, router } = await setUp({ fastPath: true, service: own });
  await ask(port);
  const before = await eventually(report, (seen) => seen.report.compared === 1);
  router.child.kill('SIGKILL');
  await eventually(() => router.child.signalCode, (signal) => signal !== null);
  const again = await startRouterProcess({ directory: router.directory });
  ends.push(() => again.close());
  await ask(port);
  const after = await eventually(() => again.client.parallelRun(own, environment), (seen) => seen.report.compared === 1);
  expect(after.epoch).not.toBe(before.epoch);
});
