import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { slackRequestKey } from '../../../../src/app/state/keys.ts';
import { requestIdOf } from '../../../../src/app/slack/requests.ts';
import { ProviderUnavailable } from '../../../../src/domain/errors.ts';
import { approval } from '../../../builders/approval.ts';
import { environmentsFor, slackRig, type SlackRig } from './rig.ts';

let at: SlackRig;
beforeEach(async () => {
  at = await slackRig();
  await at.service('catalog');
});
afterEach(() => at.close());

const asked = () => approval({ expiresAt: at.clock.now() + 3_600_000 });
const valueOf = (binding: string) => JSON.stringify({ service: 'catalog', environment: 'production', binding });
const seconds = () => Math.floor(at.clock.now() / 1000);

describe('who sends', () => {
  it.each([
    ['an old timestamp', () => ({ timestamp: seconds() - 302 })], ['one from the future', () => ({ timestamp: seconds() + 302 })], ['another key', () => ({ secret: 'other' })], ['an empty key', () => ({ secret: ' ' })],
  ])('%s is refused with 401', async (_what, options) => {
    expect((await at.member('U0ANNA').type('status', options())).status).toBe(401);
    expect(at.handover.work).toEqual([]);
  });

  it.each([
    ['another workspace', { workspace: 'T0OTHER' }, {}, /does not listen to this workspace \(T0TEAM\)/], ['no workspace at all', null, {}, /write under "slack" in environments\.yaml: workspace: T0TEAM/],
    ['another organization', { workspace: 'T0TEAM', enterprise: 'E0ORG' }, { enterprise: 'E0OTHER' }, /organization/], ['no organization', { workspace: 'T0TEAM', enterprise: 'E0ORG' }, {}, /organization/], ['another app', { workspace: 'T0TEAM', app: 'A0OTHER' }, {}, /this Slack app/],
  ])('%s is refused in words, and nothing is kept', async (_what, settings, options, reason) => {
    at.environments.text = environmentsFor(undefined, settings);
    await at.wait(asked());
    const member = at.member('U0ANNA');
    expect(await member.ask('approve catalog', options)).toMatch(reason);
    expect(await at.needs.store.get(slackRequestKey(requestIdOf(Buffer.from(member.last.body))))).toBeUndefined();
    expect((JSON.parse((await member.pressValue('approve', valueOf(asked().binding), options)).text) as { text: string }).text).toMatch(reason);
    expect(at.answered).toEqual([]);
  });

  it('the right workspace, organization and app are heard', async () => {
    at.environments.text = environmentsFor(undefined, { workspace: 'T0TEAM', enterprise: 'E0ORG', app: 'A0SLIPWAY' });
    expect(await at.member('U0ANNA').ask('status', { enterprise: 'E0ORG' })).toContain('catalog');
  });
});

