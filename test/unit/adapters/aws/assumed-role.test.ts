/** Calls as the role of an environment, against an STS of this process. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callsByAccess } from '../../../../src/adapters/aws/calls/assumed-role.ts';
import { type Access, readerOf } from '../../../../src/domain/access.ts';
import { fakeClock } from '../../../fakes/clock.ts';

const ROLE = 'arn:aws:iam::210987654321:role/slipway-production';
const access = (overrides: Partial<Access> = {}): Access => ({ account: null, region: null, role: ROLE, externalId: 'shop-7', ...overrides });
const START = Date.UTC(2026, 4, 4, 6, 30);

interface Seen { readonly service: string; readonly region: string; readonly key: string; readonly token: string | undefined; readonly body: string }
let server: Server;
let seen: Seen[] = [];
/** What STS answers, and how often it was asked. */
let sts: { status: number; body: (asked: number) => string };
let clock: ReturnType<typeof fakeClock>;
let asked = 0;

const credentials = (number: number, expiration: string): string => `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA${number}</AccessKeyId><SecretAccessKey>a&amp;b/${number}</SecretAccessKey><SessionToken>of ${number}</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const refusal = (code: string): string => `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const [, key = '', region = '', service = ''] = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
      seen.push({ service, region, key, token: request.headers['x-amz-security-token'] as string | undefined, body: Buffer.concat(parts).toString() });
      if (service !== 'sts') return void response.end('{}');
      asked += 1;
      response.writeHead(sts.status).end(sts.body(asked));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());
beforeEach(() => {
  [seen, asked, clock] = [[], 0, fakeClock(START)];
  sts = { status: 200, body: (number) => credentials(number, new Date(clock.now() + 3_600_000).toISOString()) };
});

const connect = () => callsByAccess({ own: { region: 'eu-central-1', credentials: { accessKeyId: 'AKIDOWN', secretAccessKey: 'own' }, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pause: async () => undefined }, session: 'slipway-judge', clock });
const request = { service: 'logs', path: '/', headers: {}, body: '{}', timeoutMs: 5000 } as const;
const of = (service: string) => seen.filter((one) => one.service === service);

describe('a call for an environment', () => {
  it('without a role is the function\'s own, in the region of the environment', async () => {
    await connect()(null)(request);
    await connect()(access({ role: null, externalId: null, region: 'eu-west-1' }))(request);
    expect(of('logs')).toMatchObject([{ key: 'AKIDOWN', region: 'eu-central-1' }, { key: 'AKIDOWN', region: 'eu-west-1' }]);
    expect(of('sts')).toEqual([]);
  });

  it('is made as its role, which is assumed once for many calls, with the external id', async () => {
    const call = connect()(access({ region: 'eu-west-1' }));
    await Promise.all([call(request), call(request), call(request)]);
    await call(request);
    expect(of('sts')).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(of('sts')[0]?.body))).toEqual({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: ROLE, RoleSessionName: 'slipway-judge', DurationSeconds: '3600', ExternalId: 'shop-7' });
    expect(of('sts')[0]).toMatchObject({ key: 'AKIDOWN', region: 'eu-central-1' });
    expect(of('logs').map(({ key, region, token }) => [key, region, token])).toEqual(Array.from({ length: 4 }, () => ['ASIA1', 'eu-west-1', 'of 1']));
  });

  it('assumes it again before its credentials end, not only after', async () => {
    const call = connect()(access());
    await call(request);
    clock.advance(54 * 60_000);
    await call(request);
    clock.advance(2 * 60_000);
    await call(request);
    expect(of('logs').map(({ key }) => key)).toEqual(['ASIA1', 'ASIA1', 'ASIA2']);
  });

  it('is the same for the same access, and another one for another', () => {
    const calls = connect();
    expect(calls(access({ region: 'eu-west-1' }))).toBe(calls(access({ region: 'eu-west-1' })));
    expect(calls(access({ region: 'eu-west-1' }))).not.toBe(calls(access({ region: 'eu-west-2' })));
    expect(calls(null)).not.toBe(calls(access()));
  });

  it('keeps the sessions of two environments apart', async () => {
    const calls = connect();
    await calls(access())(request);
    await calls(access({ role: `${ROLE}-eu`, externalId: 'other' }))(request);
    await calls(access())(request);
    expect(of('logs').map(({ key }) => key)).toEqual(['ASIA1', 'ASIA2', 'ASIA1']);
  });

  it.each([['AccessDenied', 403, 'Forbidden', 1], ['Throttling', 400, 'ProviderUnavailable', 3], ['InternalFailure', 500, 'ProviderUnavailable', 3]])('says what %s means, without the external id, and asks again at the next call', async (code, status, name, attempts) => {
    const call = connect()(access());
    sts = { status, body: () => refusal(code) };
    await expect(call(request)).rejects.toMatchObject({ name, message: expect.not.stringContaining('shop-7') });
    expect(of('sts')).toHaveLength(attempts);
    sts = { status: 200, body: (number) => credentials(number, new Date(clock.now() + 3_600_000).toISOString()) };
    await call(request);
    expect(of('logs')).toHaveLength(1);
  });

  it('an answer without credentials is a fault, not an anonymous call', async () => {
    sts = { status: 200, body: () => '<AssumeRoleResponse/>' };
    await expect(connect()(access())(request)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(of('logs')).toEqual([]);
  });

  it.each([['a role of another account than the environment names', access({ account: '123456789012' })], ['an external id without a role', access({ role: null })], ['something that is no role', access({ role: 'deploys' })]])('refuses %s', (_what, wrong) => {
    expect(() => connect()(wrong)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});

it('who reads is the role beside the environment\'s, and nobody where there is none', () => {
  expect(readerOf(access())).toEqual(access({ role: `${ROLE}-reader` }));
  expect(readerOf(access({ role: null, externalId: null }))).toEqual(access({ role: null, externalId: null }));
  expect(readerOf(null)).toBeNull();
});
