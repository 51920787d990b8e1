/** Logging in on the page of a real provider, and everything that is not that. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDiscovery } from '../../../../src/adapters/oidc/discovery.ts';
import { createLogInProvider } from '../../../../src/adapters/oidc/log-in-provider.ts';
import { logIn, type CodeInput, type LogInNeeds } from '../../../../src/app/log-in/log-in.ts';
import { nonceOf } from '../../../../src/app/log-in/nonce.ts';
import { holderOf } from '../../../../src/app/sessions/holder.ts';
import { Environments } from '../../../../src/domain/environment.ts';
import { systemClock } from '../../../../src/adapters/local/system-clock.ts';
import { browserLogIn } from '../../../../src/cli/provider-log-in.ts';
import { companyProvider, CLIENT, COMMAND_LINE, identityProvider, SECRET, type CompanyProvider } from '../../../oidc/provider.ts';
import { logInAtProvider } from '../../../oidc/visitor.ts';
import { rig, type Rig } from '../rig.ts';

const REDIRECT = 'http://127.0.0.1:7420/log-in';
let company: CompanyProvider;
let at: Rig;
let needs: LogInNeeds;
beforeAll(async () => {
  company = await companyProvider([REDIRECT]);
  company.people.set('u-1', { sub: 'u-1', email: 'anna@example.com', email_verified: true });
  company.people.set('u-2', { sub: 'u-2', email: 'eve@example.com', email_verified: true });
  company.people.set('u-3', { sub: 'u-3', email: 'anna@example.com', email_verified: false });
});
afterAll(() => company.close());
beforeEach(() => {
  company.isDown = false;
  at = rig();
  at.clock.advance(Date.now() - at.clock.now());
  at.environments.text = environments();
  needs = { ...at.needs, secrets: { resolve: async () => SECRET }, logInProvider: createLogInProvider({ clock: systemClock, discovery: createDiscovery({ now: () => performance.now() }) }) };
});
afterEach(() => at.close());

const environments = (more: object = {}, logInMore: object = {}): Environments => Environments.parse({ environments: [{ name: 'staging', kind: 'staging', wave: 1 }], people: [{ name: 'anna', oidc: 'anna@example.com' }], identityProviders: [{ ...identityProvider(company, logInMore), ...more }] });
const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
const verifierOf = (): string => randomBytes(32).toString('base64url');

/** The authorization address as the console makes it. */
async function authorization(verifier: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const found = at.environments.text.identityProviders.find((provider) => provider.kind === 'oidc');
  const address = new URL(await needs.logInProvider.authorizationEndpoint(found as never));
  for (const [name, value] of Object.entries({ response_type: 'code', client_id: CLIENT, redirect_uri: REDIRECT, scope: 'openid email profile', state: 's', nonce: nonceOf(verifier), code_challenge: hash(verifier), code_challenge_method: 'S256', ...more })) address.searchParams.set(name, value);
  return address.href;
}
async function codeFor(login: string, verifier: string, more: Readonly<Record<string, string>> = {}): Promise<CodeInput> {
  const back = await logInAtProvider(await authorization(verifier, more), login);
  expect(back.searchParams.get('state')).toBe('s');
  return { with: 'code', client: 'console', code: back.searchParams.get('code') ?? '', verifier, redirectUri: REDIRECT, issuer: back.searchParams.get('iss') ?? undefined };
}
const refusal = (why: string) => ({ name: 'Unauthenticated', message: expect.stringContaining(why) });

