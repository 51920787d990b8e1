/** The credentials of git hosts: one secret, a JSON object of host -> `user:token`. Runs that check out are lent from the same one. */
import * as z from 'zod';
import { InvalidInput } from '../../../domain/errors.ts';
import type { SecretSource } from '../../../ports/secrets.ts';

const Credentials = z.record(z.string(), z.string().regex(/^[^\s:]+:\S+$/, 'user:token'));

/** @param reference null where repositories need none. @throws what the secrets' source throws, InvalidInput for a secret of another form */
export const credentialIn = (secrets: SecretSource, reference: string | null) => async (host: string): Promise<string | null> => {
  if (reference === null) return null;
  const parsed = Credentials.safeParse(documentOf(await secrets.resolve(reference)));
  // Neither the parser's message nor the value may be shown.
  if (!parsed.success) throw new InvalidInput(`The secret ${reference} is no JSON object of host -> "user:token", so no credential was taken from it. Correct it: docs/aws.md.`, { reference });
  return Object.hasOwn(parsed.data, host) ? parsed.data[host] ?? null : null;
};

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
