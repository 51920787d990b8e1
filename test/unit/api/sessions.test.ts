/** Sessions, as somebody who has stolen one would use it: it ends when it ends, opens nothing, and is ended from elsewhere. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FAILURES_EACH_MAX, FAILURES_MAX } from '../../../src/app/log-in/attempts.ts';
import { openSessions } from '../../../src/app/sessions/end-sessions.ts';
import { holderOf } from '../../../src/app/sessions/holder.ts';
import { openSession } from '../../../src/app/sessions/open-session.ts';
import { Environments } from '../../../src/domain/environment.ts';
import type { Identity } from '../../../src/domain/ids.ts';
import { FRESH_MS, SESSION_SECONDS_MAX, SESSIONS_EACH_MAX } from '../../../src/domain/session.ts';
import { apiRig, ROLES_FILE, type ApiRig } from './rig.ts';

let at: ApiRig;
beforeEach(() => {
  at = apiRig();
  at.environments.text = ROLES_FILE;
});
afterEach(() => at.close());

interface Opened { token: string; session: string; expiresAt: number; identity: string }
const open = async (as = 'vera', body: object = {}): Promise<Opened> => {
  const { status, body: said } = await at.ask<Opened>('POST', '/v1/session', { as, body });
  expect(status).toBe(201);
  return said;
};
const me = async (as: string) => (await at.ask('GET', '/v1/me', { as })).status;
const events = async () => (await at.ask<{ event: string; identity: string | null; by: string | null; from: string }[]>('GET', '/v1/log-ins')).body;

describe('a stolen session', () => {
  it('ends at its end, whatever is done with it', async () => {
    const { token, expiresAt } = await open();
    expect(expiresAt).toBe(at.clock.now() + SESSION_SECONDS_MAX * 1000);
    for (let hour = 0; hour < 12; hour += 1) {
      expect(await me(token)).toBe(200);
      for (const [method, path] of [['POST', '/v1/session'], ['POST', '/v1/log-in-links']] as const) expect((await at.ask(method, path, { as: token, body: {} })).status).toBe(403);
      at.clock.advance(3_600_000);
    }
    expect(await me(token)).toBe(401);
    expect(await openSessions(at.ports)('vera' as Identity)).toEqual([]);
  });

  it('no series of requests with it leaves a token that works after its end', async () => {
    const requests = [['POST', '/v1/session', {}], ['POST', '/v1/session', { seconds: 43_200 }], ['POST', '/v1/log-in-links', {}], ['POST', '/v1/tokens', { identity: 'mallory' }], ['POST', '/v1/slack/links', {}], ['GET', '/v1/sessions', undefined]] as const;
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...requests), fc.integer({ min: FRESH_MS + 1, max: 3_600_000 })), { maxLength: 8 }), async (steps) => {
      const { token, expiresAt } = await open('owner');
      const given: string[] = [];
      for (const [[method, path, body], later] of steps) {
        at.clock.advance(later);
        const { body: said } = await at.ask(method, path, { as: token, body });
        given.push(...[said['token'], said['link'], said['code']].filter((text) => typeof text === 'string'));
      }
      at.clock.advance(Math.max(0, expiresAt - at.clock.now()));
      expect([given, await me(token)]).toEqual([[], 401]);
    }), { numRuns: 30 });
  });

  it('gives no token and no place in Slack, but in the first minutes after its log-in', async () => {
    const { token } = await open('owner');
    expect((await at.ask('POST', '/v1/tokens', { as: token, body: { identity: 'new' } })).status).toBe(201);
    at.clock.advance(FRESH_MS + 1);
    for (const path of ['/v1/tokens', '/v1/slack/links']) {
      const said = await at.ask('POST', path, { as: token, body: path === '/v1/tokens' ? { identity: 'new' } : {} });
      expect([said.status, said.body['detail']]).toEqual([403, expect.stringContaining('log in again')]);
    }
    expect(at.tokens).toEqual(['new']);
    expect((await at.ask('POST', '/v1/tokens', { body: { identity: 'new' } })).status).toBe(201);
  });

  it('is ended by its holder from another one, by an owner, and with all tokens of its holder', async () => {
    const [stolen, own, other] = [await open(), await open(), await open('pia')];
    expect((await at.ask('DELETE', `/v1/sessions/${stolen.session}`, { as: other.token })).status).toBe(403);
    expect(await me(stolen.token)).toBe(200);
    expect((await at.ask('DELETE', `/v1/sessions/${stolen.session}`, { as: own.token })).body).toEqual({ revoked: true });
    expect([await me(stolen.token), await me(own.token)]).toEqual([401, 200]);
    expect((await at.ask('DELETE', `/v1/sessions/${stolen.session}`, { as: own.token })).status).toBe(404);
    expect((await at.ask('DELETE', `/v1/sessions/${own.session}`)).status).toBe(200);
    expect((await at.ask('DELETE', '/v1/tokens/pia')).body).toEqual({ revoked: 0, sessions: 1 });
    expect([await me(own.token), await me(other.token)]).toEqual([401, 401]);
    expect((await events()).map(({ event, identity, by }) => `${event} ${identity} by ${by}`)).toEqual(expect.arrayContaining(['revoked vera by vera', 'revoked vera by owner', 'revoked pia by owner', 'tokens-taken pia by owner', 'opened vera by vera']));
  });

  it('names nobody whose token is like it', async () => {
    const { token } = await open();
    for (const wrong of [token.slice(0, -1), `${token}0`, token.replace(/.$/, (last) => (last === '0' ? '1' : '0')), token.replace('sls_', 'sll_'), token.replace('sls_', 'slp_x'), 'sls_', `sls_${'0'.repeat(52)}`]) {
      expect([wrong.startsWith('slp_x') ? 200 : 401]).toContain(await me(wrong));
    }
  });
});

describe('sessions', () => {
  it('are kept as hashes, and are listed without anything that opens them', async () => {
    const { token, session } = await open('vera', { seconds: 60, client: 'console' });
    const shown = await at.ask<object[]>('GET', '/v1/sessions', { as: token });
    expect(shown.body).toEqual([{ id: session, identity: 'vera', origin: 'token', client: 'console', from: '192.0.2.1', openedAt: at.clock.now(), endsAt: at.clock.now() + 60_000 }]);
    const stored = JSON.stringify(await Promise.all([at.ports.store.get({ partition: `session#${session}`, sort: 'session' }), at.ports.store.query('sessions', '', { limit: 10 }), at.ports.store.query('log-ins', '', { limit: 10 })]));
    expect(stored).toContain(session);
    expect(stored).not.toContain(token.slice(4));
  });

  it('of others are for owners', async () => {
    await open('vera');
    await open('pia');
    expect((await at.ask('GET', '/v1/sessions?of=pia', { as: 'vera' })).status).toBe(403);
    expect((await at.ask('GET', '/v1/sessions?of=everybody', { as: 'vera' })).status).toBe(403);
    expect((await at.ask('GET', '/v1/log-ins', { as: 'vera' })).status).toBe(403);
    const all = await at.ask<{ identity: string }[]>('GET', '/v1/sessions?of=everybody');
    expect(all.body.map(({ identity }) => identity).sort()).toEqual(['pia', 'vera']);
    expect((await at.ask<{ identity: string }[]>('GET', '/v1/sessions?of=pia')).body).toMatchObject([{ identity: 'pia' }]);
  });

  it('of somebody with many: the oldest one goes, and nobody else loses any', async () => {
    const other = await open('pia');
    const tokens: string[] = [];
    for (let count = 0; count < SESSIONS_EACH_MAX + 2; count += 1) {
      at.clock.advance(1);
      tokens.push((await open()).token);
    }
    expect(await Promise.all(tokens.slice(0, 3).map(me))).toEqual([401, 401, 200]);
    expect(await me(other.token)).toBe(200);
    expect((await openSessions(at.ports)('vera' as Identity)).length).toBe(SESSIONS_EACH_MAX);
  });

  it('go on being opened when the sweep has taken one half of an old one', async () => {
    const first = await open();
    for (let count = 1; count < SESSIONS_EACH_MAX; count += 1) {
      at.clock.advance(1);
      await open();
    }
    await at.ports.store.transact([{ kind: 'delete', key: { partition: `session#${first.session}`, sort: 'session' }, condition: { generation: 1 } }]);
    await open();
    expect((await openSessions(at.ports)('vera' as Identity)).some(({ id }) => id === first.session)).toBe(false);
  });

  it('a token of an identity provider opens none: it ends by itself', async () => {
    (at.ports as { identities: object }).identities = { ...at.ports.identities, byToken: async () => 'vera' };
    const said = await at.ask('POST', '/v1/session', { as: 'eyJhbGciOiJSUzI1NiJ9.e30.x', body: {} });
    expect([said.status, said.body['title']]).toEqual([422, 'NotSupported']);
  });

  it('of whom a provider vouched for are nobody\'s as soon as environments.yaml says otherwise', async () => {
    const file = (more: object) => Environments.parse({ environments: [{ name: 'staging', kind: 'staging', wave: 1 }], people: [{ name: 'anna', oidc: 'anna@example.com' }], identityProviders: [{ kind: 'oidc', issuer: 'https://login.example.com', audience: 'slipway', claim: 'email' }], ...more });
    at.environments.text = file({});
    const { token } = await openSession(at.ports)({ identity: 'anna' as Identity, origin: 'provider', client: 'console', from: '', seconds: 60, vouched: { issuer: 'https://login.example.com', name: 'anna@example.com' } });
    const who = async () => (await holderOf(at.ports)(token))?.identity ?? null;
    expect(await who()).toBe('anna');
    for (const changed of [{ people: [] }, { people: [{ name: 'eve', oidc: 'anna@example.com' }] }, { identityProviders: [] }, { identityProviders: [{ kind: 'oidc', issuer: 'https://other.example.com', audience: 'slipway' }] }]) {
      at.environments.text = file(changed);
      expect(await who()).toBeNull();
    }
    at.environments.text = file({});
    expect(await who()).toBe('anna');
  });
});

describe('an address that logs in', () => {
  const redeem = (link: string, from?: string) => at.ask<Opened>('POST', '/v1/log-in', { as: null, body: { with: 'link', link }, ...(from === undefined ? {} : { from }) });
  const make = async (as = 'vera') => (await at.ask<{ link: string }>('POST', '/v1/log-in-links', { as, body: {} })).body.link;

  it('opens one session, and shows nobody anything else', async () => {
    const link = await make();
    // No cache keeps what opens something.
    expect((await at.ask('POST', '/v1/log-in-links', { as: 'vera', body: {} })).headers.get('cache-control')).toBe('no-store');
    expect(await me(link)).toBe(401);
    const [one, two] = await Promise.all([redeem(link), redeem(link)]);
    expect(new Set([one.status, two.status])).toEqual(new Set([201, 401]));
    const { token } = one.status === 201 ? one.body : two.body;
    expect((await at.ask('GET', '/v1/me', { as: token })).body).toMatchObject({ identity: 'vera' });
    expect((await redeem(link)).body).toMatchObject({ title: 'Unauthenticated', detail: expect.stringContaining('used already') });
    expect((await openSessions(at.ports)('vera' as Identity)).length).toBe(1);
  });

  it('works for two minutes', async () => {
    const link = await make();
    at.clock.advance(120_000);
    expect((await redeem(link)).status).toBe(401);
  });

  it('guesses are counted by where they come from, and altogether; who gets in is not counted', async () => {
    const guess = (from: string) => redeem('sll_nobody', from).then(({ status }) => status);
    const first = await Promise.all(Array.from({ length: FAILURES_EACH_MAX + 5 }, () => guess('198.51.100.1')));
    // Those that write at the same moment may be told to come back as well; none is let through that is over the limit.
    expect(first.filter((status) => status === 401).length).toBeLessThanOrEqual(FAILURES_EACH_MAX);
    while ((await guess('198.51.100.1')) !== 429);
    const limited = await redeem('sll_nobody', '198.51.100.1');
    expect([limited.status, Number(limited.headers.get('retry-after')) > 0]).toEqual([429, true]);
    for (let count = 0; count < FAILURES_EACH_MAX + 5; count += 1) expect((await redeem(await make(), '198.51.100.2')).status).toBe(201);
    for (let host = 3; host < 3 + FAILURES_MAX; host += 1) await guess(`198.51.100.${host}`);
    expect(await guess('203.0.113.9')).toBe(429);
    expect((await events()).filter(({ event }) => event === 'refused').length).toBeLessThanOrEqual(50);
    const refused = (await at.ask<{ event: string }[]>('GET', '/v1/log-ins?limit=1000')).body.filter(({ event }) => event === 'refused');
    expect(refused.length).toBeLessThanOrEqual(FAILURES_MAX);
    at.clock.advance(60_000);
    expect(await guess('198.51.100.1')).toBe(401);
  });
});