describe('once', () => {
  it('the same request, sent again or replayed, does nothing twice', async () => {
    await at.wait(asked());
    const member = at.member('U0ANNA');
    const sent = await member.type('approve catalog');
    await member.answer(sent);
    expect([await member.again(), await member.again({ 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' })]).toEqual([200, 200]);
    await Promise.all(at.handover.work);
    expect(at.answered).toHaveLength(1);
    expect(at.slack.replies).toHaveLength(1);
  });

  it('two at the same moment are carried out once', async () => {
    await at.wait(asked());
    at.handover.isOn = false;
    await at.member('U0ANNA').type('approve catalog');
    at.clock.advance(11_000);
    const [one, other] = await Promise.all([at.sweep(), at.sweep()]);
    expect(one.done + other.done).toBe(1);
    expect(at.answered).toHaveLength(1);
  });

  it('keeps no address of Slack once it has answered', async () => {
    const member = at.member('U0ANNA');
    await member.ask('status');
    await Promise.all(at.handover.work);
    const kept = await at.needs.store.get(slackRequestKey(requestIdOf(Buffer.from(member.last.body))));
    expect(kept?.value).toEqual({ status: 'done', at: expect.any(Number) });
    expect((await at.needs.store.query('slack-requests', '', { limit: 10 })).items).toEqual([]);
  });
});

describe('what nobody carries out', () => {
  it('is taken up later, and answered where Slack said to', async () => {
    await at.wait(asked());
    at.handover.isOn = false;
    const sent = await at.member('U0ANNA').type('approve catalog');
    expect(sent).toMatchObject({ status: 200, text: '' });
    expect(await at.sweep()).toEqual({ done: 0, left: 1 });
    at.clock.advance(11_000);
    expect(await at.sweep()).toEqual({ done: 1, left: 0 });
    expect(at.answered).toHaveLength(1);
    expect((await at.member('U0ANNA').answer(sent)).text).toContain('anna approved');
  });

  it('is dropped once Slack would take no answer', async () => {
    await at.wait(asked());
    at.handover.isOn = false;
    await at.member('U0ANNA').type('approve catalog');
    at.clock.advance(31 * 60_000);
    expect(await at.sweep()).toEqual({ done: 1, left: 0 });
    expect(at.answered).toEqual([]);
  });

  it('when it broke off in the middle, a change is not made again by itself, and a look is', async () => {
    for (const [text, expected] of [['pause catalog staging', /broken off in the middle/], ['status', /catalog/]] as const) {
      at.handover.isOn = false;
      const member = at.member('U0ANNA');
      const sent = await member.type(text);
      const key = slackRequestKey(requestIdOf(Buffer.from(member.last.body)));
      const kept = await at.needs.store.get(key);
      await at.needs.store.transact([{ kind: 'put', key, value: { ...(kept?.value as object), status: 'begun' }, condition: { generation: kept?.generation ?? 0 } }]);
      at.clock.advance(60_000);
      expect(await at.sweep()).toEqual({ done: 0, left: 1 });
      at.clock.advance(61_000);
      expect(await at.sweep()).toEqual({ done: 1, left: 0 });
      expect((await member.answer(sent)).text).toMatch(expected);
    }
  });
});

describe('answers', () => {
  it('are given at once, whatever happens behind', async () => {
    const { orchestrator } = at.needs;
    const { promise: answered, resolve: goOn } = Promise.withResolvers<void>();
    at.needs.orchestrator = { ...orchestrator, succeedTask: async (token, output) => { await answered; return orchestrator.succeedTask(token, output); } };
    await at.wait(asked());
    // What happens behind waits for the answer here: one that waited for it would never come.
    const sent = await at.member('U0ANNA').type('approve catalog');
    expect(sent).toMatchObject({ status: 200, text: '' });
    expect(at.slack.replies).toEqual([]);
    goOn();
    expect((await at.member('U0ANNA').answer(sent)).text).toContain('anna approved');
  });

  it.each([['has expired', () => { at.slack.clockAheadMs = 31 * 60_000; }], ['was used five times', (url: string) => Promise.all(Array.from({ length: 5 }, () => fetch(url, { method: 'POST', body: '{"text":"x"}' })))]])('are whispered when the address %s', async (_what, arrange) => {
    at.handover.isOn = false;
    const sent = await at.member('U0ANNA').type('status catalog');
    await arrange(sent.replyTo);
    at.clock.advance(11_000);
    await at.sweep();
    expect(at.slack.whispers).toEqual([{ channel: 'C0DEPLOYS', user: 'U0ANNA', text: expect.stringContaining('*catalog*') }]);
  });

  it('say that something failed, and what was decided stands when Slack takes no answer', async () => {
    await at.wait(asked());
    at.needs.slackReplies = { ...at.needs.slackReplies, send: async () => { throw new ProviderUnavailable('Slack is down'); } };
    await at.member('U0ANNA').type('approve catalog');
    await Promise.all(at.handover.work);
    expect(at.answered).toHaveLength(1);
    expect(at.handover.failures).toBe(0);
  });

  it('refuse a command that is too long in words, and decide nothing', async () => {
    await at.wait(asked());
    const text = `approve catalog ${'x'.repeat(2984)}`;
    expect(await at.member('U0ANNA').ask(`${text}x`)).toBe('The command has 3001 characters; up to 3000 are read. Nothing was done. Send it again with a shorter comment.');
    expect(at.answered).toEqual([]);
    expect(await at.member('U0ANNA').ask(text)).toMatch(/anna approved catalog/);
    expect(at.answered).toHaveLength(1);
  });

  it.each(['not a form', 'payload=%7B%7D', 'payload=nothing', 'command=%2Fslipway&text=status', `payload=${encodeURIComponent(JSON.stringify({ type: 'block_actions', user: { id: 'U1' }, team: { id: 'T0TEAM' }, trigger_id: 't', actions: [{ action_id: 'explode', value: '{}' }] }))}`])('refuse a signed body that is nothing of Slack\'s: %s', async (body) => {
    const { createHmac } = await import('node:crypto');
    const member = at.member('U0ANNA');
    await member.ask('help');
    const timestamp = String(seconds());
    member.last = { body, headers: { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${createHmac('sha256', 'slack-key').update(`v0:${timestamp}:${body}`).digest('hex')}` } };
    expect(await member.again()).toBe(200);
    expect(at.handover.work).toHaveLength(1);
  });

  it('go to Slack only', async () => {
    const replyTo = 'https://evil.example.com/x';
    at.slack.responseUrl = () => replyTo;
    const sent = await at.member('U0ANNA').type('status');
    expect(sent.text).toMatch(/not one of Slack/);
  });
});

describe('buttons and dialogs', () => {
  it('approve exactly what was shown, once', async () => {
    await at.wait(asked());
    const anna = at.member('U0ANNA');
    expect((await anna.answer(await anna.pressValue('approve', valueOf('f'.repeat(16))))).text).toMatch(/does not wait any more/);
    expect((await anna.answer(await anna.pressValue('approve', valueOf(asked().binding)))).text).toMatch(/^anna approved catalog/);
    expect((await anna.answer(await anna.pressValue('approve', valueOf(asked().binding)))).text).toMatch(/does not wait any more/);
    expect(at.answered).toHaveLength(1);
  });

  it('reject asks why, with the plan in view, and its answer goes where the button was', async () => {
    await at.wait(asked());
    const anna = at.member('U0ANNA');
    const pressed = await anna.pressValue('reject', valueOf(asked().binding));
    await Promise.all(at.handover.work);
    const { view } = at.slack.views[0] ?? { view: undefined };
    if (view === undefined) throw new Error('no dialog was opened');
    expect(JSON.stringify(view.blocks)).toContain(`plan \`${'b'.repeat(12)}\``);
    expect(at.answered).toEqual([]);
    expect(await anna.submit(view, 'prices are <wrong>')).toMatchObject({ status: 200, text: '' });
    expect((await anna.answer(pressed)).text).toMatch(/^anna rejected catalog .* "prices are &lt;wrong&gt;"$/);
    expect(at.answered).toEqual([{ token: 't', error: 'ApprovalRejected' }]);
  });

  it('a dialog that came too late, or has no token to be opened with, is made up for by a command', async () => {
    await at.wait(asked());
    const anna = at.member('U0ANNA');
    at.handover.isOn = false;
    const pressed = await anna.pressValue('reject', valueOf(asked().binding));
    at.slack.clockAheadMs = 5000;
    at.clock.advance(11_000);
    await at.sweep();
    expect((await anna.answer(pressed)).text).toMatch(/expired_trigger_id.*`\/slipway reject catalog production REASON`/);
  });

  it('a dialog of something that was decided meanwhile changes nothing', async () => {
    await at.wait(asked());
    const anna = at.member('U0ANNA');
    const pressed = await anna.pressValue('reject', valueOf(asked().binding));
    await Promise.all(at.handover.work);
    await anna.ask('approve catalog');
    const [opened] = at.slack.views;
    if (opened !== undefined) await anna.submit(opened.view, 'no');
    expect((await anna.answer(pressed)).text).toMatch(/does not wait any more/);
    expect(at.answered).toEqual([{ token: 't', output: { approvedBy: ['anna'] } }]);
  });
});