describe('the provider\'s page', () => {
  it('opens a session of whoever logged in there, under the name of environments.yaml', async () => {
    const input = await codeFor('u-1', verifierOf());
    expect(input.issuer).toBe(company.issuer);
    const { token, session } = await logIn(needs)(input, '192.0.2.7');
    expect(session).toMatchObject({ identity: 'anna', origin: 'provider', client: 'console', from: '192.0.2.7', vouched: { issuer: company.issuer, name: 'anna@example.com' } });
    await expect(holderOf({ ...needs, identities: undefined as never })(token)).resolves.toMatchObject({ identity: 'anna', credential: 'session' });
    expect((await logIn(needs)(await codeFor('u-2', verifierOf()), '')).session.identity).toBe('oidc:eve@example.com');
  });

  it('a mail address that the provider has not verified is nobody\'s', async () => {
    await expect(logIn(needs)(await codeFor('u-3', verifierOf()), '')).rejects.toMatchObject(refusal('no verified mail address'));
  });

  it('a code counts once', async () => {
    const input = await codeFor('u-1', verifierOf());
    await logIn(needs)(input, '');
    await expect(logIn(needs)(input, '')).rejects.toMatchObject(refusal('invalid_grant'));
  });

  it('a code counts once, also where the provider takes it again and again', async () => {
    const careless = { ...needs, logInProvider: { ...needs.logInProvider, take: async () => ({ kind: 'vouched', name: 'anna@example.com' }) } as never };
    const input: CodeInput = { with: 'code', client: 'console', code: 'the-same', verifier: verifierOf(), redirectUri: REDIRECT };
    const said = await Promise.allSettled([logIn(careless)(input, ''), logIn(careless)(input, ''), logIn(careless)(input, '')]);
    expect(said.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it.each([
    ['of another browser: its verifier is another one', async (input: CodeInput) => ({ ...input, verifier: verifierOf() }), 'invalid_grant'],
    ['that was never given', async (input: CodeInput) => ({ ...input, code: 'made-up' }), 'invalid_grant'],
    ['for another redirect address', async (input: CodeInput) => ({ ...input, redirectUri: 'http://127.0.0.1:7421/log-in' }), 'invalid_grant'],
    ['of the other client', async (input: CodeInput) => ({ ...input, client: 'command-line' as const }), 'invalid_grant'],
    ['of another issuer, as its answer says', async (input: CodeInput) => ({ ...input, issuer: 'https://login.example.org' }), 'another identity provider'],
  ])('a code %s is refused', async (_what, change, why) => {
    await expect(logIn(needs)(await change(await codeFor('u-1', verifierOf())), '')).rejects.toMatchObject(refusal(why));
  });

  it('an ID token without the nonce of this browser is refused, also at a provider that knows no PKCE', async () => {
    await expect(logIn(needs)(await codeFor('u-1', verifierOf(), { nonce: nonceOf(verifierOf()) }), '')).rejects.toMatchObject(refusal('not for this log-in'));
  });

  it('with another secret than the client\'s is refused', async () => {
    needs = { ...needs, secrets: { resolve: async () => 'wrong' } };
    await expect(logIn(needs)(await codeFor('u-1', verifierOf()), '')).rejects.toMatchObject(refusal('invalid_client'));
  });

  it('that does not answer lets nobody in', async () => {
    const input = await codeFor('u-1', verifierOf());
    company.isDown = true;
    await expect(logIn(needs)(input, '')).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    company.isDown = false;
    await expect(logIn(needs)(input, '')).resolves.toBeDefined();
  });

  it('where environments.yaml names none, nobody logs in by it', async () => {
    at.environments.text = Environments.parse({ environments: [{ name: 'staging', kind: 'staging', wave: 1 }], identityProviders: [{ kind: 'oidc', issuer: company.issuer, audience: 'slipway' }] });
    await expect(logIn(needs)({ with: 'code', client: 'console', code: 'x', verifier: verifierOf(), redirectUri: REDIRECT }, '')).rejects.toMatchObject({ name: 'NotSupported' });
  });
});

describe('the command line', () => {
  it('comes back to a port of this machine, as a client without a secret', async () => {
    const page = { authorizationEndpoint: await needs.logInProvider.authorizationEndpoint(at.environments.text.identityProviders[0] as never), client: COMMAND_LINE, scopes: ['openid', 'email'] };
    const visits: number[] = [];
    const brought = await browserLogIn(page, async (address) => {
      const back = await logInAtProvider(address, 'u-1');
      const forged = new URL(back);
      forged.searchParams.set('state', 'guessed');
      forged.searchParams.set('code', 'of-somebody-else');
      visits.push((await fetch(forged)).status, (await fetch(back)).status);
    }, AbortSignal.timeout(10_000));
    expect(visits).toEqual([404, 200]);
    const { session } = await logIn(needs)({ with: 'code', client: 'command-line', ...brought }, '');
    expect(session).toMatchObject({ identity: 'anna', client: 'command-line' });
  });
});
