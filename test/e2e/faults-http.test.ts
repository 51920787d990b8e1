/** Bodies, signatures and tokens that are not as they should be. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { BODY_BYTES_MAX } from '../../src/contracts/limits.ts';
import { Installation } from './rig/installation.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

/** Sends bytes as they are; answers all that came back until the connection closed. */
const raw = (...parts: (string | Buffer)[]): Promise<string> => new Promise((resolve, reject) => {
  const { hostname, port } = new URL(at.client.address);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (data) => { answer += data.toString(); });
  socket.on('close', () => resolve(answer));
  socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(answer) : reject(error)));
  socket.setTimeout(20_000, () => reject(new Error(`no end of the answer: ${answer}`)));
  for (const part of parts) socket.write(part);
});

const post = (path: string, body: string, headers: Record<string, string>) => fetch(at.client.address + path, { method: 'POST', body, headers });
const signed = (body: string) => `sha256=${createHmac('sha256', readFileSync(at.client.home.webhookSecret, 'utf8').trim()).update(body).digest('hex')}`;

it.each(['/webhooks/github', '/slack', '/v1/repositories'])('%s: a body over the cap is refused by its length before it is read', async (path) => {
  const authorization = `authorization: Bearer ${readFileSync(at.client.home.token, 'utf8').trim()}\r\n`;
  const answer = await raw(`POST ${path} HTTP/1.1\r\nhost: x\r\n${authorization}content-length: ${BODY_BYTES_MAX + 1}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
});

it('a body of somebody who shows no token is not read at all', async () => {
  expect(await raw(`POST /v1/repositories HTTP/1.1\r\nhost: x\r\ncontent-length: ${1024 ** 3}\r\n\r\n`)).toMatch(/^HTTP\/1.1 401 /);
});

it('a chunked body is cut off once it is over the cap', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const framed = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
  expect(await raw('POST /webhooks/github HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n', ...Array.from({ length: 7 }, () => framed))).toMatch(/^HTTP\/1.1 413 |^$/);
  expect((await fetch(`${at.client.address}/health`)).ok).toBe(true);
});

it.each<{ what: string; body: string; headers: (body: string) => Record<string, string>; status: number }>([
  { what: 'no signature', body: '{}', headers: () => ({ 'x-github-event': 'push', 'x-github-delivery': 'a' }), status: 401 },
  { what: 'a wrong signature', body: '{}', headers: () => ({ 'x-github-event': 'push', 'x-github-delivery': 'a', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }), status: 401 },
  { what: 'the signature of another body', body: '{}', headers: () => ({ 'x-github-event': 'push', 'x-github-delivery': 'a', 'x-hub-signature-256': signed('{} ') }), status: 401 },
  { what: 'a malformed signature', body: '{}', headers: () => ({ 'x-github-event': 'push', 'x-github-delivery': 'a', 'x-hub-signature-256': 'sha256=xyz' }), status: 401 },
  { what: 'no JSON', body: '{', headers: (body) => ({ 'x-github-event': 'push', 'x-github-delivery': 'a', 'x-hub-signature-256': signed(body) }), status: 400 },
  { what: 'JSON that is no push', body: '[]', headers: (body) => ({ 'x-github-event': 'push', 'x-github-delivery': 'a', 'x-hub-signature-256': signed(body) }), status: 400 },
  { what: 'no delivery id', body: '{}', headers: (body) => ({ 'x-github-event': 'push', 'x-hub-signature-256': signed(body) }), status: 400 },
  { what: 'a delivery id that is a path', body: '{}', headers: (body) => ({ 'x-github-event': 'push', 'x-github-delivery': '../../etc/passwd', 'x-hub-signature-256': signed(body) }), status: 400 },
  { what: 'an endless delivery id', body: '{}', headers: (body) => ({ 'x-github-event': 'push', 'x-github-delivery': 'a'.repeat(5000), 'x-hub-signature-256': signed(body) }), status: 400 },
])('a webhook with $what is answered $status', async ({ body, headers, status }) => {
  const answer = await post('/webhooks/github', body, headers(body));
  expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining({ status, detail: expect.any(String) })]);
  expect(await at.client.deliveries()).toEqual([]);
});

it('the API wants its token, and tells the world nothing without', async () => {
  for (const token of [null, 'wrong', `slp_${'a'.repeat(52)}`, 'a'.repeat(5000)]) {
    for (const path of ['/v1/services', '/v1/alerts', '/v1/repositories', '/v1/nothing']) expect((await at.client.ask('GET', path, undefined, token)).status).toBe(401);
  }
  expect(statSync(at.client.home.token).mode & 0o777).toBe(0o600);
  expect(new URL(at.client.address).hostname).toBe('127.0.0.1');
});

it.each([
  { method: 'POST', path: '/v1/repositories', body: { url: 5 }, status: 400, says: 'url' },
  { method: 'POST', path: '/v1/repositories', body: { url: 'x', more: 1 }, status: 400, says: 'more' },
  { method: 'POST', path: '/v1/repositories', body: { url: '--upload-pack=evil' }, status: 400, says: '' },
  { method: 'POST', path: '/v1/repositories', body: { url: 'ext::sh -c id' }, status: 400, says: '' },
  { method: 'GET', path: '/v1/services/..%2f..%2fetc', body: undefined, status: 400, says: '' },
  { method: 'GET', path: '/v1/services/nobody', body: undefined, status: 404, says: 'nobody' },
  { method: 'GET', path: '/v1/pipelines/nobody-1', body: undefined, status: 404, says: 'nobody-1' },
  { method: 'POST', path: '/v1/pipelines/nobody-1/cancel', body: {}, status: 404, says: 'nobody-1' },
  { method: 'POST', path: '/v1/services/nobody/environments/production/scale', body: { instances: 1 }, status: 404, says: 'never deployed' },
  { method: 'GET', path: '/v1/deliveries?limit=100000', body: undefined, status: 400, says: 'limit' },
  { method: 'DELETE', path: '/v1/services', body: undefined, status: 405, says: '' },
])('$method $path with $body is answered $status', async ({ method, path, body, status, says }) => {
  const answer = await at.client.ask(method, path, body);
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(says)]);
});

it('no JSON is answered 400, in words', async () => {
  const answer = await fetch(`${at.client.address}/v1/repositories`, { method: 'POST', body: '{"url":', headers: { 'content-type': 'application/json', authorization: `Bearer ${readFileSync(at.client.home.token, 'utf8').trim()}` } });
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('no JSON')]);
});
