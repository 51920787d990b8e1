/** The fast path understands a request as node:http does, or leaves it alone. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Body } from '../../../src/router/fast/body.ts';
import { readSimpleRequest } from '../../../src/router/fast/request-head.ts';
import { routeOf, upstreamsOf } from './route.ts';
import { type Instance, type RouterRig, sendRaw, startInstance, startRouterProcess } from './rig.ts';

const oddBytes = fc.constantFrom(' ', '\t', '\r', '\n', '\0', '\x0b', '\x7f', '\x80', '\xff', ':', ',', ';', '"', '(', '@', '#', '\\', '%', '{', 'é');
const odd = <T extends string>(usual: fc.Arbitrary<T>) => fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: fc.tuple(usual, oddBytes, usual).map((parts) => parts.join('')) });
const name = odd(fc.constantFrom('X-One', 'accept', 'COOKIE', 'x-forwarded-for', 'X-Forwarded-Host', 'x-forwarded-proto', 'Keep-Alive', 'x-slipway-revision', 'Referer', 'if-none-match', 'Range', 'authorization', 'user-agent'));
const rareName = fc.constantFrom('Host', 'Connection', 'Content-Length', 'Transfer-Encoding', 'Expect', 'Upgrade', 'TE', 'Trailer', 'Proxy-Connection', 'HTTP2-Settings', 'host ', ' host', '');
const value = odd(fc.constantFrom('', '1', 'a b', 'close', 'keep-alive', '0', 'chunked', 'a=1; b="2"', '10.0.0.1, 10.0.0.2', 'W/"x"', 'bytes=0-4', '*/*;q=0.8'));
const colon = fc.constantFrom(':', ': ', ':\t', ':   ', ': ', ': ', ': ', ' : ');
const ending = fc.oneof({ weight: 30, arbitrary: fc.constant('\r\n') }, { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\r\r\n', '\r\n ', '\r\n\t', ' \r\n') });
const line = fc.tuple(fc.oneof({ weight: 10, arbitrary: name }, { weight: 1, arbitrary: rareName }), colon, value, ending).map((parts) => parts.join(''));
const target = odd(fc.constantFrom('/', '/a', '/a/b?c=d&e', '/%41', '/a;b', '//x', '/a?http://b', '*', 'http://a/', '/../x', '/a[0]', '/~a!$\'()*+,', 'a'));
const method = odd(fc.oneof({ weight: 10, arbitrary: fc.constantFrom('GET', 'HEAD') }, { weight: 1, arbitrary: fc.constantFrom('get', 'OPTIONS', 'DELETE', 'GETS', '') }));
const version = odd(fc.oneof({ weight: 20, arbitrary: fc.constant('HTTP/1.1') }, { weight: 1, arbitrary: fc.constantFrom('HTTP/1.0', 'http/1.1', 'HTTP/1.2', '') }));
const host = fc.oneof({ weight: 20, arbitrary: fc.constantFrom('Host: a\r\n', 'hOST:a:80\r\n') }, { weight: 1, arbitrary: fc.constantFrom('', 'Host: a\r\nHost: a\r\n', 'Host: a b\r\n', 'Host: a/b\r\n', 'Host:\r\n') });
const head = fc
  .tuple(method, target, version, ending, host, fc.array(line, { maxLength: 5 }), fc.boolean())
  .map(([verb, path, protocol, end, hosts, lines, hostFirst]) => `${verb} ${path} ${protocol}${end}${hostFirst ? hosts + lines.join('') : lines.join('') + hosts}X-Look: @\r\n\r\n`);

const LAST = /^[A-Z]+ \S+ HTTP\/1\.0\r\n|\nconnection:[ \t]*close[ \t]*\r\n/i;
const RULES = { forwarded: 'append', headBytes: 8_192, urlBytes: 8_192 } as const;
const isSimple = (bytes: string): boolean => readSimpleRequest(Buffer.from(bytes, 'latin1'), undefined, '127.0.0.1', RULES) !== undefined;

describe('fast path beside node:http', () => {
  const rigs: RouterRig[] = [];
  let instance: Instance;
  let ports: number[] = [];
  let seen: unknown[] = [];
  let looks = 0;
  beforeAll(async () => {
    instance = await startInstance((request, response) => {
      // What was sent for an earlier look and comes late is not this one's.
      if (request.headers['x-look'] !== String(looks)) return void response.end('late');
      const pairs: string[] = [];
      for (let index = 0; index < request.rawHeaders.length; index += 2) {
        const header = String(request.rawHeaders[index]).toLowerCase();
        // About one connection to the instance only: undici closes its own after a HEAD.
        if (header !== 'connection' && header !== 'x-look') pairs.push(`${header}=${request.rawHeaders[index + 1]}`);
      }
      seen.push({ method: request.method, url: request.url, headers: pairs.toSorted() });
      response.end('ok');
    });
    for (const fastPath of [true, false]) {
      const rig = await startRouterProcess({ fastPath });
      rigs.push(rig);
      ports.push((await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', instance.port]) }))).port);
    }
  });
  afterAll(async () => {
    for (const rig of rigs) await rig.close();
    await instance.close();
  });

  const look = async (port: number, bytes: string) => {
    seen = [];
    looks++;
    // What follows shows where the request ended: an end that is seen elsewhere shows as one request more or less. Behind
    // the last request of a connection node:http finds it a fault, the fast path nothing at all: there it is left out.
    const next = LAST.test(bytes) ? '' : 'GET /next HTTP/1.1\r\nHost: a\r\nX-Look: @\r\nConnection: close\r\n\r\n';
    const text = await sendRaw(port, [(bytes + next).replaceAll('X-Look: @', `X-Look: ${looks}`)]);
    // node:http has both under way at the same time, so they arrive in any order.
    return { statuses: text.match(/HTTP\/1\.1 \d+(?= )/g), seen: seen.map((one) => JSON.stringify(one)).toSorted() };
  };

  it('sends on the same of 1,000 random heads, and answers the same', async () => {
    let simple = 0;
    const samples = fc.sample(head, { numRuns: 1_000, seed: 20_261_120 });
    for (const bytes of samples) {
      const taken = isSimple(bytes);
      if (taken) simple++;
      const [fast, slow] = [await look(ports[0] as number, bytes), await look(ports[1] as number, bytes)];
      // When node:http refuses what comes behind a request, whether that one has reached the instance by then is a race.
      const raced = !taken && fast.statuses?.at(-1) === 'HTTP/1.1 400';
      expect({ bytes, ...fast, seen: raced ? 'a race' : fast.seen }).toEqual({ bytes, ...slow, seen: raced ? 'a race' : slow.seen });
    }
    // The samples are of use only when many are of either kind.
    expect(simple).toBeGreaterThan(150);
    expect(samples.length - simple).toBeGreaterThan(150);
  });

  it('finds the end of any chunked body, however it is cut, and sends on what it got', () => {
    const chunk = fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((text) => Buffer.from(text)), fc.constantFrom('', ';a', ';a="b c"'), fc.constantFrom('', '00'));
    const trailers = fc.constantFrom('', 'X-Sum: 1\r\n', 'A: 1\r\nB: 2\r\n');
    fc.assert(fc.property(fc.array(chunk, { maxLength: 6 }), trailers, fc.array(fc.nat(400), { maxLength: 8 }), fc.constantFrom('', 'HTTP/1.1 200 OK'), (chunks, trailer, cuts, excess) => {
      const body = Buffer.concat([...chunks.flatMap(([data, extension, zeros]) => [Buffer.from(`${zeros}${data.length.toString(16)}${extension}\r\n`), data, Buffer.from('\r\n')]), Buffer.from(`0\r\n${trailer}\r\n`)]);
      const all = Buffer.concat([body, Buffer.from(excess)]);
      const reader = new Body('chunked', 0);
      const out: Buffer[] = [];
      const sink = { write: (data: string | Buffer) => void out.push(Buffer.from(data as string, 'latin1')), writeTogether: (write: () => void) => write() };
      const edges = [0, ...cuts.map((cut) => Math.min(cut, body.length - 1)).toSorted((a, b) => a - b), all.length];
      for (let index = 1; index < edges.length; index++) {
        const piece = all.subarray(edges[index - 1], edges[index]);
        expect(reader.done).toBe(false);
        expect(reader.take(piece, 0, piece.length)).toBe(true);
        reader.write(sink, piece, 0);
      }
      expect(reader.done).toBe(true);
      expect(reader.excess).toBe(excess !== '');
      expect(Buffer.concat(out).equals(body)).toBe(true);
    }), { seed: 7 });
  });
});
