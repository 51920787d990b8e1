/** What comes for a code, from an issuer that answers whatever a test wants: everything but the right ID token lets nobody in. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDiscovery } from '../../../../src/adapters/oidc/discovery.ts';
import { createLogInProvider } from '../../../../src/adapters/oidc/log-in-provider.ts';
import { IdentityProvider, type OidcProvider } from '../../../../src/domain/identity-providers.ts';
import type { CodeGiven, CodeTaken, LogInProvider } from '../../../../src/ports/log-in-provider.ts';
import { fakeClock, type FakeClock } from '../../../fakes/clock.ts';
import { issuerAt, type Issuer } from './issuer.ts';

let issuer: Issuer;
let clock: FakeClock;
let elapsedMs: number;
let logIn: LogInProvider;
beforeEach(async () => {
  clock = fakeClock(Date.now());
  elapsedMs = 0;
  issuer = await issuerAt(() => clock.now());
  logIn = createLogInProvider({ clock, discovery: createDiscovery({ now: () => elapsedMs }) });
});
afterEach(() => issuer.close());

const provider = (claim = 'email'): OidcProvider => IdentityProvider.parse({ kind: 'oidc', issuer: issuer.url, audience: 'slipway-api', claim, logIn: { client: 'slipway' } }) as OidcProvider;
const GIVEN: CodeGiven = { client: 'slipway', secret: null, code: 'c', verifier: 'v', redirectUri: 'http://127.0.0.1:7420/log-in', nonce: 'n' };
const CLAIMS = { aud: 'slipway', nonce: 'n', sub: 'u-1', email: 'anna@example.com', email_verified: true };

/** What comes of an ID token. */
async function taken(token: Promise<string>, given: Partial<CodeGiven> = {}, of = provider()): Promise<CodeTaken> {
  issuer.token = { status: 200, body: { id_token: await token, access_token: 'a', token_type: 'Bearer' } };
  return logIn.take(of, { ...GIVEN, ...given });
}
const refused = { kind: 'refused', why: expect.stringContaining('not for this log-in') };
const seconds = () => Math.floor(clock.now() / 1000);

it('the right one names whoever logged in', async () => {
  expect(await taken(issuer.sign(CLAIMS))).toEqual({ kind: 'vouched', name: 'anna@example.com' });
  expect(await taken(issuer.sign({ ...CLAIMS, aud: ['slipway', 'other'], azp: 'slipway' }))).toMatchObject({ kind: 'vouched' });
  expect(await taken(issuer.sign(CLAIMS), {}, provider('sub'))).toEqual({ kind: 'vouched', name: 'u-1' });
});

