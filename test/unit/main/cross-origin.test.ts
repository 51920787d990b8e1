/** Questions of browsers from other origins: exact ones only, none unless named, and preflights that say nothing of who is who. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localConfig } from '../../../src/config.ts';
import { CORS_HEADERS, crossOrigin } from '../../../src/main/cross-origin.ts';
import { extensions } from '../functions/serverless-files.ts';

const CONSOLE = 'https://console.example.com';
let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => { if (server === undefined) resolve(); else server.close(() => resolve()); server?.closeAllConnections(); }));

/** A gateway that answers all that is no preflight with 401, as it does to whoever is nobody. */
async function asked(origins: readonly string[], method: string, path: string, headers: Record<string, string>) {
  server = createServer((request, response) => { if (!crossOrigin(origins, request, response)) response.writeHead(401, { 'content-type': 'text/plain' }).end('nobody'); });
  await new Promise<void>((resolve) => { server?.listen(0, '127.0.0.1', resolve); });
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method, headers });
  await response.text();
  return { status: response.status, allowed: response.headers.get('access-control-allow-origin'), headers: response.headers };
}
const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' };

describe('a preflight', () => {
  it('of a named origin is answered without identity', async () => {
    const { status, allowed, headers } = await asked([CONSOLE], 'OPTIONS', '/v1/services', { origin: CONSOLE, ...PREFLIGHT });
    expect([status, allowed, headers.get('vary'), headers.get('access-control-allow-credentials')]).toEqual([204, CONSOLE, 'Origin', null]);
    expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, PUT, DELETE');
    expect(headers.get('access-control-allow-headers')?.split(', ')).toEqual(expect.arrayContaining(['authorization', 'content-type', 'if-match', 'idempotency-key', 'last-event-id']));
  });

  it.each([
    ['none is named', [], CONSOLE], ['another scheme', [CONSOLE], 'http://console.example.com'], ['another port', [CONSOLE], `${CONSOLE}:8443`], ['a longer name', [CONSOLE], `${CONSOLE}.evil.example`], ['a name before it', [CONSOLE], 'https://evil-console.example.com'],
    ['another case', [CONSOLE], 'https://Console.example.com'], ['null', [CONSOLE], 'null'], ['a path behind it', [CONSOLE], `${CONSOLE}/`],
  ])('is given nothing: %s', async (_what, origins, origin) => {
    const { status, allowed, headers } = await asked(origins, 'OPTIONS', '/v1/services', { origin, ...PREFLIGHT });
    expect([status, allowed, headers.get('access-control-allow-methods')]).toEqual([204, null, null]);
  });
});

describe('an answer', () => {
  it('may be read by a page of a named origin, refusals too, with the headers that the console reads', async () => {
    const { status, allowed, headers } = await asked([CONSOLE], 'GET', '/v1/services', { origin: CONSOLE });
    expect([status, allowed]).toEqual([401, CONSOLE]);
    expect(headers.get('access-control-expose-headers')?.split(', ')).toEqual(expect.arrayContaining(['etag', 'link', 'retry-after']));
  });

  it.each([['of another origin', [CONSOLE], '/v1/services', 'https://evil.example'], ['outside the API', [CONSOLE], '/slack', CONSOLE], ['where none is named', [], '/v1/services', CONSOLE]])('may not: %s', async (_what, origins, path, origin) => {
    expect(await asked(origins, 'GET', path, { origin })).toMatchObject({ status: 401, allowed: null });
  });

  it('is kept by no cache for another origin', async () => {
    expect((await asked([CONSOLE], 'GET', '/v1/services', { origin: 'https://evil.example' })).headers.get('vary')).toBe('Origin');
  });
});

it('the setting takes exact origins, and nothing that could match more', () => {
  expect(localConfig({}).consoleOrigins).toEqual([]);
  expect(localConfig({ SLIPWAY_CONSOLE_ORIGINS: `${CONSOLE},http://127.0.0.1:5173` }).consoleOrigins).toEqual([CONSOLE, 'http://127.0.0.1:5173']);
  for (const wrong of ['*', 'https://*.example.com', `${CONSOLE}/`, 'console.example.com', 'null', 'https://console.example.com:443', 'http://console.example.com', 'https://me:secret@console.example.com', 'file:///']) expect(() => localConfig({ SLIPWAY_CONSOLE_ORIGINS: wrong })).toThrow('SLIPWAY_CONSOLE_ORIGINS');
});

it('on AWS the gateway says the same, and only where origins are named', () => {
  const cors = (extensions['HttpApi'] as { Properties: { CorsConfiguration: { 'Fn::If': [string, Record<string, unknown>, unknown] } } }).Properties.CorsConfiguration['Fn::If'];
  expect(cors[0]).toBe('HasConsoleOrigins');
  expect(cors[1]).toEqual({ AllowOrigins: { 'Fn::Split': [',', '${param:consoleOrigins}'] }, AllowMethods: [...CORS_HEADERS.methods], AllowHeaders: [...CORS_HEADERS.asked], ExposeHeaders: [...CORS_HEADERS.shown], AllowCredentials: false, MaxAge: CORS_HEADERS.maxAgeSeconds });
  expect(cors[2]).toEqual({ Ref: 'AWS::NoValue' });
});
