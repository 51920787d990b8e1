/** Bytes both ways: streams, pauses, upgrades, and who hangs up on whom. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { connect } from 'node:net';
import type { EnvironmentName, ServiceName } from '../../../src/domain/ids.ts';
import { routeOf, upstreamsOf } from './route.ts';
import { type Instance, PATHS, type RouterRig, ask, eventually, sendRaw, startInstance, startRawInstance, startRouterProcess } from './rig.ts';

const catalog = 'catalog' as ServiceName;
const staging = 'staging' as EnvironmentName;
const sha = (data: Buffer) => createHash('sha256').update(data).digest('hex');

describe.each(PATHS)('streaming, $name', ({ fastPath }) => {
  let rig: RouterRig;
  const closers: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    rig = await startRouterProcess({ fastPath, limits: { lingerMs: 500 } });
  });
  afterEach(async () => {
    await rig.close();
    for (const close of closers.splice(0)) await close();
  });

  const serving = async (listener: RequestListener): Promise<{ port: number; instance: Instance }> => {
    const instance = await startInstance(listener);
    closers.push(instance.close);
    const { port } = await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', instance.port]) }));
    return { port, instance };
  };
  const servingRaw = async (answer: string, end = false) => {
    const raw = await startRawInstance((socket) => socket.once('data', () => (end ? socket.end(answer) : socket.write(answer))));
    closers.push(raw.close);
    return { raw, port: (await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', raw.port]) }))).port };
  };
  const arm = async () => Object.values((await rig.client.read(catalog, staging)).revisions)[0];

  it('carries large bodies both ways unchanged, with a length and in chunks', async () => {
    const { port } = await serving((request, response) => void request.pipe(response));
    const body = randomBytes(8 * 1024 * 1024);
    for (const headers of [{ 'content-length': body.length }, { 'transfer-encoding': 'chunked' }]) {
      const outgoing = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false });
      const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
      outgoing.end(body);
      const chunks: Buffer[] = [];
      for await (const chunk of (await answered)[0] as AsyncIterable<Buffer>) chunks.push(chunk);
      expect(sha(Buffer.concat(chunks))).toBe(sha(body));
    }
  });

  it('passes an event on at once, and a head before its body', async () => {
    const pushes: ((text: string) => void)[] = [];
    const { port } = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      pushes.push((text) => void response.write(text));
    });
    const outgoing = request({ host: '127.0.0.1', port, agent: false });
    outgoing.end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      const arrived = once(answer, 'data');
      pushes[0]?.(text);
      expect(String((await arrived)[0])).toBe(text);
    }
    outgoing.on('error', () => undefined).destroy();
  });

  it('stops reading from an instance whose client does not read, and hangs up on it when the client leaves', async () => {
    let written = 0;
    let closed = false;
    const { port } = await serving((_request, response) => {
      const fill = () => {
        let more = true;
        while (more && !response.destroyed) {
          more = response.write(Buffer.alloc(65_536));
          written += 65_536;
        }
        response.once('drain', fill);
      };
      response.on('close', () => (closed = true));
      fill();
    });
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    let last = -1;
    let same = 0;
    await eventually(() => {
      same = written > 0 && written === last ? same + 1 : 0;
      last = written;
      return same;
    }, (count) => count > 20);
    expect(written).toBeLessThan(64 * 1024 * 1024);
    expect(await rig.client.inFlight(catalog, staging)).toEqual({ one: 1 });
    socket.destroy();
    await eventually(() => closed, (seen) => seen);
    await eventually(() => rig.client.inFlight(catalog, staging), (seen) => Object.values(seen)[0] === 0);
    expect((await arm())?.failures).toEqual({ status5xx: 0, connect: 0, timeout: 0, aborted: 0 });
  });

  it('hangs up on the instance when the client leaves before the answer, and calls it no failure', async () => {
    let arrived = false;
    let closed = false;
    const { port } = await serving((request) => {
      arrived = true;
      request.on('close', () => (closed = true));
      request.resume();
    });
    for (const head of ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf']) {
      [arrived, closed] = [false, false];
      const socket = connect({ port, host: '127.0.0.1' });
      socket.write(head);
      await eventually(() => arrived, (seen) => seen);
      socket.destroy();
      await eventually(() => closed, (seen) => seen);
    }
    await eventually(() => rig.client.inFlight(catalog, staging), (seen) => Object.values(seen)[0] === 0);
    expect((await arm())?.failures).toEqual({ status5xx: 0, connect: 0, timeout: 0, aborted: 0 });
  });

  it.each(['Content-Length: 100', 'Transfer-Encoding: chunked'])('breaks the answer when the instance breaks it (%s), and counts it', async (framing) => {
    const { port } = await servingRaw(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n5\r\nhello`, true);
    await expect(ask(port)).rejects.toThrow();
    expect(await arm()).toMatchObject({ requests: 1, failures: { aborted: 1 } });
  });

  it('answers 502 to an answer that is no HTTP', async () => {
    const { port } = await servingRaw('NOPE\r\n\r\n');
    expect((await ask(port, { method: 'POST' }, 'x')).status).toBe(502);
  });

  it('knows answers without bodies: HEAD, 204, 304', async () => {
    const { port } = await serving((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 12 }).end();
      else response.writeHead(Number(request.url?.slice(1)), { etag: '"a"' }).end();
    });
    expect(await ask(port, { method: 'HEAD' })).toMatchObject({ status: 200, headers: { 'content-length': '12' }, body: '' });
    expect(await ask(port, { path: '/204' })).toMatchObject({ status: 204, body: '' });
    expect(await ask(port, { path: '/304' })).toMatchObject({ status: 304, headers: { etag: '"a"' }, body: '' });
  });

  it('passes early hints and trailers on, keeps repeated headers, and ends hop-by-hop ones', async () => {
    const { port } = await servingRaw('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nConnection: X-Hop\r\nX-Hop: 1\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n');
    const text = await sendRaw(port, ['GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n']);
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\n/);
    expect(text.toLowerCase()).toContain('link: </a.css>; rel=preload');
    expect(text).toContain('HTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n');
    expect(text).not.toMatch(/x-hop: 1/i);
    expect(text).toContain('X-Sum: 7\r\n');
  });

  it('says 100 Continue only when an instance takes the request', async () => {
    const { port } = await serving((request, response) => void request.pipe(response));
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n';
    expect(await sendRaw(port, [head, 'body'])).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*\r\nbody\r\n/);
    await rig.client.attach(catalog, staging, {});
    expect(await sendRaw(port, [head, 'body'])).toMatch(/^HTTP\/1\.1 503 /);
  });

  it('delivers an answer that comes before the end of the request', async () => {
    const { port } = await serving((_request, response) => response.writeHead(413).end('too much'));
    const text = await sendRaw(port, ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n', 'x'.repeat(1_000)]);
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*\r\ntoo much\r\n/);
  });

  it('serves HTTP/1.0 and pipelined requests in order', async () => {
    const { port } = await serving((request, response) => response.end(request.url));
    expect(await sendRaw(port, ['GET /old HTTP/1.0\r\n\r\n'])).toMatch(/^HTTP\/1\.1 200 [^]*\/old$/);
    const both = await sendRaw(port, ['GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n']);
    expect(both.match(/\/[12]$|\/[12](?=HTTP)/g)).toEqual(['/1', '/2']);
  });

  it('joins upgraded connections, counts them under way, and cuts them when their drain is over', async () => {
    const { instance, port } = await serving((_request, response) => response.end('plain'));
    instance.server.on('upgrade', (request, socket, head: Buffer) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\nX-Accept: 1\r\n\r\n`);
      socket.write(head);
      socket.on('error', () => undefined).pipe(socket);
    });
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    const closed = once(socket, 'close');
    socket.on('error', () => undefined).on('data', (chunk) => (text += String(chunk)));
    socket.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst');
    await eventually(() => text, (seen) => seen.endsWith('first'));
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text.toLowerCase()).toContain('upgrade: websocket\r\n');
    socket.write(' second');
    await eventually(() => text, (seen) => seen.endsWith('first second'));
    expect(await rig.client.inFlight(catalog, staging)).toEqual({ one: 1 });
    await rig.client.attach(catalog, staging, {});
    await closed;
    await eventually(() => rig.client.inFlight(catalog, staging), (seen) => Object.keys(seen).length === 0);
    expect(await arm()).toMatchObject({ requests: 1, failures: { aborted: 0 } });
  });

  it('answers an upgrade that the instance declines, and ignores an offer of h2c', async () => {
    const { port } = await serving((_request, response) => response.writeHead(426).end('no'));
    const ask101 = (protocol: string) => sendRaw(port, [`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`], (text) => text.includes('no'));
    expect(await ask101('websocket')).toMatch(/^HTTP\/1\.1 426 /);
    expect(await ask101('h2c')).toMatch(/^HTTP\/1\.1 426 /);
  });
});
