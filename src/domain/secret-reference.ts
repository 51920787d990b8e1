/** Where a secret's value lives, as a manifest names it. */
import { InvalidInput } from './errors.ts';

/** `name`, `secretsmanager:name`, `secretsmanager:name#key`, `ssm:/path`. */
export const SECRET_REFERENCE = /^(?:[A-Za-z0-9/_.-]{1,200}|secretsmanager:[A-Za-z0-9/_+=.@-]{1,400}(?:#[A-Za-z0-9_.-]{1,100})?|ssm:\/[A-Za-z0-9/_.-]{1,400})$/;

export type SecretReference =
  /** The installation's own store: a folder on one machine, Secrets Manager on AWS. */
  | { readonly store: 'installation'; readonly name: string }
  /** `key` is a field of a secret whose value is a JSON object; null is the whole value. */
  | { readonly store: 'secretsmanager'; readonly name: string; readonly key: string | null }
  | { readonly store: 'ssm'; readonly name: string };

/** @throws InvalidInput naming the reference */
export function parseSecretReference(reference: string): SecretReference {
  const shown = reference.slice(0, 500);
  if (!SECRET_REFERENCE.test(reference)) throw new InvalidInput(`${JSON.stringify(shown)} names no secret. Write its name, secretsmanager:NAME, secretsmanager:NAME#KEY or ssm:/PATH.`, { reference: shown });
  if (reference.startsWith('ssm:')) return { store: 'ssm', name: reference.slice('ssm:'.length) };
  if (!reference.startsWith('secretsmanager:')) return { store: 'installation', name: reference };
  const [name = '', key] = reference.slice('secretsmanager:'.length).split('#');
  return { store: 'secretsmanager', name, key: key ?? null };
}
