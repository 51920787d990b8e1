/** What happens is told once to everybody whom a rule names, and again until it arrived; a bad recipient costs the others nothing. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { resend, testRule } from '../../../../src/app/notify/resend.ts';
import { noticesPart, shownRules } from '../../../../src/app/notify/show.ts';
import { Identity } from '../../../../src/domain/ids.ts';
import type { NoticeId } from '../../../../src/domain/notification/notice.ts';
import { DISABLED_AFTER_MS } from '../../../../src/domain/notification/retry.ts';
import type { ItemStore } from '../../../../src/ports/item-store.ts';
import { type Receiver, startReceiver } from '../../../fakes/receiver.ts';
import { type SmtpServer, startSmtpServer } from '../../../fakes/smtp-server.ts';
import { notifyRig, SIGNING_KEY, type NotifyRig } from './rig.ts';

let at: NotifyRig;
let receiver: Receiver;
let mail: SmtpServer;
beforeEach(async () => {
  at = notifyRig();
  [receiver, mail] = [await startReceiver(), await startSmtpServer()];
  await at.service();
});
afterEach(async () => {
  await at.close();
  await receiver.close();
  await mail.close();
});

const MINUTE = 60_000;
const BY = Identity.parse('anna');
const webhook = (path = '/hook') => ({ kind: 'webhook', url: `${receiver.url}${path}`, secret: 'hook' });
const types = () => receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const statuses = async () => (await at.notices()).map(({ status }) => status.kind);
const alerts = () => at.alerts.map(({ kind }) => kind);

describe('what happens', () => {
  beforeEach(() => at.rules({ rules: [{ name: 'all', to: [webhook()] }] }));

  it('is told once, signed, with what it is about, however often it is looked at', async () => {
    await at.pipeline();
    await at.run();
    await at.deployment({ kind: 'running' });
    await at.deployment({ kind: 'rolled-back', at: at.clock.now(), error: 'CandidateWorse', reason: '12 % of the answers failed.' });
    await at.pipeline({ kind: 'failed', at: at.clock.now(), error: 'CandidateWorse', reason: '12 % of the answers failed.' });
    await at.run();
    await at.run();
    expect(types()).toEqual(['slipway.pipeline-started', 'slipway.deployment-started', 'slipway.deployment-rolled-back', 'slipway.pipeline-failed'].sort((a, b) => types().indexOf(a) - types().indexOf(b)));
    expect(new Set(types())).toEqual(new Set(['slipway.pipeline-started', 'slipway.deployment-started', 'slipway.deployment-rolled-back', 'slipway.pipeline-failed']));
    for (const { headers, body } of receiver.received) {
      const key = Buffer.from(SIGNING_KEY.slice('whsec_'.length), 'base64');
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(`${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`).digest('base64')}`);
      expect(Number(headers['webhook-timestamp'])).toBe(Math.floor(at.clock.now() / 1000));
    }
    const rolledBack = receiver.received.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> }).find(({ type }) => type === 'slipway.deployment-rolled-back');
    expect(rolledBack?.data).toMatchObject({ service: 'catalog', team: 'shop', environment: 'production', pipeline: 'catalog-7', severity: 'warning', url: 'https://slipway.example.com/pipelines/catalog-7', facts: { deployment: 'catalog-7-production', version: '1.4.0', error: 'CandidateWorse', stable: 'catalog-6-production', author: 'anna' } });
    expect(await statuses()).toEqual(['delivered', 'delivered', 'delivered', 'delivered']);
    expect(await at.due()).toBe(0);
  });

  it('of an approval is its request and its end', async () => {
    const now = at.clock.now();
    await at.approval({ requestedAt: now, expiresAt: now + MINUTE });
    await at.run();
    await at.approval({ requestedAt: now, expiresAt: now + MINUTE, status: { kind: 'rejected', at: now + 5, by: 'carla', comment: 'Not today.' }, decisions: [{ by: 'carla', at: now + 5, decision: 'reject', comment: 'Not today.' }] });
    await at.run();
    expect(types()).toEqual(['slipway.approval-requested', 'slipway.approval-rejected']);
    const last = JSON.parse(receiver.received.at(-1)?.body ?? '{}') as { data: { text: string } };
    expect(last.data.text).toBe('carla rejected it: Not today.');
    expect(receiver.received.map(({ body }) => body).join('')).not.toContain('"token"');
  });

  it('of an alert is its text, whatever else its time holds', async () => {
    const alert = { severity: 'critical', kind: 'crash-loop', service: 'catalog', environment: 'production', text: 'It keeps failing.', at: at.clock.now() };
    await at.put({ partition: 'alerts', sort: `${at.clock.now()}#a` }, alert);
    await at.put({ partition: 'alerts', sort: `${at.clock.now()}#b` }, { ...alert, text: 'Another one.' });
    await at.run();
    expect(receiver.received.map(({ body }) => (JSON.parse(body) as { data: { text: string } }).data.text).sort()).toEqual(['Another one.', 'It keeps failing.']);
  });

  it('long ago is no news when its document changes again', async () => {
    await at.run();
    await at.pipeline();
    at.clock.advance(3 * 60 * MINUTE);
    const startedAt = at.clock.now() - 3 * 60 * MINUTE;
    await at.run();
    receiver.received.length = 0;
    await at.store.transact([{ kind: 'put', key: { partition: 'service#catalog', sort: 'pipeline#00000007' }, value: { ...(await at.store.get<object>({ partition: 'service#catalog', sort: 'pipeline#00000007' }))?.value, startedAt, status: { kind: 'cancelled', at: at.clock.now(), by: 'anna', why: '' } }, condition: { generation: 1 } }]);
    await at.run();
    expect(types()).toEqual(['slipway.pipeline-stopped']);
  });

  it('without rules is told to nobody, and costs nothing', async () => {
    at.rules({});
    await at.pipeline();
    expect(await at.run()).toEqual({ kind: 'off' });
    expect(await at.notices()).toEqual([]);
  });
});

describe('a recipient that does not take it', () => {
  it('is told later, with growing waits, while others are told at once', async () => {
    const other = await startReceiver();
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [webhook(), { kind: 'webhook', url: other.url, secret: 'hook' }] }] });
    receiver.answers = 503;
    await at.pipeline();
    await at.run();
    expect([receiver.received.length, other.received.length]).toEqual([1, 1]);
    await at.run();
    expect(receiver.received.length).toBe(1);
    at.clock.advance(10_000);
    await at.run();
    at.clock.advance(10_000);
    await at.run();
    expect(receiver.received.length).toBeLessThanOrEqual(3);
    receiver.answers = 200;
    at.clock.advance(MINUTE);
    await at.run();
    expect(await statuses()).toEqual(['delivered', 'delivered']);
    // The same id in each attempt, and another time stamp.
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(receiver.received.length);
    await other.close();
  });

  it('for a day is not told any more, with one alert; a test that arrives tells it again, and what it missed can be sent', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [webhook()] }] });
    receiver.answers = 500;
    await at.pipeline();
    for (let spent = 0; spent <= DISABLED_AFTER_MS + 2 * 3_600_000; spent += 30 * MINUTE) {
      await at.run();
      at.clock.advance(30 * MINUTE);
    }
    expect(alerts()).toEqual(['recipient-disabled']);
    expect(await statuses()).toEqual(['held']);
    expect((await at.recipients())[0]?.disabled).not.toBeNull();
    const attempts = receiver.received.length;
    expect(attempts).toBeGreaterThan(20);
    await at.put({ partition: 'service#catalog', sort: 'pipeline#00000008' }, { ...(await at.store.get<object>({ partition: 'service#catalog', sort: 'pipeline#00000007' }))?.value, id: 'catalog-8', number: 8, startedAt: at.clock.now() });
    await at.run();
    expect([receiver.received.length, (await statuses())[1]]).toEqual([attempts, 'held']);
    receiver.answers = 200;
    const [test] = await testRule(at.needs)({ rule: 'all', by: BY });
    await at.run();
    expect(types().at(-1)).toBe('slipway.test');
    expect((await at.notices()).find(({ id }) => id === test?.id)).toMatchObject({ status: { kind: 'delivered' }, asked: { by: 'anna' } });
    expect((await at.recipients())[0]).toMatchObject({ disabled: null, trouble: null });
    const held = (await at.notices()).filter(({ status }) => status.kind === 'held');
    for (const { id } of held) await resend(at.needs)({ id, by: BY });
    await at.run();
    expect(new Set(await statuses())).toEqual(new Set(['delivered']));
  });

  it('that asks to be left alone (410) is at once', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [webhook()] }] });
    receiver.answers = 410;
    await at.pipeline();
    await at.run();
    expect([await statuses(), alerts()]).toEqual([['held'], ['recipient-disabled']]);
  });

  it('waits as long as it asks for', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [webhook()] }] });
    receiver.answers = (response) => response.writeHead(429, { 'retry-after': '600' }).end();
    await at.pipeline();
    await at.run();
    at.clock.advance(9 * MINUTE);
    await at.run();
    expect(receiver.received.length).toBe(1);
    at.clock.advance(2 * MINUTE);
    receiver.answers = 204;
    await at.run();
    expect(await statuses()).toEqual(['delivered']);
  });

  it('that cannot read one notice is told the next', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started', 'pipeline-failed'], to: [webhook()] }] });
    receiver.answers = (response, { body }) => response.writeHead((JSON.parse(body) as { type: string }).type === 'slipway.pipeline-started' ? 422 : 200).end('cannot read it');
    const now = at.clock.now();
    await at.pipeline();
    await at.pipeline({ kind: 'failed', at: now + 1, error: 'TestsFailed', reason: 'no' });
    await at.run();
    expect(await statuses()).toEqual(['waiting', 'delivered']);
    expect((await at.notices())[0]?.attempts).toMatchObject([{ outcome: 'refused', detail: '422 cannot read it' }]);
  });

  it('whose secret is not there or is no key says so, and names no secret', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [{ ...webhook(), secret: 'absent' }, { ...webhook('/two'), secret: 'bad' }] }] });
    at.state.secrets['bad'] = 'not a signing key';
    await at.pipeline();
    await at.run();
    const details = (await at.notices()).flatMap(({ attempts }) => attempts.map(({ detail }) => detail));
    expect(details.some((detail) => detail.includes('"absent"')) && details.some((detail) => detail.includes('whsec_'))).toBe(true);
    expect(JSON.stringify(await at.notices())).not.toContain('not a signing key');
    expect(receiver.received).toEqual([]);
  });
});

describe('a crash', () => {
  it('between sending and writing that down sends again, with the same id', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [webhook()] }] });
    await at.pipeline();
    const real = at.needs.store.transact;
    (at.needs as { store: ItemStore }).store = { ...at.needs.store, transact: (writes) => (receiver.received.length > 0 ? Promise.reject(new Error('killed')) : real(writes)) };
    await expect(at.run()).rejects.toThrow('killed');
    (at.needs as { store: ItemStore }).store = at.store;
    await at.run();
    expect(receiver.received.length).toBe(1);
    at.clock.advance(2 * MINUTE);
    await at.run();
    expect(receiver.received.length).toBe(2);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await statuses()).toEqual(['delivered']);
  });

  it('and runs at the same time send each notice once', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [webhook()] }] });
    await at.run();
    await at.pipeline();
    receiver.answers = (response) => setTimeout(() => response.writeHead(200).end(), 50);
    const [first] = [at.run()];
    await Promise.all([first, at.deliver(), at.deliver()]);
    await Promise.all([at.deliver(), at.deliver(), at.deliver()]);
    expect(receiver.received.length).toBe(1);
  });
});

describe('channels', () => {
  it('mail, Slack and CDEvents say the same in their ways', async () => {
    at.rules({ mail: { server: mail.url, from: 'slipway@example.com' }, rules: [{ name: 'all', events: ['deployment-rolled-back'], to: [{ kind: 'email', to: ['anna@example.com'] }, { kind: 'slack', channel: 'C024BE7LH' }, { kind: 'cdevents', url: receiver.url }] }] });
    await at.pipeline();
    await at.deployment({ kind: 'rolled-back', at: at.clock.now(), error: 'CandidateWorse', reason: 'A <script> & more.' });
    await at.run();
    expect(mail.letters[0]?.to).toEqual(['<anna@example.com>']);
    expect(mail.letters[0]?.text).toContain('catalog 1.4.0 in production: rolled back');
    expect(at.posted).toEqual([{ channel: 'C024BE7LH', text: expect.stringContaining('A &lt;script&gt; &amp; more.') }]);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.headers['content-type']).toBe('application/cloudevents+json');
    expect(await statuses()).toEqual(['delivered', 'delivered', 'delivered']);
  });

  it('that do not exist here, or refuse, say what to do', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [{ kind: 'topic', topic: 'arn:aws:sns:eu-central-1:123456789012:slipway-on-call' }, { kind: 'slack', channel: 'C024BE7LH' }] }] });
    at.state.slack = 'refused';
    await at.pipeline();
    await at.run();
    expect((await at.notices()).flatMap(({ attempts }) => attempts.map(({ detail }) => detail)).sort()).toEqual([expect.stringContaining('no topics of SNS'), 'not_in_channel: Invite the app.']);
  });

  it('of CDEvents hear only of what CDEvents has', async () => {
    at.rules({ rules: [{ name: 'all', to: [{ kind: 'cdevents', url: receiver.url }] }] });
    await at.pipeline();
    await at.deployment({ kind: 'succeeded', at: at.clock.now() });
    await at.run();
    expect(receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(['dev.cdevents.service.upgraded.0.3.0']);
  });
});

describe('what people look at and ask for', () => {
  it('shows rules with how it is with their recipients, and no address that may hold a key', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [webhook('/key-in-the-path')] }] });
    receiver.answers = 500;
    await at.pipeline();
    await at.run();
    const rules = await shownRules(at.needs)();
    expect(rules).toMatchObject([{ name: 'all', to: [{ kind: 'webhook', trouble: { reason: '500', attempts: 1 }, disabled: null }] }]);
    const notices = await noticesPart(at.needs)({ limit: 10 }, {});
    expect(JSON.stringify([rules, notices])).not.toContain('key-in-the-path');
    expect((await noticesPart(at.needs)({ limit: 10 }, { status: 'held' })).items).toEqual([]);
  });

  it('a test is tried once and says how it went', async () => {
    at.rules({ rules: [{ name: 'all', events: ['pipeline-started'], to: [webhook()] }] });
    receiver.answers = 500;
    const [notice] = await testRule(at.needs)({ rule: 'all', by: BY });
    await at.run();
    await at.run();
    at.clock.advance(60 * MINUTE);
    await at.run();
    expect(receiver.received.length).toBe(1);
    expect((await at.notices()).find(({ id }) => id === notice?.id)).toMatchObject({ status: { kind: 'given-up', reason: '500' }, attempts: [{ outcome: 'unavailable' }] });
    expect(alerts()).toEqual([]);
  });

  it('of what is not there is refused with what is', async () => {
    at.rules({ rules: [{ name: 'all', to: [webhook()] }] });
    await expect(testRule(at.needs)({ rule: 'nothing', by: BY })).rejects.toMatchObject({ name: 'NotFound', message: expect.stringContaining('It has: all.') });
    await expect(resend(at.needs)({ id: `1700000000000-${'0'.repeat(16)}` as NoticeId, by: BY })).rejects.toMatchObject({ name: 'NotFound' });
  });
});
