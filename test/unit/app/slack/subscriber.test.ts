import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPace } from '../../../../src/adapters/slack/pace.ts';
import { createSlackWebApi } from '../../../../src/adapters/slack/web-api.ts';
import { slackSubscriber } from '../../../../src/app/slack/subscriber.ts';
import { alertKey, slackMessageKey } from '../../../../src/app/state/keys.ts';
import { pipelineDetail } from '../../../../src/app/look.ts';
import type { ItemStore } from '../../../../src/ports/item-store.ts';
import { badRelease, goodRelease, type Moment } from '../../cli/story.ts';
import { buttonsOf } from '../../../slack/member.ts';
import { environmentsFor, slackRig, type SlackRig } from './rig.ts';
import { changed, detailOf, stored } from './moments.ts';

const CHANNEL = 'C0DEPLOYS';
const ID = 'catalog-7';
let at: SlackRig;
let needs: Parameters<typeof slackSubscriber>[0];

beforeEach(async () => {
  at = await slackRig();
  // Turns without waiting.
  needs = { ...at.needs, slackMessages: createSlackWebApi({ origin: at.slack.origin, token: async () => at.slack.token, pace: createPace({ now: () => performance.now(), sleep: async () => undefined, longestWaitMs: 1e9 }) }) };
});
afterEach(() => at.close());

const take = (what: Parameters<typeof changed>[1] = 'deployment', id = ID, service = 'catalog') => slackSubscriber(needs).take([changed(id, what, service)]);
async function come(moment: Moment | undefined): Promise<void> {
  if (moment === undefined) throw new Error('there is no such moment');
  await stored(at.needs.store, detailOf(moment));
}
const sees = (text: string): boolean => JSON.stringify(at.slack.posts()[0]?.blocks).includes(text);
const notes = (): string => at.slack.thread(at.slack.posts()[0]?.ts ?? '').map(({ text }) => text).join('\n');
const textOf = () => JSON.stringify(at.slack.posts()[0]?.blocks);

describe('the message of a pipeline', () => {
  it('is posted once and follows a good release to its end, with buttons only while a decision is asked', async () => {
    for (const moment of goodRelease) {
      await come(moment);
      await take();
      const asks = detailOf(moment).deployments.some(({ approvals }) => approvals.some(({ status }) => status.kind === 'waiting'));
      expect(buttonsOf(at.slack.posts()[0]?.blocks ?? []).map(({ action_id: action }) => action)).toEqual(asks ? ['approve', 'reject'] : []);
    }
    expect(at.slack.posts()).toHaveLength(1);
    expect(at.slack.posts()[0]?.text).toBe('catalog 1.4.0: In place: it serves all traffic.');
    expect(notes()).toMatch(/staging in staging passed[^]*May catalog 1\.4\.0 be rolled out in production\? <@U0ANNA>, carl[^]*👍 carl said \*approve\*[^]*✅ It serves all traffic\./);
  });

  it('shows progress, traffic, evidence in words and what a decision is bound to', async () => {
    await come(goodRelease[8]);
    await take();
    expect(at.slack.posts()[0]?.text).toBe('catalog 1.4.0: Waiting for a decision in production.');
    for (const text of [
      '🔔 catalog 1.4.0', 'Waiting for a decision in production.', '✅ *staging* staging', '🟡 approval', 'stable    █████████░  90 % 1/1 up', 'candidate █░░░░░░░░░  10 % 1/1 up',
      '*candidate* 520 requests, 0.19 % failed (1)', 'Odds that it is worse: *3.13 to 1*; it is stopped at 100 to 1', '☐ The search finds a product', '*Who may decide:* 1 of <@U0ANNA>, carl, not <@U0ANNA> who wrote it', 'plan `abcdef012345`', 'request `00112233445566ff`',
    ]) expect([text, sees(text)]).toEqual([text, true]);
  });

  it('tells of a release that is taken back: why, and that it is back', async () => {
    for (const moment of badRelease) {
      await come(moment);
      await take();
    }
    expect(at.slack.posts()[0]?.text).toMatch(/^catalog 1\.4\.0: Failed: CandidateWorse\. The candidate fails 5\.0 %/);
    expect(notes()).toMatch(/\*abort\* at canary, batch 1 in production[^]*production goes back to `catalog-6-production`: \*CandidateWorse\*[^]*production is back at `catalog-6-production`/);
  });

  it('is not touched by what is no news', async () => {
    await come(goodRelease[7]);
    await take();
    const before = at.slack.calls.length;
    for (let again = 0; again < 3; again += 1) await take();
    expect(at.slack.calls).toHaveLength(before);
  });

  it('says nothing of a release that ended before Slack was there, and all of one that has just ended', async () => {
    await come(goodRelease.at(-1));
    await take();
    expect(at.slack.posts()).toEqual([]);
    at.clock.advance(detailOf(goodRelease[11] as Moment).pipeline.startedAt + 600_000 - at.clock.now());
    await take();
    expect(at.slack.posts()).toHaveLength(1);
  });

  it('has alerts of its service in its thread, each once', async () => {
    await come(goodRelease[7]);
    const { pipeline } = detailOf(goodRelease[7] as Moment);
    const alert = (service: string, text: string, kind = 'crash-loop') => ({ severity: 'critical', kind, service, environment: 'production', text, at: pipeline.startedAt + 1000 });
    for (const [index, value] of [alert('catalog', 'it keeps failing <now>'), alert('ledger', 'not mine'), alert('catalog', 'said elsewhere', 'rolled-back')].entries()) await at.needs.store.transact([{ kind: 'put', key: alertKey(value.at, String(index)), value, condition: { absent: true } }]);
    for (let again = 0; again < 3; again += 1) await take('alert');
    expect(notes().match(/it keeps failing &lt;now&gt;/g)).toHaveLength(1);
    expect(notes()).not.toMatch(/not mine|said elsewhere/);
  });
});

