/** Signatures of requests from outside, checked in constant time over the raw bytes. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const hmac = (key: string, body: Uint8Array): Buffer => createHmac('sha256', key).update(body).digest();

/** Both are hashed values of one length, so the comparison takes the same time wherever they differ. */
function equalHex(expected: Buffer, given: string): boolean {
  return /^[0-9a-f]{64}$/.test(given) && timingSafeEqual(expected, Buffer.from(given, 'hex'));
}

/** `X-Hub-Signature-256: sha256=<hex>`. https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export function githubSignatureHolds(key: string, body: Uint8Array, header: string | undefined): boolean {
  return key.length > 0 && header !== undefined && header.startsWith('sha256=') && equalHex(hmac(key, body), header.slice('sha256='.length));
}

/** What Slack signs: `v0:<timestamp>:<body>`. https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function slackSignatureHolds(key: string, body: Uint8Array, timestamp: string | undefined, header: string | undefined): boolean {
  if (key.length === 0 || timestamp === undefined || header === undefined || !header.startsWith('v0=')) return false;
  return equalHex(hmac(key, Buffer.concat([Buffer.from(`v0:${timestamp}:`), body])), header.slice('v0='.length));
}

/** Slack's own advice: five minutes, either way, so that a clock that runs ahead is no replay either. */
export const SLACK_TIMESTAMP_TOLERANCE_SECONDS = 300;

export function timestampIsFresh(timestamp: string | undefined, nowMs: number): boolean {
  return timestamp !== undefined && /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs / 1000 - Number(timestamp)) <= SLACK_TIMESTAMP_TOLERANCE_SECONDS;
}

export const signGithub = (key: string, body: Uint8Array): string => `sha256=${hmac(key, body).toString('hex')}`;
export const signSlack = (key: string, body: Uint8Array, timestamp: string): string => `v0=${hmac(key, Buffer.concat([Buffer.from(`v0:${timestamp}:`), body])).toString('hex')}`;
