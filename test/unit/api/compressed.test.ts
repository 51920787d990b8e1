/** Answers in the coding that whoever asks takes, and their tags. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { apiHandler } from '../../../src/api/app.ts';
import { compressed } from '../../../src/api/compressed.ts';
import { HttpEvent, json, type HttpAnswer } from '../../../src/contracts/http.ts';
import { apiRig, withService, type ApiRig } from './rig.ts';

let at: ApiRig;
beforeEach(async () => {
  at = apiRig();
  await withService(at, 'catalog', 'shop');
});
afterEach(() => at.close());

const GZIP = { 'accept-encoding': 'gzip, deflate, br' };
const ask = (method: string, rawPath: string, headers: Record<string, string> = {}, body?: unknown): Promise<HttpAnswer> =>
  apiHandler(at.ports)(HttpEvent.parse({ rawPath, headers: { authorization: 'Bearer owner', ...headers }, requestContext: { http: { method } }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }));
const textOf = ({ body, isBase64Encoded }: HttpAnswer): string => (isBase64Encoded === true ? gunzipSync(Buffer.from(body, 'base64')).toString() : body);

it('a long answer is compressed for who takes it, and is the same', async () => {
  const [plain, short] = [await ask('GET', '/v1/openapi.json'), await ask('GET', '/v1/openapi.json', GZIP)];
  expect([plain.headers['content-encoding'], plain.headers['vary'], short.headers['content-encoding'], short.headers['vary']]).toEqual([undefined, 'accept-encoding', 'gzip', 'accept-encoding']);
  expect(textOf(short)).toBe(plain.body);
  expect(Buffer.from(short.body, 'base64').length).toBeLessThan(plain.body.length / 4);
});

it.each(['', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000, br'])('"%s" takes none', async (accepts) => {
  expect((await ask('GET', '/v1/openapi.json', { 'accept-encoding': accepts })).headers['content-encoding']).toBeUndefined();
});

it('what is short, refused or secret is sent as it is', async () => {
  const long = 'x'.repeat(5000);
  expect((await ask('GET', '/v1/me', GZIP)).headers['content-encoding']).toBeUndefined();
  expect((await ask('GET', '/v1/services/nobody', GZIP)).headers['content-encoding']).toBeUndefined();
  for (const answer of [json(404, long), { ...json(200, long), headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } }]) {
    expect(await compressed(async () => answer)(HttpEvent.parse({ rawPath: '/', headers: GZIP, requestContext: { http: { method: 'GET' } } }))).toEqual(answer);
  }
});

it('the two codings have tags of their own; either one answers whether it is still so, and either one guards a change', async () => {
  const [plain, short] = [await ask('GET', '/v1/openapi.json'), await ask('GET', '/v1/openapi.json', GZIP)];
  const [tag = '', marked = ''] = [plain.headers['etag'], short.headers['etag']];
  expect([marked === tag, marked.startsWith('"'), marked.endsWith('"')]).toEqual([false, true, true]);
  for (const known of [tag, marked, `W/${marked}`]) {
    const again = await ask('GET', '/v1/openapi.json', { ...GZIP, 'if-none-match': known });
    expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', known === tag ? tag : marked]);
  }
  const place = '/v1/services/catalog/environments/production';
  const { headers } = await ask('GET', `${place}/desired`, GZIP);
  expect((await ask('POST', `${place}/pause`, { 'content-type': 'application/json', 'if-match': '"another-gzip"' }, {})).statusCode).toBe(412);
  expect((await ask('POST', `${place}/pause`, { 'content-type': 'application/json', 'if-match': (headers['etag'] ?? '').replace(/(?:-gzip)?"$/, '-gzip"') }, {})).statusCode).toBe(200);
});