describe('where it is shown', () => {
  it.each([
    ['the service\'s own channel', { channel: 'C0OTHER', teams: { shop: 'C0OTHER' }, services: { catalog: CHANNEL } }], ['its team\'s', { channel: 'C0OTHER', teams: { shop: CHANNEL } }], ['the installation\'s', { channel: CHANNEL, teams: { pay: 'C0OTHER' } }],
  ])('%s', async (_where, settings) => {
    at.environments.text = environmentsFor(undefined, { workspace: 'T0TEAM', ...settings });
    await come(goodRelease[3]);
    await take();
    expect(at.slack.posts(CHANNEL)).toHaveLength(1);
  });

  it('nowhere, when none is named for it; and the relay need not run without any', async () => {
    at.environments.text = environmentsFor(undefined, { workspace: 'T0TEAM', teams: { pay: CHANNEL } });
    await come(goodRelease[3]);
    await take();
    expect(at.slack.calls).toEqual([]);
    expect(await slackSubscriber(needs).isWanted()).toBe(true);
    at.environments.text = environmentsFor(undefined, { workspace: 'T0TEAM' });
    expect(await slackSubscriber(needs).isWanted()).toBe(false);
    at.environments.text = environmentsFor(undefined, null);
    expect(await slackSubscriber(needs).isWanted()).toBe(false);
  });
});

