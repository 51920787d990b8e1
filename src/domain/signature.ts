/** Signatures of requests from outside, checked in constant time over the raw bytes. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const hmac = (key: string | Uint8Array, body: Uint8Array): Buffer => createHmac('sha256', key).update(body).digest();

/** Both are hashed values of one length, so the comparison takes the same time wherever they differ. */
function equalHex(expected: Buffer, given: string): boolean {
  return /^[0-9a-f]{64}$/.test(given) && timingSafeEqual(expected, Buffer.from(given, 'hex'));
}

/** `sha256=<hex>`, as GitHub has it (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries), and others after it. */
export function hubSignatureHolds(key: string, body: Uint8Array, header: string | undefined): boolean {
  return key.length > 0 && header !== undefined && header.startsWith('sha256=') && equalHex(hmac(key, body), header.slice('sha256='.length));
}

/** `<hex>`: Gitea's and Forgejo's own header. */
export function hexSignatureHolds(key: string, body: Uint8Array, header: string | undefined): boolean {
  return key.length > 0 && header !== undefined && equalHex(hmac(key, body), header);
}

/** A secret that is sent as it is. Both sides are hashed first, so that the time tells neither where they differ nor how long they are. */
export function sameSecret(secret: string, given: string | undefined): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return secret.length > 0 && given !== undefined && timingSafeEqual(hash(secret), hash(given));
}

/** What Slack signs: `v0:<timestamp>:<body>`. https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function slackSignatureHolds(key: string, body: Uint8Array, timestamp: string | undefined, header: string | undefined): boolean {
  if (key.length === 0 || timestamp === undefined || header === undefined || !header.startsWith('v0=')) return false;
  return equalHex(hmac(key, Buffer.concat([Buffer.from(`v0:${timestamp}:`), body])), header.slice('v0='.length));
}

/** Slack's own advice: five minutes, either way, so that a clock that runs ahead is no replay either. Standard Webhooks advise the same. */
export const SLACK_TIMESTAMP_TOLERANCE_SECONDS = 300;

export function timestampIsFresh(timestamp: string | undefined, nowMs: number): boolean {
  return timestamp !== undefined && /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs / 1000 - Number(timestamp)) <= SLACK_TIMESTAMP_TOLERANCE_SECONDS;
}

const SIGNING_TOKEN = 'whsec_';
const SIGNATURES_MAX = 10;

/** The 32 bytes that a secret stands for: a token's own, those of hexadecimal digits, or else its hash. */
function signingKey(secret: string): Buffer {
  if (secret.startsWith(SIGNING_TOKEN)) return Buffer.from(secret.slice(SIGNING_TOKEN.length), 'base64');
  return /^[0-9a-f]{64}$/.test(secret) ? Buffer.from(secret, 'hex') : createHash('sha256').update(secret).digest();
}

/** The same secret in the form that signers of Standard Webhooks, GitLab among them, take. */
export const signingTokenOf = (secret: string): string => (secret.startsWith(SIGNING_TOKEN) ? secret : `${SIGNING_TOKEN}${signingKey(secret).toString('base64')}`);

/** `webhook-signature: v1,<base64> ...` over `<id>.<timestamp>.<body>`. https://www.standardwebhooks.com */
export function standardWebhookHolds(secret: string, body: Uint8Array, given: { readonly id: string | undefined; readonly timestamp: string | undefined; readonly signature: string | undefined }, nowMs: number): boolean {
  if (secret.length === 0 || given.id === undefined || given.signature === undefined || !timestampIsFresh(given.timestamp, nowMs)) return false;
  const expected = hmac(signingKey(secret), Buffer.concat([Buffer.from(`${given.id}.${given.timestamp ?? ''}.`), body]));
  return given.signature.split(' ', SIGNATURES_MAX).some((one) => /^v1,[A-Za-z0-9+/]{43}=$/.test(one) && timingSafeEqual(expected, Buffer.from(one.slice('v1,'.length), 'base64')));
}

export const signHub = (key: string, body: Uint8Array): string => `sha256=${hmac(key, body).toString('hex')}`;
export const signSlack = (key: string, body: Uint8Array, timestamp: string): string => `v0=${hmac(key, Buffer.concat([Buffer.from(`v0:${timestamp}:`), body])).toString('hex')}`;
export const signStandardWebhook = (secret: string, body: Uint8Array, id: string, timestamp: string): string => `v1,${hmac(signingKey(secret), Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])).toString('base64')}`;
