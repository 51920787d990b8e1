import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalHttpChecks, createHttpChecks } from '../../../../src/adapters/local/http-checks.ts';
import { Test } from '../../../../src/domain/manifest.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

let checks: LocalHttpChecks;
let closing: (() => Promise<unknown>)[];
beforeEach(() => {
  checks = createHttpChecks();
  closing = [() => checks.close()];
});
afterEach(async () => {
  for (const close of closing) await close();
});

async function serve(handle: Handle): Promise<string> {
  const server: Server = createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const check = (http: unknown) => {
  const { http: parsed } = Test.parse({ name: 'a check', http });
  if (parsed === undefined) throw new Error('no http');
  return parsed;
};

describe('an HTTP check', () => {
  it('sends what it says and passes when all is as expected', async () => {
    const seen: unknown[] = [];
    const base = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        seen.push([request.method, request.url, request.headers['x-team'], Buffer.concat(chunks).toString()]);
        response.writeHead(201, { 'Content-Type': 'application/json', 'Set-Cookie': ['a=1', 'b=2'] }).end('{"made":"pen"}');
      });
    });
    const outcome = await checks.run(`${base}/shop/`, check({ method: 'POST', path: '/products?limit=1', headers: { 'x-team': 'shop' }, body: '{"name":"pen"}', expect: { status: 201, body: '"pen"', header: { 'content-type': 'application/json', 'Set-Cookie': 'b=2' }, within: '60s' } }), 60);
    expect(outcome).toMatchObject({ passed: true, detail: expect.stringContaining('201') });
    expect(seen).toEqual([['POST', '/shop/products?limit=1', 'shop', '{"name":"pen"}']]);
  });

  it.each([
    ['status', { status: 204 }, 'expected status 204, got 200'],
    ['body', { body: 'needle' }, '"needle"'],
    ['header', { header: { 'x-kind': 'other' } }, 'expected header x-kind: other, got one'],
    ['missing header', { header: { 'x-none': 'some' } }, 'expected header x-none: some, got none'],
  ])('fails on another %s, and says expected, got and the body', async (_what, expectation, message) => {
    const base = await serve((_request, response) => void response.setHeader('x-kind', 'one').end(`hay\u001b[31m${'y'.repeat(600)}`));
    const outcome = await checks.run(base, check({ path: '/', expect: expectation }), 60);
    expect(outcome).toMatchObject({ passed: false, detail: expect.stringContaining(message) });
    expect(outcome.detail).toContain('The body begins: hay\\u001b[31m');
    expect(outcome.detail).toContain('y'.repeat(400));
    expect(outcome.detail).not.toContain('y'.repeat(500));
  });

  it('names all differences at once', async () => {
    const base = await serve((_request, response) => void response.writeHead(500).end());
    const { detail } = await checks.run(base, check({ path: '/', expect: { status: 200, body: 'ok', header: { a: 'b' } } }), 60);
    for (const part of ['got 500', 'header a', '"ok"', '(empty)']) expect(detail).toContain(part);
  });

  it('fails when the answer comes, but later than expected', async () => {
    const base = await serve((_request, response) => void setTimeout(() => response.end('ok'), 120));
    expect(await checks.run(base, check({ path: '/', expect: { within: '50ms' } }), 60)).toMatchObject({ passed: false, detail: expect.stringContaining('within 0.05 s') });
  });

  it.each<[string, Handle]>([
    ['no answer', () => undefined],
    ['a body that never ends', (_request, response) => void response.write('begun')],
  ])('fails at its time limit with %s', async (_what, handle) => {
    const base = await serve(handle);
    const outcome = await checks.run(base, check({ path: '/' }), 0.3);
    expect(outcome).toMatchObject({ passed: false, detail: expect.stringContaining('within 0.3 s') });
    expect(outcome.seconds).toBeGreaterThan(0.25);
  });

  it('follows no redirect', async () => {
    const paths: unknown[] = [];
    const base = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await checks.run(base, check({ path: '/' }), 60)).toMatchObject({ passed: false, detail: expect.stringContaining('to /elsewhere') });
    expect(await checks.run(base, check({ path: '/', expect: { status: 302 } }), 60)).toMatchObject({ passed: true });
    expect(paths).toEqual(['/', '/']);
  });

  it('reads so much of a body and no more', async () => {
    const base = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const endless = await checks.run(base, check({ path: '/', expect: { body: 'needle' } }), 60);
    expect(endless).toMatchObject({ passed: false, detail: expect.stringContaining('first 1048576 bytes') });
    expect(await checks.run(base, check({ path: '/', expect: { body: 'xxx' } }), 60)).toMatchObject({ passed: true });
  });

  it('stays where the service is', async () => {
    const hosts: unknown[] = [];
    const base = await serve((request, response) => {
      hosts.push(request.url);
      response.end();
    });
    for (const path of ['//other.example/x', '/@other.example', '/\\other.example', '/../../x']) expect(await checks.run(base, check({ path }), 60)).toMatchObject({ passed: true });
    expect(hosts).toHaveLength(4);
    const unparsed = { ...check({ path: '/' }), path: '.other.example/x' };
    expect(await checks.run(base, unparsed, 60)).toMatchObject({ passed: false, detail: expect.stringContaining('nothing was asked') });
    expect(hosts).toHaveLength(4);
  });

  it('says what is wrong where nobody answers, or not in HTTP', async () => {
    const server = createTcpServer((socket: Socket) => void socket.on('error', () => undefined).resume().end('SSH-2.0-x\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await checks.run(`http://127.0.0.1:${port}`, check({ path: '/' }), 60)).toMatchObject({ passed: false, detail: expect.stringContaining('HPE_') });
    server.close();
    await once(server, 'close');
    expect(await checks.run(`http://127.0.0.1:${port}`, check({ path: '/' }), 60)).toMatchObject({ passed: false, detail: expect.stringContaining('ECONNREFUSED') });
    for (const address of ['ftp://127.0.0.1', 'nonsense', '']) expect(await checks.run(address, check({ path: '/' }), 60)).toMatchObject({ passed: false, detail: expect.stringContaining('no http or https address') });
  });

  it.each([{ 'transfer-encoding': 'chunked' }, { 'content-length': '99' }, { 'x-bad': 'a\r\nb' }])('fails and does not throw for headers %j that cannot be sent', async (headers) => {
    const base = await serve((_request, response) => void response.end());
    expect(await checks.run(base, check({ path: '/', method: 'POST', headers, body: 'x' }), 60)).toMatchObject({ passed: false });
  });
});
