/** `slipway slack connect`: each thing that may be missing is named, with what to do; and a member of Slack shows who they are here. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPost } from '../../../../src/adapters/outgoing/post.ts';
import { createSlackWebApi } from '../../../../src/adapters/slack/web-api.ts';
import { checkSlack, type ConnectNeeds } from '../../../../src/app/slack/connect.ts';
import { LINK_MINUTES, makeSlackLink, membersOf, unlinkMembers } from '../../../../src/app/slack/link-member.ts';
import type { Identity } from '../../../../src/domain/ids.ts';
import { environmentsFor, slackRig, type SlackRig } from './rig.ts';

const SECRET = '8f742231b10e8888abcd99bbbccc85a5';
let at: SlackRig;
let needs: ConnectNeeds;
beforeEach(async () => {
  at = await slackRig({ key: SECRET });
  needs = { ...at.needs, senders: { post: createPost({ allowsLoopback: true, timeoutMs: 2000 }) } as never };
});
afterEach(() => at.close());

/** What was found, by what was looked at. */
async function found(url: string | null = at.url.replace(/\/slack$/, '')): Promise<Record<string, string>> {
  return Object.fromEntries((await checkSlack(needs)(url)).map(({ check, outcome, said, remedy }) => [check, `${outcome}: ${said}${remedy === null ? '' : ` -> ${remedy}`}`]));
}

describe('the app', () => {
  it('that is connected, once Slack was heard', async () => {
    expect(await found()).toMatchObject({ heard: expect.stringMatching(/^unknown: .*never heard.*\/slipway help/) });
    await at.member('U0ANNA').ask('help');
    const all = await found();
    expect(Object.keys(all)).toEqual(['token', 'scopes', 'workspace', 'channel C0DEPLOYS', 'signing secret', 'request URL', 'heard']);
    expect(Object.values(all).filter((said) => !said.startsWith('ok'))).toEqual([]);
    expect(at.slack.messages).toEqual([]);
  });

  it('without a token, or with one that was taken back', async () => {
    needs = { ...needs, slackMessages: createSlackWebApi({ origin: at.slack.origin, token: async () => null }) };
    expect(await found()).toMatchObject({ token: expect.stringMatching(/^missing: .*not_connected.*bot token/) });
    needs = { ...needs, slackMessages: at.needs.slackMessages };
    at.slack.tokenError = 'token_revoked';
    const revoked = await found();
    expect(revoked).toMatchObject({ token: expect.stringMatching(/^missing: .*token_revoked.*Install the app again/) });
    expect(Object.keys(revoked)).not.toContain('scopes');
  });

  it('without a scope: it is named', async () => {
    at.slack.scopes = new Set(['commands', 'chat:write', 'channels:history']);
    expect(await found()).toMatchObject({ scopes: expect.stringMatching(/^missing: The token lacks groups:history\..*install the app again/) });
  });

  it('of another workspace, or of one that is not listened to', async () => {
    at.environments.text = environmentsFor(undefined, { workspace: 'T0OTHER', channel: 'C0DEPLOYS' });
    expect(await found()).toMatchObject({ workspace: expect.stringMatching(/^missing: .*Example \(T0TEAM\).*listens to T0OTHER/) });
    at.environments.text = environmentsFor(undefined, null);
    expect(await found()).toMatchObject({ workspace: expect.stringContaining('slack: { workspace: T0TEAM }') });
  });

  it('that is not in a channel; each channel is looked at', async () => {
    at.slack.channels.set('C0SHOP', { isMember: false, isArchived: false, isPrivate: false }).set('C0PAY', { isMember: true, isArchived: false, isPrivate: false });
    at.environments.text = environmentsFor(undefined, { workspace: 'T0TEAM', channel: 'C0DEPLOYS', teams: { shop: 'C0SHOP' }, services: { catalog: 'C0NONE', ledger: 'C0PAY' } });
    expect(await found()).toMatchObject({ 'channel C0DEPLOYS': expect.stringMatching(/^ok/), 'channel C0PAY': expect.stringMatching(/^ok/), 'channel C0SHOP': expect.stringMatching(/^missing: .*not_in_channel.*\/invite @slipway/), 'channel C0NONE': expect.stringMatching(/^missing: .*channel_not_found/) });
    at.environments.text = environmentsFor(undefined, { workspace: 'T0TEAM' });
    expect(await found()).toMatchObject({ channel: expect.stringMatching(/^unknown: .*nothing is posted/) });
  });

  it('whose secret is the random one of the first start', async () => {
    needs = { ...needs, webhookSecrets: { ...needs.webhookSecrets, slack: async () => 'a'.repeat(64) } };
    expect(await found()).toMatchObject({ 'signing secret': expect.stringMatching(/^missing: .*random value of the first start/), 'request URL': expect.stringMatching(/^missing: .*answered 401 to a request that was signed/) });
  });

  it('that Slack does not answer for is no finding', async () => {
    at.slack.fail('auth.test', 'no answer');
    expect(await found()).toMatchObject({ token: expect.stringMatching(/^unknown: .*did not answer/) });
  });
});

