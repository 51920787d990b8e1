/** Signatures as Standard Webhooks has them, and waits between attempts. */
import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { NO_FACTS, type Notification } from '../../../../src/domain/notification/notification.ts';
import { type Notice, NoticeId, type Recipient } from '../../../../src/domain/notification/notice.ts';
import { afterAttempt, DISABLED_AFTER_MS, RETRY_LONGEST_MS, retryDelayMs, TRIED_FOR_MS } from '../../../../src/domain/notification/retry.ts';
import { signatureHeaders, webhookBody } from '../../../../src/domain/notification/webhook.ts';

describe('a signature', () => {
  // The example in the specification and in the test suites of its libraries.
  const secret = ['whsec', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'].join('_');
  const body = '{"test": 2432232314}';

  it('is that of the published example', () => {
    expect(signatureHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is there by each of two secrets while one replaces the other', () => {
    const other = Buffer.alloc(32, 7);
    const [first, second] = (signatureHeaders(`${secret} whsec_${other.toString('base64')}`, 'a', 1, body)['webhook-signature'] ?? '').split(' ');
    expect(first).toBe(signatureHeaders(secret, 'a', 1, body)['webhook-signature']);
    expect(second).toBe(`v1,${createHmac('sha256', other).update(`a.1.${body}`).digest('base64')}`);
  });

  it.each(['', 'whsec_', 'whsec_short', `whsec_${Buffer.alloc(23).toString('base64')}`, `whsec_${Buffer.alloc(65).toString('base64')}`, 'plain text that is long enough to be a key', 'whsec_not/base64!'])('with the secret %j is refused, without repeating it', (bad) => {
    const refusal = (() => { try { signatureHeaders(bad, 'a', 1, body); return ''; } catch (error) { return (error as Error).message; } })();
    expect(refusal).toContain('whsec_');
    if (bad.length > 6) expect(refusal).not.toContain(bad);
  });

  it('body says what, when and all facts', () => {
    const told: Notification = { id: 'deployment-rolled-back:catalog-7-production', kind: 'deployment-rolled-back', severity: 'warning', at: 1_700_000_000_000, service: 'catalog', team: 'shop', environment: 'production', pipeline: 'catalog-7', title: 't', text: 'x', url: null, facts: { ...NO_FACTS, version: '1.4.0' } } as never;
    expect(JSON.parse(webhookBody(told))).toEqual({ type: 'slipway.deployment-rolled-back', timestamp: '2023-11-14T22:13:20.000Z', data: { id: 'deployment-rolled-back:catalog-7-production', severity: 'warning', service: 'catalog', team: 'shop', environment: 'production', pipeline: 'catalog-7', title: 't', text: 'x', url: null, facts: { ...NO_FACTS, version: '1.4.0' } } });
  });
});

const notice = (parts: Partial<Notice> = {}): Notice => ({ id: NoticeId.parse(`1700000000000-${'a'.repeat(16)}`), rule: 'one', channel: { kind: 'slack', channel: 'C024BE7LH' }, recipient: 'r', notification: { kind: 'alert' } as never, status: { kind: 'waiting', nextAt: 0 }, attempts: [], begun: 1, createdAt: 0, asked: null, ...parts });
const recipient = (parts: Partial<Recipient> = {}): Recipient => ({ recipient: 'r', describes: 'webhook', trouble: null, disabled: null, deliveredAt: null, ...parts });

describe('waits', () => {
  it('double up to an hour, each within a fifth of it', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.string(), (attempts, of) => {
      const middle = Math.min(RETRY_LONGEST_MS, 5000 * 2 ** (attempts - 1));
      const wait = retryDelayMs(attempts, of);
      expect(wait).toBeGreaterThanOrEqual(Math.floor(middle * 0.8));
      expect(wait).toBeLessThanOrEqual(Math.ceil(middle * 1.2));
      expect(retryDelayMs(attempts, of)).toBe(wait);
    }));
  });

  it('differ between notices', () => {
    expect(new Set(Array.from({ length: 50 }, (_, index) => retryDelayMs(8, `notice ${index}`))).size).toBeGreaterThan(45);
  });
});

