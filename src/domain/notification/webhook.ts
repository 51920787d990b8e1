/** Requests as Standard Webhooks describes them: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import { createHmac } from 'node:crypto';
import { InvalidInput } from '../errors.ts';
import type { Notification } from './notification.ts';

/** Of a symmetric secret, after `whsec_` and base64. */
const KEY_BYTES = { least: 24, most: 64 } as const;
const PREFIX = 'whsec_';

/** @throws InvalidInput that says what a secret looks like, and never what this one is */
function keyOf(secret: string): Buffer {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
  if (key.length >= KEY_BYTES.least && key.length <= KEY_BYTES.most) return key;
  throw new InvalidInput(`The secret is no signing key: it must be ${PREFIX} and then ${KEY_BYTES.least} to ${KEY_BYTES.most} random bytes in base64. Make one: echo "${PREFIX}$(openssl rand -base64 32)"`);
}

/**
 * The three headers. With several secrets (separated by spaces) there is a signature by each, so that one can be replaced by the other.
 * @param at seconds since the epoch, of this attempt
 * @throws InvalidInput for a secret of another form
 */
export function signatureHeaders(secret: string, id: string, at: number, body: string): Record<string, string> {
  const keys = secret.trim().split(/\s+/).map(keyOf);
  const sign = (key: Buffer): string => `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`;
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': keys.map(sign).join(' ') };
}

/** `type`, `timestamp` and `data`, as Standard Webhooks advises. */
export const webhookBody = ({ kind, at, ...data }: Notification): string => JSON.stringify({ type: `slipway.${kind}`, timestamp: new Date(at).toISOString(), data });