describe('the request URL', () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => { if (server === undefined) resolve(); else server.close(() => resolve()); server = undefined; }));
  const behind = async (answer: RequestListener): Promise<string> => {
    server = createServer(answer);
    await new Promise<void>((resolve) => { server?.listen(0, '127.0.0.1', resolve); });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it.each([
    ['somebody else, who takes everything', (_request, response) => response.writeHead(200).end('welcome'), /answered 200 to a request that nobody signed/], ['a proxy that knows no /slack', (_request, response) => response.writeHead(404).end(), /answered 404 to a request that nobody signed/],
    ['a log-in page', (_request, response) => response.writeHead(302, { location: 'https://login.example.com/' }).end(), /answered 302/], ['somebody who refuses everything', (_request, response) => response.writeHead(401).end(), /answered 401 to a request that was signed/],
  ] satisfies [string, RequestListener, RegExp][])('of %s', async (_what, answer, why) => {
    expect((await found(await behind(answer)))['request URL']).toMatch(why);
  });

  it('that nobody answers at, that is inside, or that was not given', async () => {
    expect((await found('http://127.0.0.1:9'))['request URL']).toMatch(/^missing: .*did not answer/);
    expect((await found('https://169.254.169.254'))['request URL']).toMatch(/^missing/);
    expect((await found(null))['request URL']).toMatch(/^unknown: .*--public-url/);
  });
});

describe('a member', () => {
  const anna = 'anna' as Identity;
  const type = (text: string, who = 'U0NEW') => at.member(who).ask(text, { timestamp: Math.floor(at.clock.now() / 1000) });

  it('is who they have shown to be by the code, and may then what that identity may', async () => {
    expect(await type('status')).toContain('is nobody here');
    const { code } = await makeSlackLink(at.needs)(anna);
    expect(await type(`link ${code}`)).toContain('You are `anna` here');
    expect(await type('status')).not.toContain('nobody here');
    expect(await membersOf(at.needs)(anna)).toEqual(['U0ANNA', 'U0NEW']);
  });

  it('a code counts once, for ten minutes, and for nobody whom environments.yaml names', async () => {
    const { code } = await makeSlackLink(at.needs)(anna);
    expect(await type(`link ${code}`, 'U0BEN')).toContain('You are ben here already');
    await type(`link ${code}`);
    expect(await type(`link ${code}`, 'U0EVE')).toContain('used already');
    const late = await makeSlackLink(at.needs)(anna);
    at.clock.advance(LINK_MINUTES * 60_000);
    expect(await type(`link ${late.code}`, 'U0EVE')).toContain('used already, or is too old');
    for (const wrong of ['link', 'link a b', 'link 000000000000']) expect(await type(wrong, 'U0EVE')).toMatch(/code/);
    expect(await type('status', 'U0EVE')).toContain('is nobody here');
  });

  it('is nobody again when all of that identity is taken away', async () => {
    const { code } = await makeSlackLink(at.needs)(anna);
    await type(`link ${code}`);
    expect(await unlinkMembers(at.needs)(anna)).toBe(1);
    expect(await type('status')).toContain('is nobody here');
    expect(await membersOf(at.needs)(anna)).toEqual(['U0ANNA']);
  });
});
