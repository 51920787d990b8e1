/** What is the fast path's own: when it hands over, how it reads answers, and what it does with connections. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type RequestListener } from 'node:http';
import { connect } from 'node:net';
import type { EnvironmentName, ServiceName } from '../../../src/domain/ids.ts';
import { routeOf, upstreamsOf } from './route.ts';
import { type Instance, type RouterRig, ask, eventually, sendRaw, startInstance, startRawInstance, startRouterProcess } from './rig.ts';

const catalog = 'catalog' as ServiceName;
const staging = 'staging' as EnvironmentName;
const get = (target: string, ...lines: string[]) => `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const last = 'Connection: close';
/** node:http writes its own headers with capitals; so a test sees which path answered. */
const FAST = /\r\n(connection: keep-alive|connection: close)\r\n/;
const heads = (text: string) => text.split(/(?=HTTP\/1\.1 \d)/);

describe('fast path', () => {
  let rig: RouterRig;
  const closers: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    rig = await startRouterProcess({ limits: { headersMs: 3_000, idleUpstreamMs: 3_000, keepAliveMs: 4_000 } });
  });
  afterEach(async () => {
    await rig.close();
    for (const close of closers.splice(0)) await close();
  });

  const serving = async (listener: RequestListener): Promise<{ port: number; instance: Instance }> => {
    const instance = await startInstance(listener);
    closers.push(instance.close);
    return { instance, port: (await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', instance.port]) }))).port };
  };
  /** Answers each request with the next piece of `answers`, byte by byte if so wanted; `end` closes after the last. */
  const answering = async (answers: readonly string[], { end = false, slowly = false } = {}) => {
    let turn = 0;
    const raw = await startRawInstance((socket) => {
      socket.setNoDelay(true);
      socket.on('data', () => {
        const answer = answers[turn++] ?? '';
        const finish = () => void (end && socket.end());
        if (!slowly) {
          socket.write(answer, 'latin1');
          finish();
          return;
        }
        const next = (at: number): void => void (at < answer.length ? socket.write(answer.charAt(at), 'latin1', () => setImmediate(next, at + 1)) : finish());
        next(0);
      });
    });
    closers.push(raw.close);
    return { raw, port: (await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', raw.port]) }))).port };
  };
  const arm = async () => Object.values((await rig.client.read(catalog, staging)).revisions)[0];

  it('answers simple requests itself, and says so in no way that matters', async () => {
    const { port } = await serving((request, response) => response.end([request.method, request.url, request.headers['x-forwarded-for'], request.headers['x-mine']].join(' ')));
    const text = await sendRaw(port, [get('/a?b=c', 'X-Mine:  1 2\t', 'X-Slipway-Revision: forged', last)]);
    expect(text).toMatch(FAST);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*x-slipway-revision: catalog-1-staging\r\n[^]*\r\n\r\nGET \/a\?b=c 127\.0\.0\.1 1 2$/);
  });

  it('hands a connection over in its middle, and serves what follows', async () => {
    const { port } = await serving((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length)).on('end', () => response.end(`[${request.method} ${request.url} ${size}]`));
    });
    const requests = [get('/1'), get('/2'), `POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n${'x'.repeat(70_000)}`, get('/4', last)];
    const bodies = ['[GET /1 0]', '[GET /2 0]', '[POST /3 70000]', '[GET /4 0]'];
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    const closed = once(socket, 'close');
    for (const [index, request] of requests.entries()) {
      socket.write(request);
      await eventually(() => text, (seen) => seen.includes(bodies[index] as string));
    }
    await closed;
    const answers = heads(text);
    expect(answers.map((answer) => FAST.test(answer))).toEqual([true, true, false, false]);
    // And the same, all at once.
    const piped = heads(await sendRaw(port, [requests.join('')]));
    expect(piped.map((answer) => bodies.find((body) => answer.includes(body)))).toEqual(bodies);
    expect(await arm()).toMatchObject({ requests: 8, failures: { aborted: 0, connect: 0 } });
  });

  it('hands over whatever is not simple', async () => {
    const { port } = await serving((request, response) => response.end(`[${request.url}]`));
    const others = [
      'OPTIONS / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', get('/', 'Content-Length: 0', last), get('/', 'TE: trailers', last), get('/', 'Connection: close, x'), get('/', 'X: \xe9', last),
      get('http://a/', last), get('/{}', last), `GET / HTTP/1.0\r\nHost: a\r\n\r\n`, get('/', `X: ${'a'.repeat(9_000)}`, last), get('/', 'Proxy-Connection: close', last), get('/', 'Connection: close', last), get('/', 'Trailer: x', last),
    ];
    for (const bytes of others) {
      const text = await sendRaw(port, [bytes]);
      expect(`${bytes.slice(0, 60)} ${text}`).toMatch(/HTTP\/1\.1 200 OK/);
      expect(text).not.toMatch(FAST);
    }
  });

  it('serves a head that comes byte by byte, and a second request behind it', async () => {
    const { port } = await serving((request, response) => response.end(`[${request.url}]`));
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    const closed = once(socket, 'close');
    socket.on('data', (chunk) => (text += String(chunk)));
    for (const byte of get('/1') + get('/2', last)) await new Promise((resolve) => socket.write(byte, resolve));
    await closed;
    expect(text.match(/\[[^\]]*\]/g)).toEqual(['[/1]', '[/2]']);
  });

  it('answers hundreds of pipelined requests in order, and bounds what a client that does not read costs', async () => {
    let served = 0;
    const { port } = await serving((request, response) => {
      served++;
      response.end(request.url === '/big' ? 'x'.repeat(30_000) : `[${request.url}]`);
    });
    const text = await sendRaw(port, [Array.from({ length: 400 }, (_, n) => get(`/${n}`)).join('') + get('/end', last)]);
    expect(text.match(/\[[^\]]*\]/g)).toEqual([...Array.from({ length: 400 }, (_, n) => `[/${n}]`), '[/end]']);
    served = 0;
    const lazy = connect({ port, host: '127.0.0.1' });
    lazy.on('error', () => undefined).pause();
    lazy.write(get('/big').repeat(2_000));
    let seen = -1;
    let same = 0;
    await eventually(() => {
      same = served > 0 && served === seen ? same + 1 : 0;
      seen = served;
      return same;
    }, (count) => count > 30);
    // 60 MB were asked for; what was fetched is what the sockets' own buffers hold.
    expect(served).toBeLessThan(800);
    let size = 0;
    lazy.on('data', (chunk) => (size += chunk.length));
    lazy.resume();
    await eventually(() => size, (bytes) => bytes > 60_000_000, 60_000);
    lazy.destroy();
  });

  it.each([false, true])('reads answers in any framing (byte by byte: %s)', async (slowly) => {
    const { port } = await answering([
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nsec\r\n00003\r\nond\r\n0\r\nX-Sum: 1\r\nConnection: x\r\n\r\n',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      'HTTP/1.1 204\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: x-hop\r\nX-Hop: 1\r\n\r\n0\r\n\r\n',
      'HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n',
    ], { slowly });
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    const ends = ['first', '\r\nX-Sum: 1\r\n\r\n', '304 Not Modified', '204 ', '0\r\n\r\n', '500 Sorry'];
    for (const [index, end] of ends.entries()) {
      const before = text.length;
      socket.write(get(`/${index}`));
      await eventually(() => text.slice(before), (seen) => seen.includes(end) && seen.includes('\r\n\r\n'));
    }
    socket.destroy();
    expect(text).toContain('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
    expect(text).toContain('3;ext=1\r\nsec\r\n00003\r\nond\r\n0\r\nX-Sum: 1\r\n\r\n');
    expect(text).not.toMatch(/x-hop|Connection: x|100 Continue/i);
    expect(await arm()).toMatchObject({ requests: 6, failures: { status5xx: 1, aborted: 0 } });
  });

  it('sends an answer without a length on in chunks, and its client goes on', async () => {
    const { port, raw } = await answering(['HTTP/1.1 200 OK\r\n\r\nall of it', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'], { end: true });
    const text = await sendRaw(port, [get('/1') + get('/2', last)]);
    expect(text).toMatch(/transfer-encoding: chunked\r\n[^]*\r\n\r\n9\r\nall of it\r\n0\r\n\r\nHTTP\/1\.1 200 OK[^]*ok$/);
    expect(raw.connections()).toBe(2);
  });

  it.each([
    ['no HTTP', 'NOPE\r\n\r\n'],
    ['a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['an unknown encoding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n'],
    ['another protocol that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 0\r\n\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}`],
  ])('answers 502 to %s, and counts it', async (_name, answer) => {
    const { port } = await answering([answer]);
    expect((await ask(port)).status).toBe(502);
    expect(await arm()).toMatchObject({ requests: 1, failures: { aborted: 1, connect: 0, timeout: 0 } });
  });

  it.each(['zz\r\nhello', '5\nhello\r\n0\r\n\r\n', '3\r\nhello\r\n0\r\n\r\n', '5;\x01\r\nhello\r\n0\r\n\r\n', 'fffffffffffffffff\r\nhello', '0\r\nX : 1\r\n\r\n'])('breaks a chunked answer that is malformed: %j', async (body) => {
    const { port } = await answering([`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n${body}`]);
    await expect(ask(port)).rejects.toThrow();
    expect(await arm()).toMatchObject({ requests: 1, failures: { aborted: 1 } });
  });

  it('never takes what follows an answer for the next one', async () => {
    const { port, raw } = await answering(['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue']);
    const text = await sendRaw(port, [get('/1') + get('/2', last)]);
    expect(text).not.toContain('forged');
    expect(text).toMatch(/true$/);
    expect(raw.connections()).toBe(2);
  });

  it('asks again on a new connection when one from before is dead, and loses nothing', async () => {
    let answered = 0;
    // Each connection answers once, stays open, and dies of its second request.
    const raw = await startRawInstance((socket) => {
      let requests = 0;
      socket.on('data', () => {
        if (++requests > 1) return void socket.resetAndDestroy();
        answered++;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    closers.push(raw.close);
    const { port } = await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', raw.port]) }));
    for (let turn = 0; turn < 10; turn++) expect((await ask(port)).status).toBe(200);
    expect(answered).toBe(10);
    expect(await arm()).toMatchObject({ requests: 10, failures: { aborted: 0, connect: 0 } });
  });

  it('uses a connection again, closes it after its idle time, and heeds an instance that closes sooner', async () => {
    let open = 0;
    const { port, instance } = await serving((request, response) => {
      if (request.url === '/short') response.setHeader('keep-alive', 'timeout=1');
      response.end('ok');
    });
    let connections = 0;
    instance.server.on('connection', (socket) => {
      connections++;
      open++;
      socket.on('close', () => open--);
    });
    for (let turn = 0; turn < 5; turn++) await ask(port);
    expect(connections).toBe(1);
    await eventually(() => open, (count) => count === 0);
    await ask(port, { path: '/short' });
    await ask(port, { path: '/short' });
    expect(connections).toBe(3);
  });

  it('answers 504 when the head does not come or does not end', async () => {
    const { port } = await answering(['', 'HTTP/1.1 200 OK\r\nX:']);
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.write(get('/1'));
    await eventually(() => text, (seen) => /504 /.test(seen));
    socket.write(get('/2'));
    await eventually(() => text, (seen) => (seen.match(/504 /g) ?? []).length === 2);
    socket.destroy();
    expect(await arm()).toMatchObject({ requests: 2, failures: { timeout: 2, aborted: 0 } });
  });

  it('closes the connection of a client that sends nothing for its time, before and after an answer', async () => {
    const { port } = await serving((_request, response) => response.end('ok'));
    for (const bytes of ['', get('/')]) {
      const socket = connect({ port, host: '127.0.0.1' });
      const closed = once(socket, 'close');
      socket.resume();
      socket.write(bytes);
      await closed;
    }
  });

  it('heeds a sticky header that comes twice as node:http does', async () => {
    const instances = await Promise.all(['stable', 'candidate'].map((body) => startInstance((_request, response) => response.end(body))));
    closers.push(...instances.map(({ close }) => close));
    const [one, two] = instances as [Instance, Instance];
    const weights = { 'catalog-1-staging': 50, 'catalog-2-staging': 50 } as never;
    const { port } = await rig.client.put(routeOf({ weights, stickiness: { by: 'header', name: 'x-tenant' }, upstreams: upstreamsOf(['catalog-1-staging', 'one', one.port], ['catalog-2-staging', 'two', two.port]) }));
    for (let turn = 0; turn < 12; turn++) {
      const twice = await sendRaw(port, [get('/', `X-Tenant: t${turn}`, `X-Tenant: u${turn}`, last)]);
      const joined = await sendRaw(port, [get('/', `X-Tenant: t${turn}, u${turn}`, last)]);
      expect(twice).not.toMatch(FAST);
      expect(joined).toMatch(FAST);
      expect(/x-slipway-revision: .*/.exec(twice)).toEqual(expect.arrayContaining([...(/x-slipway-revision: .*/.exec(joined) ?? ['none'])]));
    }
  });

  it('answers a client that pipelines and leaves without harm', async () => {
    const { port } = await serving((_request, response) => void setImmediate(() => response.end('x'.repeat(50_000))));
    for (let turn = 0; turn < 30; turn++) {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined).write(get('/').repeat(20));
      await once(socket, 'data');
      if (turn % 2 === 0) socket.resetAndDestroy();
      else socket.end();
    }
    await eventually(() => rig.client.inFlight(catalog, staging), (seen) => seen['one' as never] === 0);
    expect((await arm())?.failures).toEqual({ status5xx: 0, connect: 0, timeout: 0, aborted: 0 });
    expect((await ask(port)).status).toBe(200);
    expect(rig.log()).not.toContain('nobody caught');
  });
});
