import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPace } from '../../../../src/adapters/slack/pace.ts';
import { createSlackWebApi } from '../../../../src/adapters/slack/web-api.ts';
import { header, section } from '../../../../src/contracts/slack/blocks.ts';
import { SlackStandIn } from '../../../slack/stand-in.ts';

const CHANNEL = 'C0DEPLOYS';
const SINCE = { sinceMs: Date.now() - 60_000 };
const PLACE = { channel: CHANNEL, ts: '1.2' };
let slack: SlackStandIn;
let token: string | null;
/** Turns without waiting: what the waits are is measured below. */
const api = () => createSlackWebApi({ origin: slack.origin, token: async () => token, pace: createPace({ now: () => performance.now(), sleep: async () => undefined, longestWaitMs: 8000 }) });

beforeEach(async () => {
  slack = await SlackStandIn.start();
  token = slack.token;
});
afterEach(() => slack.close());

describe('messages', () => {
  it('are posted, changed, answered in their thread and found again by a block', async () => {
    const posted = await api().post(CHANNEL, { text: 'one', blocks: [header('One', 'slipway-catalog-1')] });
    if (posted.kind !== 'sent') throw new Error(posted.error);
    expect(posted.place.channel).toBe(CHANNEL);
    expect(await api().update(posted.place, { text: 'two', blocks: [section('*Two*', 'slipway-catalog-1')] })).toEqual(posted);
    const answered = await api().post(CHANNEL, { text: 'detail', blocks: [section('detail', 'note-1')] }, posted.place.ts);
    expect(slack.posts().map(({ text }) => text)).toEqual(['two']);
    expect(slack.thread(posted.place.ts).map(({ text }) => text)).toEqual(['detail']);
    expect(await api().find(CHANNEL, 'slipway-catalog-1', SINCE)).toEqual({ kind: 'found', place: posted.place });
    expect(await api().find(CHANNEL, 'note-1', { ...SINCE, thread: posted.place.ts })).toEqual({ kind: 'found', place: answered.kind === 'sent' ? answered.place : null });
    expect(await api().find(CHANNEL, 'note-1', SINCE)).toEqual({ kind: 'absent' });
    expect(await api().find(CHANNEL, 'slipway-catalog-1', { sinceMs: Date.now() + 60_000 })).toEqual({ kind: 'absent' });
  });

  it('lose their blocks when they are changed to a text', async () => {
    const posted = await api().post(CHANNEL, { text: 'one', blocks: [header('One')] });
    if (posted.kind === 'sent') await api().update(posted.place, { text: 'only text' });
    expect(slack.posts()[0]).toMatchObject({ text: 'only text', blocks: [] });
  });

  it('are said to one member alone', async () => {
    expect(await api().whisper(CHANNEL, 'U0ANNA', { text: 'not you' })).toEqual({ kind: 'sent' });
    expect(slack.whispers).toEqual([{ channel: CHANNEL, user: 'U0ANNA', text: 'not you' }]);
    expect(slack.messages).toEqual([]);
  });
});

describe('what Slack refuses', () => {
  const refusals: readonly (readonly [string, () => unknown, string])[] = [
    ['a channel that is not there', () => undefined, 'C0NOTHING'],
    ['an archived channel', () => { slack.channels.set(CHANNEL, { isMember: true, isArchived: true, isPrivate: false }); }, CHANNEL],
    ['a channel without the app', () => { slack.channels.set(CHANNEL, { isMember: false, isArchived: false, isPrivate: false }); }, CHANNEL],
    ['a token that was taken back', () => { slack.tokenError = 'token_revoked'; }, CHANNEL],
    ['a token of somebody else', () => { token = 'xoxb-other'; }, CHANNEL],
    ['no token', () => { token = null; }, CHANNEL],
    ['too few scopes', () => { slack.scopes.delete('chat:write'); }, CHANNEL],
  ];
  const errors = ['channel_not_found', 'is_archived', 'not_in_channel', 'token_revoked', 'invalid_auth', 'not_connected', 'missing_scope'];

  it.each(refusals.map((refusal, index) => [...refusal, errors[index]] as const))('%s is answered with what to do', async (_what, arrange, channel, error) => {
    arrange();
    expect(await api().post(channel, { text: 'hello' })).toEqual({ kind: 'refused', error, remedy: expect.stringMatching(/[a-z]{4}.*\.$/) });
    expect(JSON.stringify(await api().post(channel, { text: 'hello' }))).not.toContain('xoxb');
  });

  it('a message that is gone, and blocks that break a rule', async () => {
    expect(await api().update(PLACE, { text: 'hello' })).toMatchObject({ kind: 'refused', error: 'message_not_found' });
    expect(await api().post(CHANNEL, { text: 'x', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'h'.repeat(151) } }] })).toMatchObject({ kind: 'refused', error: 'invalid_blocks' });
  });

  it('a dialog whose trigger is older than three seconds', async () => {
    const view = { type: 'modal', callback_id: 'reject', private_metadata: '', title: { type: 'plain_text', text: 'Reject' }, submit: { type: 'plain_text', text: 'Reject' }, close: { type: 'plain_text', text: 'Back' }, blocks: [section('why')] } as const;
    const trigger = slack.trigger();
    expect(await api().openView(trigger, view)).toEqual({ kind: 'sent' });
    const late = slack.trigger();
    slack.clockAheadMs = 3001;
    expect(await api().openView(late, view)).toMatchObject({ kind: 'refused', error: 'expired_trigger_id' });
  });
});

