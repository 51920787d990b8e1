/** Shapes that two servers could read differently: refused with 400 and a closed connection, and nothing of them goes on. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routeOf, upstreamsOf } from './route.ts';
import { PATHS, type RouterRig, sendRaw, startRawInstance, startRouterProcess } from './rig.ts';

const hidden = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
const post = (...lines: string[]) => `POST /outer HTTP/1.1\r\nHost: a\r\n${lines.join('\r\n')}\r\n\r\n`;
const chunked = 'Transfer-Encoding: chunked';

const REFUSED: Record<string, string> = {
  'Content-Length before Transfer-Encoding': post('Content-Length: 5', chunked) + `0\r\n\r\n${hidden}`,
  'Transfer-Encoding before Content-Length': post(chunked, 'Content-Length: 5') + `0\r\n\r\n${hidden}`,
  'Content-Length twice, different': post('Content-Length: 0', 'Content-Length: 34') + hidden,
  'Content-Length twice, equal': post('Content-Length: 5', 'Content-Length: 5') + `abcde${hidden}`,
  'Content-Length as a list': post('Content-Length: 5, 5') + `abcde${hidden}`,
  'Content-Length with a sign': post('Content-Length: +5') + `abcde${hidden}`,
  'Content-Length below zero': post('Content-Length: -1') + hidden,
  'Content-Length in hexadecimal': post('Content-Length: 0x5') + `abcde${hidden}`,
  'Content-Length too large for a number': post('Content-Length: 9007199254740993') + hidden,
  'Content-Length that is empty': post('Content-Length:') + hidden,
  'Transfer-Encoding identity': post('Transfer-Encoding: identity') + hidden,
  'Transfer-Encoding gzip, chunked': post('Transfer-Encoding: gzip, chunked') + `0\r\n\r\n${hidden}`,
  'Transfer-Encoding chunked, identity': post('Transfer-Encoding: chunked, identity') + `0\r\n\r\n${hidden}`,
  'Transfer-Encoding twice': post(chunked, chunked) + `0\r\n\r\n${hidden}`,
  'Transfer-Encoding xchunked': post('Transfer-Encoding: xchunked') + `0\r\n\r\n${hidden}`,
  'Transfer-Encoding with a vertical tab': post('Transfer-Encoding: \x0bchunked') + `0\r\n\r\n${hidden}`,
  'Transfer-Encoding in HTTP/1.0': `POST /outer HTTP/1.0\r\nHost: a\r\n${chunked}\r\n\r\n0\r\n\r\n${hidden}`,
  'a space before the colon': post('Transfer-Encoding : chunked') + `0\r\n\r\n${hidden}`,
  'a folded header': post('X-One: a\r\n Transfer-Encoding: chunked') + hidden,
  'a folded Transfer-Encoding': post('Transfer-Encoding:\r\n chunked') + `0\r\n\r\n${hidden}`,
  'a header without a colon': post('Nonsense') + hidden,
  'a space before the first header': `GET /outer HTTP/1.1\r\n Host: a\r\nX: b\r\n\r\n${hidden}`,
  'a bare LF after a header': `GET /outer HTTP/1.1\r\nHost: a\nX-Two: b\r\n\r\n${hidden}`,
  'a bare LF after the request line': `GET /outer HTTP/1.1\nHost: a\r\n\r\n${hidden}`,
  'a bare LF as the empty line': `GET /outer HTTP/1.1\r\nHost: a\r\n\n${hidden}`,
  'a bare CR in a header': `GET /outer HTTP/1.1\r\nHost: a\r\nX: a\rTransfer-Encoding: chunked\r\n\r\n${hidden}`,
  'a NUL in a header': `GET /outer HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n${hidden}`,
  'Host twice': `GET /outer HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${hidden}`,
  'no Host': `GET /outer HTTP/1.1\r\nX: a\r\n\r\n${hidden}`,
  'a Host with a path': `GET /outer HTTP/1.1\r\nHost: a/b\r\n\r\n${hidden}`,
  'a Host with user information': `GET /outer HTTP/1.1\r\nHost: b@a\r\n\r\n${hidden}`,
  'an absolute target for another host': `GET http://b/outer HTTP/1.1\r\nHost: a\r\n\r\n${hidden}`,
  'an absolute target of another scheme': `GET ftp://a/outer HTTP/1.1\r\nHost: a\r\n\r\n${hidden}`,
  'a space in the target': `GET /outer /more HTTP/1.1\r\nHost: a\r\n\r\n${hidden}`,
  'HTTP/2 by its preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'HTTP/0.9': 'GET /outer\r\n\r\n',
  'an unknown version': `GET /outer HTTP/1.7\r\nHost: a\r\n\r\n${hidden}`,
};

/** These are wrong in their body, after the head was forwarded: the body ends broken upstream, never as if it were complete. */
const BROKEN_BODIES: Record<string, string> = {
  'a chunk size that is no number': post(chunked) + `zz\r\nabc\r\n0\r\n\r\n${hidden}`,
  'a chunk longer than its size': post(chunked) + `3\r\nabcdef\r\n0\r\n\r\n${hidden}`,
  'a chunk size ended by a bare LF': post(chunked) + `3\nabc\r\n0\r\n\r\n${hidden}`,
  'a chunk ended by a bare LF': post(chunked) + `3\r\nabc\n0\r\n\r\n${hidden}`,
  'a chunk size with a sign': post(chunked) + `+3\r\nabc\r\n0\r\n\r\n${hidden}`,
  'a chunk size in 0x form': post(chunked) + `0x3\r\nabc\r\n0\r\n\r\n${hidden}`,
  'a chunk size over 64 bits': post(chunked) + `10000000000000003\r\nabc\r\n0\r\n\r\n${hidden}`,
  'a chunk extension with a bare LF': post(chunked) + `3;a\nb\r\nabc\r\n0\r\n\r\n${hidden}`,
  'a trailer with a space before its colon': post(chunked) + `0\r\nX : a\r\n\r\n${hidden}`,
};

