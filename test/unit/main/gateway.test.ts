/** The gateway over real connections: what it reads, what it refuses before reading, and what else it serves. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identify } from '../../../src/api/access.ts';
import { answerOfError } from '../../../src/contracts/http.ts';
import { BODY_BYTES_MAX } from '../../../src/contracts/limits.ts';
import { consoleFiles } from '../../../src/main/console-files.ts';
import { createGateway } from '../../../src/main/gateway.ts';
import { useLocalParts } from '../../../src/main/local.ts';
import { createOwnMetrics, type OwnMetrics } from '../../../src/main/own-metrics.ts';
import { createRequestBodies, FREE_BYTES, HELD_BYTES_MAX, type RequestBodies } from '../../../src/main/request-bodies.ts';
import { apiRig, withService, type ApiRig } from '../api/rig.ts';

let at: ApiRig;
let server: Server;
let bodies: RequestBodies;
let metrics: OwnMetrics;
let folder: string;
let address: string;
beforeEach(async () => {
  at = apiRig();
  await withService(at, 'catalog', 'shop');
  useLocalParts({ ports: at.ports, targets: {}, log: () => undefined });
  bodies = createRequestBodies();
  metrics = createOwnMetrics({ ports: () => at.ports, listeners: () => 3, heldBodyBytes: () => bodies.held() });
  folder = mkdtempSync(join(tmpdir(), 'slipway-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Slipway</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), `console.log(${JSON.stringify('x'.repeat(5000))})`);
  server = createGateway({
    bodies, origins: [], console: consoleFiles(folder), log: () => undefined, answered: (...request) => metrics.requested(...request), streamed: async () => false,
    refused: async (request) => {
      try {
        await identify(at.ports, request.headers.authorization);
        return null;
      } catch (error) {
        return answerOfError(error);
      }
    },
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  metrics.close();
  useLocalParts(undefined);
  server.closeAllConnections();
  await new Promise<void>((resolve) => { server.close(() => resolve()); });
  rmSync(folder, { recursive: true });
  await at.close();
});

/** Sends a head, then parts of a body for as long as they are taken; answers the first line of the answer. */
function flood(head: readonly string[], bytes: number): Promise<{ line: string; sent: number }> {
  return new Promise((resolve, reject) => {
    const part = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
    let sent = 0;
    let answer = '';
    const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      const more = (): void => {
        while (sent < bytes && !socket.destroyed) {
          sent += 0x10000;
          if (!socket.write(part)) return void socket.once('drain', more);
        }
      };
      more();
    });
    socket.on('data', (data: Buffer) => { answer += data.toString('latin1'); });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ line: answer.split('\r\n')[0] ?? '', sent }));
    socket.setTimeout(20_000, () => reject(new Error('no answer')));
  });
}
const CHUNKED = ['Host: api', 'Content-Type: application/json', 'Transfer-Encoding: chunked'];

describe('bodies', () => {
  it('of nobody are refused before they are read, whatever they say of their length', async () => {
    const floods = await Promise.all(Array.from({ length: 20 }, () => flood(['POST /v1/deployments HTTP/1.1', ...CHUNKED], 64 * 1024 * 1024)));
    expect(floods.map(({ line }) => line)).toEqual(floods.map(() => 'HTTP/1.1 401 Unauthorized'));
    expect(Math.max(...floods.map(({ sent }) => sent))).toBeLessThan(16 * 1024 * 1024);
    expect(bodies.held()).toBe(0);
  });

  it('that come from outside share the room of one: more are refused, and short ones still have room', async () => {
    const started = Array.from({ length: 20 }, () => flood(['POST /webhooks/github HTTP/1.1', ...CHUNKED], 64 * 1024 * 1024));
    let most = 0;
    const watch = setInterval(() => { most = Math.max(most, bodies.held()); }, 1);
    const short = await fetch(`${address}/webhooks/github`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    const lines = (await Promise.all(started)).map(({ line }) => line);
    clearInterval(watch);
    expect(short.status).toBe(401);
    expect(lines.filter((line) => /413|503/.test(line)).length).toBe(20);
    expect(most).toBeLessThanOrEqual(HELD_BYTES_MAX);
    expect(bodies.held()).toBe(0);
  });

  it('of the greatest length are taken, one by one, and leave nothing behind', async () => {
    const body = JSON.stringify({ url: 'x'.repeat(BODY_BYTES_MAX - 100) });
    for (let times = 0; times < 3; times += 1) expect((await fetch(`${address}/v1/repositories`, { method: 'POST', body, headers: { 'content-type': 'application/json', authorization: 'Bearer owner' } })).status).toBe(400);
    expect((await fetch(`${address}/v1/repositories`, { method: 'POST', body: 'x'.repeat(BODY_BYTES_MAX + 1), headers: { authorization: 'Bearer owner' } })).status).toBe(413);
    expect(bodies.held()).toBe(0);
    expect(FREE_BYTES).toBeLessThan(HELD_BYTES_MAX);
  });

  it('that are broken off leave nothing behind', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write(`POST /webhooks/github HTTP/1.1\r\nHost: api\r\nContent-Length: ${4 * 1024 * 1024}\r\n\r\n${'x'.repeat(100_000)}`);
        setTimeout(() => socket.destroy(), 50);
      });
      socket.on('close', () => resolve());
    });
    for (let tries = 0; bodies.held() > 0 && tries < 1000; tries += 1) await new Promise((resolve) => { setTimeout(resolve, 5); });
    expect(bodies.held()).toBe(0);
  });
});

