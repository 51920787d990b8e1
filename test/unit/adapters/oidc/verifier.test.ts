/** Tokens of identity providers, from a real issuer over HTTP: who they are of, and that everything else is nobody. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withProviders } from '../../../../src/adapters/oidc/identities.ts';
import { createVerifier, type KnownProviders, type Verifier } from '../../../../src/adapters/oidc/verifier.ts';
import { Environments } from '../../../../src/domain/environment.ts';
import type { Identity } from '../../../../src/domain/ids.ts';
import { looksLikeJwt } from '../../../../src/domain/session.ts';
import { fakeClock, type FakeClock } from '../../../fakes/clock.ts';
import { issuerAt, type Issuer } from './issuer.ts';

let issuer: Issuer;
let clock: FakeClock;
let verifier: Verifier;
beforeEach(async () => {
  clock = fakeClock(Date.now());
  issuer = await issuerAt(() => clock.now());
  verifier = createVerifier({ clock });
});
afterEach(() => issuer.close());

const known = (provider: object, people: object[] = []): KnownProviders => Environments.parse({ environments: [{ name: 'staging', kind: 'staging', wave: 1 }], people, identityProviders: [{ issuer: issuer.url, audience: 'slipway', ...provider }] });
const company = (claim = 'sub', people: object[] = []) => known({ kind: 'oidc', claim }, people);
const WORKFLOW = { repository: 'acme/shop', repositoryId: '42', ownerId: '9', refs: ['refs/heads/main'] };
const RUN = { repository: 'acme/shop', repository_id: '42', repository_owner_id: '9', ref: 'refs/heads/main', event_name: 'push', sub: 'repo:acme/shop:ref:refs/heads/main' };
const who = async (token: string, providers: KnownProviders) => verifier.identityOf(token, providers);

describe('a company\'s provider', () => {
  it('names people as environments.yaml does, and others as it calls them', async () => {
    const people = [{ name: 'anna', oidc: 'u-1' }];
    expect(await who(await issuer.sign({ sub: 'u-1' }), company('sub', people))).toBe('anna');
    expect(await who(await issuer.sign({ sub: 'u-2' }), company('sub', people))).toBe('oidc:u-2');
  });

  it('counts a mail address only where it is verified', async () => {
    const people = [{ name: 'anna', oidc: 'anna@example.com' }];
    expect(await who(await issuer.sign({ email: 'anna@example.com', email_verified: true }), company('email', people))).toBe('anna');
    for (const claims of [{ email: 'anna@example.com' }, { email: 'anna@example.com', email_verified: 'true' }, { email: 'anna@example.com', email_verified: false }, { email_verified: true }]) expect(await who(await issuer.sign(claims), company('email', people))).toBeNull();
  });

  it('can call nobody by the name of the owner or of a person', async () => {
    expect(await who(await issuer.sign({ sub: 'owner' }), company())).toBe('oidc:owner');
    expect(await who(await issuer.sign({ sub: 'anna' }), company('sub', [{ name: 'anna' }]))).toBe('oidc:anna');
    expect(await who(await issuer.sign({ sub: 'a b' }), company())).toBeNull();
    expect(await who(await issuer.sign({ sub: 'x'.repeat(200) }), company())).toBeNull();
  });

  it.each([
    ['for another audience', async () => issuer.sign({ aud: 'other' })], ['that has expired', async () => issuer.sign({ exp: Math.floor(clock.now() / 1000) - 31 })], ['that is not valid yet', async () => issuer.sign({ nbf: Math.floor(clock.now() / 1000) + 3600 })],
    ['without an end', async () => issuer.sign({ exp: undefined })], ['without a subject', async () => issuer.sign({ sub: undefined })], ['without its time', async () => issuer.sign({ iat: undefined })], ['of another issuer', async () => issuer.sign({ iss: 'https://login.example.com' })],
    ['that somebody else signed', async () => issuer.forge({})], ['with a key that is not there', async () => issuer.sign({}, { kid: 'other' })],
    ['without a signature', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await issuer.sign({})).split('.')[1]}.`],
    ['signed with the public key as a secret', async () => {
      const head = `${Buffer.from('{"alg":"HS256","kid":"key-1"}').toString('base64url')}.${(await issuer.sign({})).split('.')[1]}`;
      return `${head}.${createHmac('sha256', 'key').update(head).digest('base64url')}`;
    }],
    ['whose claims were changed', async () => {
      const [head, , signature] = (await issuer.sign({})).split('.');
      return `${head}.${Buffer.from(JSON.stringify({ iss: issuer.url, aud: 'slipway', sub: 'owner', iat: 1, exp: 9_999_999_999 })).toString('base64url')}.${signature}`;
    }],
  ])('a token %s is nobody\'s', async (_what, token) => {
    expect(await who(await token(), company())).toBeNull();
  });

  it('a token ends by the clock', async () => {
    const token = await issuer.sign({ sub: 'u-2' });
    expect(await who(token, company())).toBe('oidc:u-2');
    clock.advance(331_000);
    expect(await who(token, company())).toBeNull();
  });
});

describe('GitHub Actions', () => {
  const github = (workflow: object = {}) => known({ kind: 'github', workflows: [{ ...WORKFLOW, ...workflow }] });

  it('a listed workflow is known by its repository', async () => {
    expect(await who(await issuer.sign(RUN), github())).toBe('github:acme/shop');
    expect(await who(await issuer.sign({ ...RUN, environment: 'production' }), github({ environments: ['production'] }))).toBe('github:acme/shop');
  });

  it.each([
    ['another repository, with the same name', { repository_id: '43' }], ['another owner', { repository_owner_id: '10' }], ['another branch', { ref: 'refs/heads/evil' }], ['a branch that begins alike', { ref: 'refs/heads/main2' }],
    ['a tag of that name', { ref: 'refs/tags/main' }], ['a pull request', { event_name: 'pull_request', ref: 'refs/pull/1/merge' }], ['a pull request with the base branch\'s ref', { event_name: 'pull_request_target' }],
    ['no event', { event_name: undefined }], ['ids as numbers', { repository_id: 42 }], ['no ids', { repository_id: undefined, repository_owner_id: undefined }],
  ])('%s is nobody', async (_what, claims) => {
    expect(await who(await issuer.sign({ ...RUN, ...claims }), github())).toBeNull();
  });

  it('a job outside the listed environments is nobody', async () => {
    for (const environment of [undefined, 'staging']) expect(await who(await issuer.sign({ ...RUN, environment }), github({ environments: ['production'] }))).toBeNull();
  });
});

describe('the provider\'s keys', () => {
  it('are fetched once, and nothing is fetched for a token of an issuer that is not listed', async () => {
    for (const sub of ['u-1', 'u-2', 'u-3']) await who(await issuer.sign({ sub }), company());
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
    await who(await issuer.sign({ iss: 'http://127.0.0.1:1' }), company());
    await who('eyJhbGciOiJSUzI1NiJ9.e30.x', company());
    expect(issuer.asked.length).toBe(2);
  });

  it('a flood of tokens with unknown keys makes no flood of requests', async () => {
    await who(await issuer.sign({}), company());
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => issuer.sign({}, { kid: `other-${index}` })));
    expect(await Promise.all(tokens.map((token) => who(token, company())))).toEqual(tokens.map(() => null));
    expect(issuer.asked.length).toBeLessThanOrEqual(3);
  });

  it.each(['down', 'huge', 'wrong issuer', 'redirects', 'plain text'] as const)('of a provider that is %s let nobody in', async (behaviour) => {
    issuer.behaviour = behaviour;
    await expect(who(await issuer.sign({}), company())).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('of a provider that goes down after its metadata let nobody in', async () => {
    const token = await issuer.sign({});
    await issuer.rotate();
    expect(await who(token, company())).toBeNull();
    issuer.behaviour = 'down';
    expect(await who(await issuer.forge({}), company())).toBeNull();
  });
});

describe('beside tokens of our own', () => {
  it('each is asked for its own kind only', async () => {
    const asked: string[] = [];
    const own = { byToken: async (token: string) => { asked.push(token); return 'carl' as Identity; }, add: async () => '', list: async () => [], revoke: async () => 0 };
    const identities = withProviders(own, { verifier, environments: { read: async () => company() as Environments } });
    expect(await identities.byToken('slp_abc')).toBe('carl');
    expect(await identities.byToken(await issuer.sign({ sub: 'u-2' }))).toBe('oidc:u-2');
    expect(asked).toEqual(['slp_abc']);
  });

  it('what is too long or in another form is no token of a provider', () => {
    for (const text of ['', 'slp_abc', 'a.b.c', `eyJ.${'x'.repeat(20_000)}.y`, 'eyJhbGciOiJub25lIn0.e30.']) expect(looksLikeJwt(text)).toBe(false);
  });
});

describe('environments.yaml', () => {
  it.each([
    ['plain http', { kind: 'oidc', issuer: 'http://login.example.com', audience: 'slipway' }], ['no workflow', { kind: 'github', audience: 'slipway', workflows: [] }], ['a pattern for a ref', { kind: 'github', audience: 'slipway', workflows: [{ ...WORKFLOW, refs: ['main'] }] }],
    ['an id that is a name', { kind: 'github', audience: 'slipway', workflows: [{ ...WORKFLOW, ownerId: 'acme' }] }],
  ])('refuses %s', (_what, provider) => {
    expect(Environments.safeParse({ environments: [{ name: 'staging', kind: 'staging', wave: 1 }], identityProviders: [provider] }).success).toBe(false);
  });
});
