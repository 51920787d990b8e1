/** GitHub's push webhook, sent as GitHub sends it: signed over the raw bytes, with an id per delivery. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { signHub } from '../../src/domain/signature.ts';

/** What a bare repository's hook knows. */
export const HookSettings = z.strictObject({ repository: z.string(), webhookSecret: z.string(), address: z.string(), deliveriesFile: z.string() });
export type HookSettings = z.infer<typeof HookSettings>;

/** One delivery, as it was sent. */
export const SentDelivery = z.strictObject({ id: z.string(), body: z.string() });
export type SentDelivery = z.infer<typeof SentDelivery>;

export interface Push {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly pusher: string;
}

export const bodyOf = ({ repository }: HookSettings, { ref, before, after, pusher }: Push): string =>
  JSON.stringify({ ref, before, after, deleted: /^0+$/.test(after), repository: { clone_url: repository }, pusher: { name: pusher } });

const Answer = z.object({ kind: z.string(), reason: z.string() });

export interface Receiver {
  /** Files: the address of the control plane, and the secret that its webhooks are signed with. */
  readonly address: string;
  readonly webhookSecret: string;
}

/** Answers what the control plane said. @throws Error when it did not take the delivery */
export async function deliver({ address, webhookSecret }: Receiver, { id, body }: SentDelivery): Promise<z.infer<typeof Answer>> {
  const signature = signHub(readFileSync(webhookSecret, 'utf8').trim(), Buffer.from(body));
  const response = await fetch(`${readFileSync(address, 'utf8').trim()}/webhooks/github`, {
    method: 'POST', body, signal: AbortSignal.timeout(30_000),
    headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': id, 'x-hub-signature-256': signature },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the webhook was answered with ${response.status}: ${text.slice(0, 500)}`);
  return Answer.parse(JSON.parse(text));
}