it('every refusal is a problem document', async () => {
  for (const [method, path, status] of [['GET', '/nothing', 404], ['GET', '/webhooks/github', 405], ['DELETE', '/slack', 405], ['GET', '/v1/services', 401], ['PATCH', '/v1/services', 401]] as const) {
    const answer = await fetch(address + path, { method });
    expect({ path, status: answer.status, type: answer.headers.get('content-type') }).toEqual({ path, status, type: 'application/problem+json' });
    expect(await answer.json()).toMatchObject({ status });
  }
});

it('methods that nobody takes, and what is no HTTP, are refused the same way', async () => {
  const raw = (text: string): Promise<string> => new Promise((resolve) => {
    let answer = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data: Buffer) => { answer += data.toString('latin1'); }).on('error', () => undefined).on('close', () => resolve(answer));
  });
  expect(await raw('TRACE /v1/services HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer owner\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 [^]*"status":405/);
  expect(await raw(`GET /v1/services?cursor=${'a'.repeat(40_000)} HTTP/1.1\r\nHost: api\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 [^]*problem\+json[^]*"status":431/);
  expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"status":400/);
});

it('who begins a request and does not go on is cut off within seconds', async () => {
  const since = performance.now();
  const answer = await new Promise<string>((resolve) => {
    let said = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: '));
    socket.setEncoding('utf8').on('data', (part) => { said += part; }).on('close', () => resolve(said));
  });
  expect([answer.split('\r\n')[0], performance.now() - since < 25_000]).toEqual(['HTTP/1.1 408 Request Timeout', true]);
}, 60_000);

it('compressed answers come as bytes, beside what else an answer depends on', async () => {
  const answer = await fetch(`${address}/v1/openapi.json`, { headers: { 'accept-encoding': 'gzip' } });
  const length = Number(answer.headers.get('content-length'));
  const text = await answer.text();
  expect([answer.headers.get('content-encoding'), answer.headers.get('vary'), length < text.length / 4, (JSON.parse(text) as { openapi: string }).openapi]).toEqual(['gzip', 'accept-encoding', true, '3.1.0']);
});

describe('the console', () => {
  const html = { headers: { accept: 'text/html' } };

  it('is served with headers that let nothing else in', async () => {
    const page = await fetch(`${address}/`);
    expect({ status: page.status, type: page.headers.get('content-type'), cache: page.headers.get('cache-control'), frame: page.headers.get('content-security-policy') }).toEqual({ status: 200, type: 'text/html; charset=utf-8', cache: 'no-cache', frame: expect.stringContaining("default-src 'none'") });
    expect((await fetch(`${address}/`, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })).status).toBe(304);
    const script = await fetch(`${address}/assets/app-1a2b.js`);
    expect([script.headers.get('cache-control'), script.headers.get('content-encoding'), Number(script.headers.get('content-length')) < 500]).toEqual(['public, max-age=31536000, immutable', 'gzip', true]);
    expect((await script.text()).length).toBeGreaterThan(5000);
  });

  it('answers pages of its own with the one document, and nothing outside its folder', async () => {
    expect(await (await fetch(`${address}/services/catalog`, html)).text()).toContain('<title>Slipway</title>');
    for (const path of ['/assets/none.js', '/..%2f..%2fetc/passwd', '/%2e%2e/index.html.bak']) expect((await fetch(address + path)).status).toBe(404);
    expect((await fetch(`${address}/v1/nothing`, html)).status).toBe(401);
    expect((await fetch(`${address}/`, { method: 'POST' })).status).toBe(404);
  });

  it('that was not built is nothing', () => {
    expect(consoleFiles(join(folder, 'none')).serve({ method: 'GET', url: '/', headers: {} } as never, {} as never)).toBe(false);
  });
});

describe('metrics of the control plane', () => {
  it('count requests by operation, and paths that nobody knows as none', async () => {
    for (const path of ['/v1/services/catalog', '/v1/services/other', '/v1/a', '/v1/b']) await fetch(address + path, { headers: { authorization: 'Bearer owner' } });
    const text = await metrics.text();
    expect(text).toContain('slipway_http_requests_total{operation="readService",status="200"} 1\nslipway_http_requests_total{operation="readService",status="404"} 1\nslipway_http_requests_total{operation="none",status="404"} 2');
    expect(text).toContain('slipway_http_request_seconds_count{operation="readService"} 2');
    expect(text).toMatch(/slipway_pipelines_running 1\n/);
    expect(text).toMatch(/slipway_outbox_items \d+\n/);
    expect(text).toContain('slipway_listeners 3');
  });

  it('are in the form that Prometheus reads', async () => {
    await fetch(`${address}/v1/services`, { headers: { authorization: 'Bearer owner' } });
    for (const line of (await metrics.text()).trimEnd().split('\n')) expect(line).toMatch(/^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? [\d.e+-]+)$/);
  });
});