describe('when Slack fails', () => {
  it.each(['no answer', 'take and drop'] as const)('a post that ended in "%s" is there once in the end', async (fault) => {
    await come(goodRelease[3]);
    at.slack.fail('chat.postMessage', fault);
    await expect(take()).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    await expect(take()).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('is being posted') });
    at.clock.advance(21_000);
    await take();
    await take();
    expect(at.slack.posts()).toHaveLength(1);
  });

  it.each(['no answer', 'take and drop'] as const)('notes that ended in "%s" are there once in the end', async (fault) => {
    await come(goodRelease[3]);
    await take();
    await come(goodRelease[8]);
    at.slack.fail('chat.postMessage', fault);
    await expect(take()).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    at.clock.advance(21_000);
    await take();
    await take();
    expect(notes().match(/🔔 May catalog/g)).toHaveLength(1);
  });

  it('a crash between posting and keeping where it is posts nothing twice', async () => {
    await come(goodRelease[3]);
    const { store } = at.needs;
    let dies = true;
    const dying: ItemStore = { get: store.get.bind(store), query: store.query.bind(store), transact: async (writes) => {
      if (dies && writes.some((write) => write.kind === 'put' && JSON.stringify(write.value).includes('"ts"'))) throw new Error('killed');
      return store.transact(writes);
    } };
    await expect(slackSubscriber({ ...needs, store: dying }).take([changed(ID)])).rejects.toThrow('killed');
    expect(at.slack.posts()).toHaveLength(1);
    dies = false;
    at.clock.advance(21_000);
    await take();
    expect(at.slack.posts()).toHaveLength(1);
    expect((await store.get(slackMessageKey(ID as never)))?.value).toMatchObject({ place: { channel: CHANNEL, ts: at.slack.posts()[0]?.ts }, postingSince: null });
  });

  it('without the scope to look, it is posted again rather than lost', async () => {
    await come(goodRelease[3]);
    at.slack.scopes = new Set(['chat:write']);
    at.slack.fail('chat.postMessage', 'no answer');
    await expect(take()).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    at.clock.advance(21_000);
    await take();
    expect(at.slack.posts()).toHaveLength(1);
  });

  it('a rate limit is tried again without looking', async () => {
    await come(goodRelease[3]);
    at.slack.fail('chat.postMessage', { status: 429, retryAfter: 1 });
    await expect(take()).rejects.toMatchObject({ name: 'ProviderUnavailable', evidence: { retryAfterSeconds: 1 } });
    await take();
    expect(at.slack.posts()).toHaveLength(1);
    expect(at.slack.calls.map(({ method }) => method)).not.toContain('conversations.history');
  });

  it.each([
    ['not_in_channel', () => at.slack.channels.set('C0PAY', { isMember: false, isArchived: false, isPrivate: false }), /channel C0PAY \(not_in_channel\)\. Invite the app/], ['is_archived', () => at.slack.channels.set('C0PAY', { isMember: true, isArchived: true, isPrivate: false }), /archived/], ['channel_not_found', () => undefined, /no such channel/],
  ])('%s is one alert, and stalls no other channel', async (_error, arrange, text) => {
    arrange();
    at.environments.text = environmentsFor(undefined, { workspace: 'T0TEAM', channel: CHANNEL, services: { ledger: 'C0PAY' } });
    await at.service('ledger', 'pay');
    await come(goodRelease[3]);
    for (let again = 0; again < 3; again += 1) {
      await slackSubscriber(needs).take([changed('ledger-1', 'pipeline', 'ledger'), changed(ID)]);
      at.clock.advance(61_000);
    }
    expect(at.slack.posts(CHANNEL)).toHaveLength(1);
    expect(at.alerts.filter(({ kind }) => kind === 'slack-refused')).toEqual([expect.objectContaining({ service: 'ledger', text: expect.stringMatching(text) })]);
    at.slack.channels.set('C0PAY', { isMember: true, isArchived: false, isPrivate: false });
    await slackSubscriber(needs).take([changed('ledger-1', 'pipeline', 'ledger')]);
    expect(at.slack.posts('C0PAY')).toHaveLength(1);
  });

  it('a token that was taken back is one alert for all channels', async () => {
    at.slack.tokenError = 'token_revoked';
    await at.service('ledger', 'pay');
    await come(goodRelease[3]);
    await slackSubscriber(needs).take([changed('ledger-1', 'pipeline', 'ledger'), changed(ID)]);
    await slackSubscriber(needs).take([changed('ledger-1', 'pipeline', 'ledger'), changed(ID)]);
    expect(at.alerts.filter(({ kind }) => kind === 'slack-refused')).toEqual([expect.objectContaining({ service: null, text: expect.stringContaining('token_revoked') })]);
  });

  it('a message that somebody deleted comes again while something may be asked, and stays away afterwards', async () => {
    await come(goodRelease[3]);
    await take();
    at.slack.messages.length = 0;
    await come(goodRelease[8]);
    await take();
    expect(textOf()).toContain('Approve');
    at.slack.messages.length = 0;
    await come(goodRelease.at(-1));
    await take();
    expect(at.slack.messages).toEqual([]);
  });

  it('two that show the same at once post it once', async () => {
    await come(goodRelease[3]);
    const both = await Promise.allSettled([take(), take()]);
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(at.slack.posts()).toHaveLength(1);
  });
});

it('reads of the store what the API would answer', async () => {
  await come(goodRelease[8]);
  expect(await pipelineDetail(at.needs)(ID as never)).toEqual(detailOf(goodRelease[8] as Moment));
});