describe.each(PATHS)('request smuggling, $name', ({ fastPath }) => {
  let rig: RouterRig;
  let raw: Awaited<ReturnType<typeof startRawInstance>>;
  let port: number;
  beforeAll(async () => {
    rig = await startRouterProcess({ fastPath });
    // Answers each complete head, and remembers what it was sent.
    raw = await startRawInstance((socket, received) => {
      let answered = 0;
      socket.on('data', () => {
        for (const heads = received().split('\r\n\r\n').length - 1; answered < heads && /^(GET|POST) /m.test(received()); answered++) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    ({ port } = await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', raw.port]) })));
  });
  afterAll(async () => {
    await rig.close();
    await raw.close();
  });

  it('lets a plain request through (so that the others fail for their shape)', async () => {
    const answer = await sendRaw(port, ['GET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n']);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(raw.received()).toContain('GET /plain HTTP/1.1');
  });

  it.each(Object.entries(REFUSED))('refuses %s', async (_name, bytes) => {
    const before = raw.received().length;
    const answer = await sendRaw(port, [bytes]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(raw.received().slice(before)).toBe('');
  });

  it.each(Object.entries(BROKEN_BODIES))('never takes for complete %s', async (_name, bytes) => {
    const before = raw.received().length;
    const answer = await sendRaw(port, [bytes]);
    expect(raw.received().slice(before)).not.toContain('/hidden');
    expect(raw.received().slice(before)).not.toContain('\r\n0\r\n\r\n');
    expect((answer.match(/HTTP\/1\.1 /g) ?? []).length).toBeLessThanOrEqual(1);
  });

  it('refuses CONNECT', async () => {
    expect(await sendRaw(port, ['CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n'])).toMatch(/^HTTP\/1\.1 405 /);
  });

  it('refuses a target over 8 KB with 414 and headers over 16 KB with 431', async () => {
    expect(await sendRaw(port, [`GET /${'a'.repeat(8_200)} HTTP/1.1\r\nHost: a\r\n\r\n`])).toMatch(/^HTTP\/1\.1 414 /);
    expect(await sendRaw(port, [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`])).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('hides nothing behind thousands of small headers', async () => {
    const many = Array.from({ length: 2_100 }, (_, n) => `${(n % 36).toString(36)}:`).join('\r\n');
    expect(await sendRaw(port, [`GET /outer HTTP/1.1\r\nHost: a\r\n${many}\r\nHost: b\r\n\r\n`])).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('sends an absolute target on as a path when its host is the right one', async () => {
    const answer = await sendRaw(port, ['GET http://a/absolute?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n']);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(raw.received()).toContain('GET /absolute?x=1 HTTP/1.1\r\n');
  });

  it('does not let a Connection header strip what the router adds or needs', async () => {
    const before = raw.received().length;
    await sendRaw(port, ['GET /strip HTTP/1.1\r\nHost: a\r\nX-Mine: 1\r\nConnection: close, X-Mine, X-Forwarded-For, Host\r\n\r\n']);
    const sent = raw.received().slice(before).toLowerCase();
    expect(sent).toContain('host: a\r\n');
    expect(sent).toContain('x-forwarded-for: 127.0.0.1\r\n');
    expect(sent).not.toContain('x-mine');
  });
});
