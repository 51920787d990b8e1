/** Requests of users, kept without their secrets. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EnvironmentName, ServiceName } from '../../../src/domain/ids.ts';
import { RecordingRule } from '../../../src/domain/recording/rule.ts';
import { ask, PATHS, startInstance, startRouterProcess } from './rig.ts';
import { routeOf, upstreamsOf } from './route.ts';

const [service, environment] = ['catalog' as ServiceName, 'staging' as EnvironmentName];
const rule = (parts: Record<string, unknown> = {}) => RecordingRule.parse({ sample: 100, ...parts });
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function setUp(fastPath: boolean) {
  const instance = await startInstance((_request, response) => response.end('fine'));
  ends.push(() => instance.close());
  const router = await startRouterProcess({ fastPath });
  ends.push(() => router.close());
  const { port } = await router.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', instance.port]) }));
  return { port, client: router.client };
}

describe.each(PATHS)('recording on the $name', ({ fastPath }) => {
  it('keeps what the rule allows, without secrets, until it is ended', async () => {
    const { port, client } = await setUp(fastPath);
    await ask(port, { path: '/before' });
    expect(await client.recording(service, environment)).toBeNull();
    await client.beginRecording(service, environment, rule());
    await expect(client.beginRecording(service, environment, rule())).rejects.toMatchObject({ name: 'Conflict' });
    await ask(port, { path: '/a?token=x&b=1', headers: { accept: 'text/plain', cookie: 'session=1', authorization: 'Bearer abcdefghijk' } });
    await ask(port, { method: 'POST', path: '/post' }, '{}');
    expect(await client.recorded(service, environment)).toEqual([{ method: 'GET', target: '/a?token=REDACTED&b=1', headers: { accept: 'text/plain' } }]);
    expect(await client.recording(service, environment)).toMatchObject({ taken: 1, leftOut: 0, kept: 1 });
    await client.endRecording(service, environment);
    await expect(client.recorded(service, environment)).rejects.toMatchObject({ name: 'NotFound' });
    expect((await ask(port)).status).toBe(200);
  });

  it('keeps JSON bodies where the rule says so, and counts what it leaves out', async () => {
    const { port, client } = await setUp(fastPath);
    await client.beginRecording(service, environment, rule({ methods: ['POST'], bodies: 'json' }));
    await ask(port, { method: 'POST', path: '/a' }, '{"name":"pen","password":"x"}');
    await ask(port, { method: 'POST', path: '/b' }, 'no JSON');
    await ask(port, { method: 'POST', path: '/c' }, Buffer.alloc(100_000));
    expect(await client.recorded(service, environment)).toEqual([{ method: 'POST', target: '/a', headers: {}, body: '{"name":"pen","password":"(redacted)"}' }]);
    expect(await client.recording(service, environment)).toMatchObject({ taken: 3, leftOut: 2, kept: 1 });
  });

  it('keeps the newest, and ends by itself', async () => {
    const { port, client } = await setUp(fastPath);
    await client.beginRecording(service, environment, rule({ requests: 3, seconds: 1 }));
    for (let index = 0; index < 5; index++) await ask(port, { path: `/${index}` });
    const { endsAt } = (await client.recording(service, environment))!;
    while (Date.now() <= endsAt) await new Promise((resolve) => setTimeout(resolve, 50));
    await ask(port, { path: '/late' });
    const kept = (await client.recorded(service, environment)).map(({ target }) => target);
    expect(kept).not.toContain('/late');
    expect(kept.length).toBeLessThanOrEqual(3);
    expect((await client.recording(service, environment))?.taken).toBeLessThanOrEqual(5);
  });
});