describe('passing faults', () => {
  it.each([['a status of 503', { status: 503 }], ['an internal error', { error: 'internal_error' }], ['no answer', 'no answer'], ['a lost answer', 'take and drop']] as const)('%s is thrown as retryable', async (_what, fault) => {
    slack.fail('chat.postMessage', fault);
    await expect(api().post(CHANNEL, { text: 'hello' })).rejects.toMatchObject({ name: 'ProviderUnavailable', retry: 'retryable' });
    expect(slack.posts()).toHaveLength(fault === 'take and drop' ? 1 : 0);
  });

  it('a rate limit names the seconds, and nothing more is sent until they are over', async () => {
    slack.fail('chat.postMessage', { status: 429, retryAfter: 20 });
    const one = api();
    await expect(one.post(CHANNEL, { text: 'hello' })).rejects.toMatchObject({ name: 'ProviderUnavailable', evidence: { retryAfterSeconds: 20 } });
    await expect(one.post(CHANNEL, { text: 'hello' })).rejects.toMatchObject({ name: 'ProviderUnavailable', evidence: { retryAfterSeconds: expect.any(Number) } });
    expect(slack.calls).toHaveLength(1);
  });
});

describe('pace', () => {
  const paced = () => {
    let now = 0;
    const waits: number[] = [];
    return { waits, pass: (ms: number) => { now += ms; }, pace: createPace({ now: () => now, sleep: async (ms) => { waits.push(ms); now += ms; }, longestWaitMs: 5000 }) };
  };
  const limit = { name: 'channel', intervalMs: 1000, burst: 3 };

  it('lets a burst through, then one in each interval, and a burst again after a rest', async () => {
    const { pace, waits, pass } = paced();
    for (let turn = 0; turn < 5; turn += 1) await pace.turn([limit]);
    expect(waits).toEqual([1000, 1000]);
    pass(10_000);
    for (let turn = 0; turn < 3; turn += 1) await pace.turn([limit]);
    expect(waits).toHaveLength(2);
  });

  it('sends away whoever would wait too long, without taking a turn', async () => {
    const { pace, pass } = paced();
    pace.block('channel', 6000);
    await expect(pace.turn([limit])).rejects.toMatchObject({ name: 'ProviderUnavailable', evidence: { retryAfterSeconds: 6 } });
    pass(6000);
    await pace.turn([limit]);
  });

  it('never sends more to a channel than Slack takes: its stand-in refuses nothing', async () => {
    // Between the turn and the arrival lies what a machine under load does to a request: twelve sent as fast as they come would be refused all the same.
    slack.postIntervalMs = 50;
    const fast = { name: 'channel', intervalMs: 100, burst: 3 };
    const pace = createPace({ now: () => performance.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), longestWaitMs: 5000 });
    const one = createSlackWebApi({ origin: slack.origin, token: async () => token, pace: { turn: () => pace.turn([fast]), block: pace.block } });
    const sent = await Promise.all(Array.from({ length: 12 }, (_, index) => one.post(CHANNEL, { text: String(index) })));
    expect(sent.map(({ kind }) => kind)).toEqual(Array.from({ length: 12 }, () => 'sent'));
  });
});