it.each([
  ['of another log-in', () => issuer.sign({ ...CLAIMS, nonce: 'other' })], ['without a nonce', () => issuer.sign({ ...CLAIMS, nonce: undefined })], ['for another client', () => issuer.sign({ ...CLAIMS, aud: 'other' })],
  ['for the API, and not for this client', () => issuer.sign({ ...CLAIMS, aud: 'slipway-api' })], ['for others too, without saying for whom it was made', () => issuer.sign({ ...CLAIMS, aud: ['slipway', 'other'] })], ['made for another client', () => issuer.sign({ ...CLAIMS, azp: 'other' })],
  ['that has expired', () => issuer.sign({ ...CLAIMS, exp: seconds() - 31 })], ['without an end', () => issuer.sign({ ...CLAIMS, exp: undefined })], ['without its time', () => issuer.sign({ ...CLAIMS, iat: undefined })], ['that is not valid yet', () => issuer.sign({ ...CLAIMS, nbf: seconds() + 3600 })],
  ['of another issuer', () => issuer.sign({ ...CLAIMS, iss: 'https://login.example.com' })], ['of nobody', () => issuer.sign({ ...CLAIMS, sub: undefined })], ['that somebody else signed', () => issuer.forge(CLAIMS)],
  ['that nobody signed', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await issuer.sign(CLAIMS)).split('.')[1] ?? ''}.`], ['that is none', async () => 'hello'],
])('one %s lets nobody in', async (_what, token) => {
  expect(await taken(token())).toMatchObject(refused);
});

it('a key that is new is found, and one that was taken away counts no more', async () => {
  const before = await issuer.sign(CLAIMS);
  await taken(Promise.resolve(before));
  await issuer.rotate();
  // The keys are asked for again at the first token that needs another one, but no sooner than half a minute after the last time: jose counts by this process's clock.
  const realNow = Date.now;
  Date.now = () => realNow() + 31_000;
  try {
    expect(await taken(issuer.sign(CLAIMS))).toMatchObject({ kind: 'vouched' });
    expect(await taken(Promise.resolve(before))).toMatchObject(refused);
  } finally {
    Date.now = realNow;
  }
});

describe('a mail address', () => {
  it('that only userinfo says counts, where it is about the same person and verified', async () => {
    const { email: _, email_verified: _verified, ...without } = CLAIMS;
    issuer.userInfo = { sub: 'u-1', email: 'anna@example.com', email_verified: true };
    expect(await taken(issuer.sign(without))).toEqual({ kind: 'vouched', name: 'anna@example.com' });
    for (const said of [{ sub: 'u-2', email: 'anna@example.com', email_verified: true }, { sub: 'u-1', email: 'anna@example.com', email_verified: 'true' }, { sub: 'u-1' }, [], 'hello']) {
      issuer.userInfo = said;
      expect(await taken(issuer.sign(without))).toMatchObject({ kind: 'refused', why: expect.stringContaining('no verified mail address') });
    }
  });
});

describe('a client', () => {
  it('without a secret shows its name and the verifier', async () => {
    await taken(issuer.sign(CLAIMS));
    const [{ form, authorization } = { form: new URLSearchParams(), authorization: '' }] = issuer.exchanged;
    expect([Object.fromEntries(form), authorization]).toEqual([{ grant_type: 'authorization_code', code: 'c', redirect_uri: GIVEN.redirectUri, code_verifier: 'v', client_id: 'slipway' }, undefined]);
  });

  it.each([[undefined, true], [['client_secret_basic', 'client_secret_post'], true], [['client_secret_post'], false], [['private_key_jwt'], true]] as const)('with a secret shows it as the provider wants it: %j', async (methods, isBasic) => {
    issuer.methods = methods;
    await taken(issuer.sign(CLAIMS), { secret: 'a b:c%' });
    const [{ form, authorization } = { form: new URLSearchParams(), authorization: '' }] = issuer.exchanged;
    expect([authorization, form.get('client_secret')]).toEqual(isBasic ? [`Basic ${Buffer.from('slipway:a+b%3Ac%25').toString('base64')}`, null] : [undefined, 'a b:c%']);
  });
});

describe('a provider', () => {
  it('that refuses says why, in its own word and no other', async () => {
    for (const [body, why] of [[{ error: 'invalid_grant', error_description: 'secret things' }, 'invalid_grant'], [{ error: '<script>' }, '400'], ['hello', '400']] as const) {
      issuer.token = { status: 400, body };
      expect(await logIn.take(provider(), GIVEN)).toEqual({ kind: 'refused', why: `the provider answered ${why}` });
    }
  });

  it.each([[500, { error: 'server_error' }], [200, { access_token: 'a' }], [200, 'hello'], [302, {}]])('that answers %i %j is away', async (status, body) => {
    issuer.token = { status, body };
    await expect(logIn.take(provider(), GIVEN)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('is asked for its metadata once an hour, and three seconds after it was away', async () => {
    issuer.behaviour = 'down';
    for (let count = 0; count < 5; count += 1) await expect(logIn.authorizationEndpoint(provider())).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(issuer.asked.length).toBe(1);
    issuer.behaviour = 'well';
    elapsedMs = 3000;
    for (let count = 0; count < 5; count += 1) await expect(logIn.authorizationEndpoint(provider())).resolves.toBe(`${issuer.url}/authorize`);
    expect(issuer.asked.length).toBe(2);
    elapsedMs += 3_600_000;
    await logIn.authorizationEndpoint(provider());
    expect(issuer.asked.length).toBe(3);
  });
});