describe('after an attempt', () => {
  const failed = { outcome: 'unavailable', detail: '503' } as const;

  it('that arrived everything is in order, also with one that was not told any more', () => {
    const after = afterAttempt(notice(), recipient({ trouble: { since: 0, attempts: 9, retryAt: 0, reason: '' }, disabled: { at: 1, reason: '' } }), { outcome: 'delivered', detail: '200' }, 50, 40);
    expect(after).toMatchObject({ tell: null, notice: { status: { kind: 'delivered', at: 50 }, attempts: [{ outcome: 'delivered', seconds: 0.01 }] }, recipient: { trouble: null, disabled: null, deliveredAt: 50 } });
  });

  it('that failed the recipient is left alone, as long as it asks for, at most an hour', () => {
    expect(afterAttempt(notice(), recipient(), { ...failed, retryAfterSeconds: 120 }, 1000, 0).recipient.trouble).toMatchObject({ since: 1000, attempts: 1, retryAt: 121_000 });
    expect(afterAttempt(notice(), recipient(), { ...failed, retryAfterSeconds: 1e9 }, 0, 0).recipient.trouble?.retryAt).toBe(RETRY_LONGEST_MS);
  });

  it('that was refused only the notice waits', () => {
    const after = afterAttempt(notice(), recipient(), { outcome: 'refused', detail: '400' }, 1000, 0);
    expect(after.recipient.trouble?.retryAt).toBe(1000);
    expect(after.notice.status).toMatchObject({ kind: 'waiting' });
    expect((after.notice.status as { nextAt: number }).nextAt).toBeGreaterThan(1000);
  });

  it('a recipient that nothing has reached for a day is not told any more, and people hear of it once', () => {
    const trouble = { since: 0, attempts: 50, retryAt: 0, reason: '503' };
    const after = afterAttempt(notice({ createdAt: DISABLED_AFTER_MS }), recipient({ trouble }), failed, DISABLED_AFTER_MS, DISABLED_AFTER_MS);
    expect(after).toMatchObject({ tell: 'disabled', notice: { status: { kind: 'held' } }, recipient: { disabled: { at: DISABLED_AFTER_MS } } });
    expect(afterAttempt(notice(), after.recipient, failed, DISABLED_AFTER_MS + 1, 0)).toMatchObject({ tell: null, recipient: { disabled: { at: DISABLED_AFTER_MS } } });
    expect(afterAttempt(notice(), recipient(), { outcome: 'gone', detail: '410' }, 5, 0)).toMatchObject({ tell: 'disabled' });
  });

  it('a notice is given up after a day, while others of its recipient arrive', () => {
    expect(afterAttempt(notice(), recipient(), { outcome: 'refused', detail: '400' }, TRIED_FOR_MS, TRIED_FOR_MS)).toMatchObject({ tell: 'given-up', notice: { status: { kind: 'given-up', reason: '400' } }, recipient: { disabled: null } });
  });

  it('a test is tried once, and is no trouble of its recipient', () => {
    expect(afterAttempt(notice({ notification: { kind: 'test' } as never }), recipient(), failed, 5, 0)).toMatchObject({ tell: null, notice: { status: { kind: 'given-up' } }, recipient: { trouble: null } });
  });

  it('always either is over or comes back within an hour and a fifth', () => {
    const outcome = fc.constantFrom('refused', 'unavailable', 'gone', 'delivered');
    fc.assert(fc.property(fc.array(fc.tuple(outcome, fc.integer({ min: 0, max: 7_200_000 })), { maxLength: 60 }), (steps) => {
      let [one, other, now] = [notice(), recipient(), 0];
      for (const [next, pause] of steps) {
        if (one.status.kind !== 'waiting') return;
        ({ notice: one, recipient: other } = afterAttempt({ ...one, begun: one.begun + 1 }, other, { outcome: next, detail: next }, now, now));
        expect(one.attempts.length).toBeLessThanOrEqual(10);
        if (one.status.kind === 'waiting') {
          expect(one.status.nextAt).toBeGreaterThan(now);
          expect(one.status.nextAt - now).toBeLessThanOrEqual(RETRY_LONGEST_MS * 1.2);
          now = Math.max(now + pause, one.status.nextAt);
        }
      }
      expect(one.status.kind !== 'waiting' || now < TRIED_FOR_MS + 3 * RETRY_LONGEST_MS).toBe(true);
    }));
  });
});
