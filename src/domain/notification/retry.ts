/** When a notice is tried again, and when not any more. */
import { createHash } from 'node:crypto';
import { ATTEMPTS_KEPT, type Attempt, type Notice, type Recipient } from './notice.ts';

export const RETRY_FIRST_MS = 5000;
export const RETRY_LONGEST_MS = 3_600_000;
/** A notice is not tried for longer than this after it was made. */
export const TRIED_FOR_MS = 24 * 3_600_000;
/** A recipient that nothing has reached for so long is not told any more. */
export const DISABLED_AFTER_MS = 24 * 3_600_000;
/** Jitter: a wait is shortened or lengthened by up to this share, so that many notices do not come back together. */
const JITTER = 0.2;

/** Doubling from 5 s to an hour, each notice with a jitter of its own. @param attempts that failed in a row, from 1 */
export function retryDelayMs(attempts: number, of: string): number {
  const chance = createHash('sha256').update(`${of}#${attempts}`).digest().readUInt32BE(0) / 0xffffffff;
  return Math.round(Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts - 1, 20)) * (1 + JITTER * (2 * chance - 1)));
}

export interface Tried {
  readonly outcome: Attempt['outcome'];
  readonly detail: string;
  /** What the other side asks for. */
  readonly retryAfterSeconds?: number | null;
}

export interface AfterAttempt {
  readonly notice: Notice;
  readonly recipient: Recipient;
  /** What people should hear of. */
  readonly tell: 'disabled' | 'given-up' | null;
}

/**
 * `refused` is about this notice (the other side cannot read it), and the next one may pass; `unavailable` is about the recipient, which is
 * left alone for a while; `gone` is for good.
 */
export function afterAttempt(notice: Notice, recipient: Recipient, tried: Tried, now: number, startedAt: number): AfterAttempt {
  const attempt: Attempt = { at: startedAt, outcome: tried.outcome, detail: tried.detail.slice(0, 1000), seconds: Math.max(0, (now - startedAt) / 1000) };
  const attempts = [...notice.attempts, attempt].slice(-ATTEMPTS_KEPT);
  if (tried.outcome === 'delivered') return { notice: { ...notice, attempts, status: { kind: 'delivered', at: now } }, recipient: { ...recipient, trouble: null, disabled: null, deliveredAt: now }, tell: null };
  // Whoever asked for a test looks at what came of it, and asks again.
  if (notice.notification.kind === 'test') return { notice: { ...notice, attempts, status: { kind: 'given-up', at: now, reason: attempt.detail } }, recipient, tell: null };
  const failed = (recipient.trouble?.attempts ?? 0) + 1;
  const since = recipient.trouble?.since ?? now;
  const reason = attempt.detail;
  const asked = Math.min(RETRY_LONGEST_MS, (tried.retryAfterSeconds ?? 0) * 1000);
  const isOfNotice = tried.outcome === 'refused';
  const retryAt = isOfNotice ? now : now + Math.max(asked, retryDelayMs(failed, recipient.recipient));
  const trouble = { since, attempts: failed, retryAt, reason };
  if (tried.outcome === 'gone' || now - since >= DISABLED_AFTER_MS) {
    const why = tried.outcome === 'gone' ? `It said that it is gone for good: ${reason}` : `Nothing has reached it for ${Math.round(DISABLED_AFTER_MS / 3_600_000)} hours: ${reason}`;
    return { notice: { ...notice, attempts, status: { kind: 'held', at: now, reason: why.slice(0, 1000) } }, recipient: { ...recipient, trouble, disabled: recipient.disabled ?? { at: now, reason: why.slice(0, 1000) } }, tell: recipient.disabled === null ? 'disabled' : null };
  }
  if (now - notice.createdAt >= TRIED_FOR_MS) return { notice: { ...notice, attempts, status: { kind: 'given-up', at: now, reason } }, recipient: { ...recipient, trouble }, tell: 'given-up' };
  const nextAt = isOfNotice ? now + Math.max(asked, retryDelayMs(notice.begun, notice.id)) : retryAt;
  return { notice: { ...notice, attempts, status: { kind: 'waiting', nextAt } }, recipient: { ...recipient, trouble }, tell: null };
}
