/** The router as a process: what survives a kill, what a signal does, and who may speak to it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request } from 'node:http';
import { type Socket, connect, createServer } from 'node:net';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentName, ServiceName } from '../../../src/domain/ids.ts';
import { controlSocketPath } from '../../../src/router/control-socket.ts';
import { routeOf, upstreamsOf } from './route.ts';
import { type Instance, type RouterRig, ask, eventually, startInstance, startRouterProcess } from './rig.ts';

describe('router process', () => {
  let rig: RouterRig;
  let instance: Instance;
  const release: (() => void)[] = [];
  beforeEach(async () => {
    rig = await startRouterProcess();
    instance = await startInstance((incoming, response) => {
      if (incoming.url === '/slow') release.push(() => response.end('slow'));
      else response.end('served');
    });
  });
  afterEach(async () => {
    await rig.close();
    await instance.close();
    release.length = 0;
  });
  const put = (service = 'catalog' as ServiceName) => rig.client.put(routeOf({ service, upstreams: upstreamsOf(['catalog-1-staging', 'one', instance.port]) }));
  /** The router likes a port for a route: under a name of its own no other test's router takes it while this one is down. */
  const own = (name: string) => `${name}-${process.pid}` as ServiceName;

  it('serves its last table, on the same ports, after kill -9', async () => {
    const { port } = await put(own('kept'));
    const before = await rig.client.list();
    rig.child.kill('SIGKILL');
    await once(rig.child, 'exit');
    const again = await startRouterProcess({ directory: rig.directory });
    try {
      expect((await ask(port)).body).toBe('served');
      expect(await again.client.list()).toEqual(before);
      expect(again.port).toBe(rig.port);
      expect(again.epoch).not.toBe(rig.epoch);
    } finally {
      await again.close();
    }
  });

  it('waits for a port that somebody else took meanwhile, says so, and serves the other routes', async () => {
    const { port } = await put(own('taken'));
    const other = await put(own('other'));
    rig.child.kill('SIGKILL');
    await once(rig.child, 'exit');
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    const again = await startRouterProcess({ directory: rig.directory });
    try {
      expect((await ask(other.port)).body).toBe('served');
      expect((await again.client.health()).waiting).toEqual([{ port, reason: 'EADDRINUSE' }]);
      expect(again.log()).toContain('cannot listen');
      squatter.close();
      await eventually(() => again.client.health(), ({ waiting }) => waiting.length === 0);
      expect((await ask(port)).body).toBe('served');
    } finally {
      squatter.close();
      await again.close();
    }
  });

  it('ends with 0 after SIGTERM, when the requests under way are answered', async () => {
    const { port } = await put();
    const slow = ask(port, { path: '/slow' });
    await eventually(() => release.length, (count) => count === 1);
    const exited = once(rig.child, 'exit');
    rig.child.kill('SIGTERM');
    await eventually(() => ask(port).then(() => 'accepted', () => 'refused'), (seen) => seen === 'refused');
    release[0]?.();
    expect(await slow).toMatchObject({ body: 'slow', headers: { connection: 'close' } });
    expect(await exited).toEqual([0, null]);
  });

  it('closes the idle connections of a route that goes, and lets a busy one have its answer first', async () => {
    const { port } = await rig.client.put(routeOf({ drainSeconds: 30, upstreams: upstreamsOf(['catalog-1-staging', 'one', instance.port]) }));
    const [idle, busy] = ['/', '/slow'].map((path) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      return socket;
    }) as [Socket, Socket];
    await once(idle, 'data');
    await eventually(() => release.length, (count) => count === 1);
    const closed = [once(idle.resume(), 'close'), once(busy, 'close')];
    await rig.client.remove('catalog' as ServiceName, 'staging' as EnvironmentName);
    await closed[0];
    let text = '';
    busy.on('data', (chunk) => (text += String(chunk)));
    release[0]?.();
    await closed[1];
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*slow/);
  });

  it('keeps its socket and table for its owner alone', async () => {
    await put();
    expect((await stat(rig.controlSocket)).mode & 0o777).toBe(0o600);
    expect((await stat(join(rig.directory, 'routes.json'))).mode & 0o777).toBe(0o600);
  });

  it('lets no second router serve the same table', async () => {
    await expect(startRouterProcess({ directory: rig.directory })).rejects.toThrow('another process answers');
    expect((await rig.client.health()).pid).toBe(rig.child.pid);
  });

  it('refuses to start on a damaged table, and leaves it alone', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'router-'));
    await writeFile(join(directory, 'routes.json'), '{"format":1,"routes":[');
    await expect(startRouterProcess({ directory })).rejects.toThrow('cannot be read');
    expect(await readFile(join(directory, 'routes.json'), 'utf8')).toBe('{"format":1,"routes":[');
    await rm(directory, { recursive: true });
  });

  it.each([
    ['PUT', '/routes/catalog/staging', '{', 400],
    ['PUT', '/routes/catalog/staging', '{}', 400],
    ['PUT', '/routes/..%2f/staging', '{}', 400],
    ['PUT', '/routes/catalog/staging', JSON.stringify({ ...routeOf(), extra: 1 }), 400],
    ['PUT', '/routes/basket/staging', JSON.stringify(routeOf()), 400],
    ['PUT', '/routes/catalog/staging', JSON.stringify(routeOf({ upstreams: { 'catalog-1-staging': [{ instance: 'a', host: 'a b', port: 1 }] } as never })), 400],
    ['PUT', '/routes/catalog/staging', ' '.repeat(1_100_000), 413],
    ['GET', '/nothing', '', 404],
    ['POST', '/routes/catalog/staging', '', 404],
  ])('answers a bad control request %s %s with a problem', async (method, path, body, status) => {
    const outgoing = request({ socketPath: rig.controlSocket, method, path, agent: false }).on('error', () => undefined);
    const answered = once(outgoing, 'response');
    outgoing.end(body);
    const [answer] = await answered;
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(await rig.client.list()).toEqual([]);
  });
});

it('finds a short place for the socket of a long directory', () => {
  expect(controlSocketPath('/data', '/tmp')).toBe('/data/router.sock');
  expect(controlSocketPath('/data', '/tmp', 'spawner.sock')).toBe('/data/spawner.sock');
  const far = controlSocketPath(`/${'long'.repeat(40)}`, '/tmp');
  expect(far).toMatch(/^\/tmp\/slipway-[0-9a-f]{16}\/router\.sock$/);
  expect(controlSocketPath(`/${'long'.repeat(41)}`, '/tmp')).not.toBe(far);
});
