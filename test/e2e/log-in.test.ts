/** `slipway login` against a whole installation and a company's provider: a session of one's own, kept for this user alone, that ends when it ends. */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import type { CliNeeds } from '../../src/cli/needs.ts';
import { companyProvider, identityProvider, SECRET, type CompanyProvider } from '../oidc/provider.ts';
import { logInAtProvider } from '../oidc/visitor.ts';
import { run } from '../unit/cli/run.ts';
import { ENVIRONMENTS, Installation } from './rig/installation.ts';

let company: CompanyProvider;
let at: Installation;
let userHome: string;
beforeAll(async () => {
  company = await companyProvider(['http://127.0.0.1:9/log-in']);
  company.people.set('u-1', { sub: 'u-1', email: 'anna@example.com', email_verified: true });
  at = await Installation.start({ environments: `${ENVIRONMENTS.replace(/^people:$/m, 'people:\n  - { name: annabel, oidc: anna@example.com }')}\n${stringify({ identityProviders: [identityProvider(company)], roles: [{ role: 'viewer', who: ['annabel'] }] })}` });
  mkdirSync(join(at.client.home.secrets, 'oidc'));
  writeFileSync(join(at.client.home.secrets, 'oidc', 'slipway'), SECRET, { mode: 0o600 });
  userHome = join(at.folder, 'user');
}, 60_000);
afterAll(async () => {
  await at?.close();
  await company?.close();
}, 60_000);

const kept = (): string => join(userHome, '.slipway', 'sessions.json');
/** A browser that logs in as somebody, and goes where it is sent back to. */
const browserOf = (login: string) => async (address: string): Promise<boolean> => {
  void logInAtProvider(address, login).then((back) => fetch(back));
  return true;
};
const slipway = (words: readonly string[], needs: Partial<CliNeeds> = {}) => run([...words, '--url', at.client.address], { needs: { env: {}, userHome, now: Date.now, ...needs } });

it('logs in, is somebody with their role and no more, and logs out', async () => {
  expect(await slipway(['status'])).toMatchObject({ code: 4, err: expect.stringContaining('slipway login --url') });
  const login = await slipway(['login'], { openAddress: browserOf('u-1') });
  expect([login.code, login.out]).toEqual([0, expect.stringMatching(/^You are annabel at http:\/\/127\.0\.0\.1:\d+ until 20/)]);
  expect([statSync(kept()).mode & 0o777, statSync(join(userHome, '.slipway')).mode & 0o777]).toEqual([0o600, 0o700]);
  const { token } = (Object.values(JSON.parse(readFileSync(kept(), 'utf8')) as object)[0]) as { token: string };
  expect(login.out + login.err).not.toContain(token);
  expect((await slipway(['status'])).code).toBe(0);
  expect((await slipway(['pause', 'nothing', '--environment', 'production'])).code).toBe(1);
  const list = await slipway(['session', 'list', '--json']);
  expect(JSON.parse(list.out)).toEqual([expect.objectContaining({ identity: 'annabel', origin: 'provider', client: 'command-line', from: expect.stringContaining('127.0.0.1') })]);
  expect((await slipway(['session', 'log'])).code).toBe(1);
  expect((await slipway(['logout'])).out).toContain('annabel is logged out');
  await expect(at.client.ask('GET', '/v1/me', undefined, token)).resolves.toMatchObject({ status: 401 });
  expect((await slipway(['status'])).code).toBe(4);
  expect((await slipway(['logout'])).out).toContain('not logged in');
}, 60_000);

it('an address that is printed logs in as well; who is nobody at the provider is nobody here', async () => {
  let printed = '';
  const login = await slipway(['login', '--print'], { stderr: { write: (text) => {
    printed += text;
    const address = /^http:\/\/\S+$/m.exec(printed)?.[0];
    if (address !== undefined) void browserOf('u-1')(address);
  } } });
  expect(login.code).toBe(0);
  await slipway(['logout']);
}, 60_000);

it('a session that has ended, was ended by an owner, or lies open to others is said, and nothing goes on as somebody else', async () => {
  await slipway(['login'], { openAddress: browserOf('u-1') });
  const later = await slipway(['status'], { now: () => Date.now() + 43_200_001 });
  expect(later).toMatchObject({ code: 4, err: expect.stringMatching(/as annabel has ended\. Log in again: slipway login/) });
  chmodSync(kept(), 0o644);
  expect(await slipway(['status'])).toMatchObject({ code: 4, err: expect.stringContaining('others can read') });
  chmodSync(kept(), 0o600);
  const [session] = await at.client.get<{ id: string }[]>('/v1/sessions?of=annabel');
  const owner = { env: { SLIPWAY_TOKEN: readFileSync(at.client.home.token, 'utf8').trim() } };
  expect((await slipway(['session', 'revoke', session?.id ?? ''], owner)).out).toContain('has ended');
  expect(await slipway(['status'])).toMatchObject({ code: 4, err: expect.stringContaining('log in: slipway login') });
  expect((await slipway(['logout'])).out).toContain('had ended before');
  const log = await slipway(['session', 'log', '--json'], owner);
  expect((JSON.parse(log.out) as { event: string; identity: string; by: string }[]).map(({ event, identity, by }) => `${event} ${identity} by ${by}`).slice(0, 2)).toEqual(['revoked annabel by owner', 'opened annabel by annabel']);
}, 60_000);
