/** Where the value of a secret lives on AWS. Values never pass through Slipway: a platform or an instance fetches them by these names. */
import { InvalidInput } from '../../domain/errors.ts';
import { parseSecretReference } from '../../domain/secret-reference.ts';

export interface SecretPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export type SecretSource =
  | { readonly store: 'secretsmanager'; /** Without the six characters that Secrets Manager adds. */ readonly arn: string; readonly key: string | null }
  | { readonly store: 'ssm'; readonly arn: string; readonly name: string };

/**
 * In the environment's own account and region.
 * @throws InvalidInput for a reference or a name that AWS could take for another
 */
export function secretSource(from: string, { partition, region, account }: SecretPlace): SecretSource {
  const reference = parseSecretReference(from);
  if (reference.store === 'ssm') return { store: 'ssm', arn: `arn:${partition}:ssm:${region}:${account}:parameter/${reference.name.replace(/^\//, '')}`, name: reference.name };
  // A partial ARN is completed by Secrets Manager, unless the name itself ends like a complete one; https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
  if (/-[A-Za-z0-9]{6}$/.test(reference.name)) throw new InvalidInput(`The secret "${reference.name}" ends with a hyphen and six characters, which Secrets Manager takes for its own ending. Give the secret another name.`, { from });
  return { store: 'secretsmanager', arn: `arn:${partition}:secretsmanager:${region}:${account}:secret:${reference.name}`, key: reference.store === 'secretsmanager' ? reference.key : null };
}

/** As a container's `secrets.valueFrom` names it; https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html */
export const valueFrom = (source: SecretSource): string => (source.store === 'ssm' || source.key === null ? source.arn : `${source.arn}:${source.key}::`);
