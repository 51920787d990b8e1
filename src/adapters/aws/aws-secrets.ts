/** Secret values from AWS Secrets Manager and the Parameter Store of Systems Manager. */
import * as z from 'zod';
import { InvalidInput, NotFound } from '../../domain/errors.ts';
import { parseSecretReference } from '../../domain/secret-reference.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretSource } from '../../ports/secrets.ts';
import { callFault, nameOf } from './call-fault.ts';

/** The two calls it takes; signed ones in the packaged functions, the SDK's in tests. Errors have the services' names. */
export interface SecretCalls {
  /** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
  getSecretValue(input: { readonly SecretId: string }): Promise<{ readonly SecretString?: string | undefined }>;
  /** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
  getParameter(input: { readonly Name: string; readonly WithDecryption: true }): Promise<{ readonly Parameter?: { readonly Value?: string | undefined } | undefined }>;
}

export interface AwsSecretsOptions {
  readonly calls: SecretCalls;
  readonly clock: Clock;
  /** A value is asked for again after this; a changed secret counts from then on. */
  readonly keptSeconds?: number;
}

export const SECRETS_KEPT_SECONDS = 300;
const MISSING = new Set(['ResourceNotFoundException', 'ParameterNotFound', 'ParameterVersionNotFound']);

/** Errors of both services name what was asked for, never a value. */
function fault(service: string, reference: string, error: unknown): unknown {
  if (MISSING.has(nameOf(error))) return new NotFound(`There is no secret ${reference} in ${service} of this account and region. Create it, or correct the reference.`, { reference }, { cause: error });
  return callFault(service, `read the secret ${reference}`, error);
}

async function fromSecretsManager(calls: SecretCalls, reference: string, name: string, key: string | null): Promise<string> {
  const { SecretString } = await calls.getSecretValue({ SecretId: name }).catch((error: unknown) => Promise.reject(fault('Secrets Manager', reference, error)));
  if (SecretString === undefined) throw new InvalidInput(`The secret ${reference} is binary, so it cannot be a variable. Store it as text.`, { reference });
  return key === null ? SecretString : field(reference, SecretString, key);
}

function field(reference: string, text: string, key: string): string {
  let value: unknown;
  try {
    value = z.record(z.string(), z.unknown()).parse(JSON.parse(text))[key];
  } catch {
    // The parser's message would quote the value.
    throw new InvalidInput(`The secret ${reference} is no JSON object, so it has no keys. Take the key out of the reference, or store an object.`, { reference });
  }
  if (typeof value !== 'string') throw new NotFound(`The secret ${reference} has no text under that key. Correct the key, or add it to the secret.`, { reference });
  return value;
}

async function fromParameterStore(calls: SecretCalls, reference: string, name: string): Promise<string> {
  const { Parameter } = await calls.getParameter({ Name: name, WithDecryption: true }).catch((error: unknown) => Promise.reject(fault('the Parameter Store', reference, error)));
  if (Parameter?.Value === undefined) throw new NotFound(`The parameter ${reference} has no value. Give it one.`, { reference });
  return Parameter.Value;
}

/**
 * `name` and `secretsmanager:name` are a secret of Secrets Manager, `secretsmanager:name#key` a field of one that is a JSON object,
 * `ssm:/path` a parameter. A value is kept for a few minutes, one that could not be read is not: the next call asks again.
 * @throws NotFound, Forbidden, InvalidInput, ProviderUnavailable: all name the reference, never a value
 */
export function createAwsSecrets({ calls, clock, keptSeconds = SECRETS_KEPT_SECONDS }: AwsSecretsOptions): SecretSource {
  const kept = new Map<string, { readonly value: Promise<string>; readonly until: number }>();
  const read = async (reference: string): Promise<string> => {
    const parsed = parseSecretReference(reference);
    const value = parsed.store === 'ssm' ? await fromParameterStore(calls, reference, parsed.name) : await fromSecretsManager(calls, reference, parsed.name, parsed.store === 'secretsmanager' ? parsed.key : null);
    if (value === '') throw new InvalidInput(`The secret ${reference} is empty. Give it a value.`, { reference });
    return value;
  };
  return {
    resolve(reference) {
      const known = kept.get(reference);
      if (known !== undefined && known.until > clock.now()) return known.value;
      const value = read(reference);
      kept.set(reference, { value, until: clock.now() + keptSeconds * 1000 });
      // Calls at the same time share one answer; a failure is forgotten, unless a newer call has taken its place.
      value.catch(() => (kept.get(reference)?.value === value ? kept.delete(reference) : undefined));
      return value;
    },
  };
}
