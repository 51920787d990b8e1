/** The account and region where a service's resources are: what every target on AWS builds its clients from. */
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Access, roleOf } from '../../domain/access.ts';
import { Forbidden, ProviderUnavailable } from '../../domain/errors.ts';
import { awsFault } from './fault.ts';

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Given to the constructor of any SDK client as it is. Empty: the function's own region and role. */
export interface ClientPlace {
  readonly region?: string;
  /** The SDK keeps what it answers until shortly before its expiration, then asks again. */
  readonly credentials?: () => Promise<TemporaryCredentials>;
}

/** A role assumed by another role lives an hour at most; https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html (role chaining) */
const SESSION_SECONDS = 3600;

export interface AccessNeeds {
  readonly sts: Pick<STSClient, 'send'>;
  /** Names the sessions in the other account's CloudTrail, for example `slipway-ecs`. */
  readonly session: string;
}

/**
 * Where the clients for this access are built. Nothing is called before a client asks for credentials.
 * @throws InvalidInput for an access that contradicts itself
 */
export function clientPlace({ sts, session }: AccessNeeds, access: Access | null): ClientPlace {
  const region = access?.region ?? null;
  const place = region === null ? {} : { region };
  const assumed = roleOf(access);
  if (assumed === null) return place;
  return { ...place, credentials: () => assume(sts, { ...assumed, session }) };
}

async function assume(sts: AccessNeeds['sts'], { role, externalId, session }: { role: string; externalId: string | null; session: string }): Promise<TemporaryCredentials> {
  const command = new AssumeRoleCommand({ RoleArn: role, RoleSessionName: session, DurationSeconds: SESSION_SECONDS, ...(externalId === null ? {} : { ExternalId: externalId }) });
  const answer = await sts.send(command).catch((error: unknown) => {
    const fault = awsFault('STS', `assume ${role}`, error);
    // The external id stays out of the message: it is what keeps others from asking for this role.
    if (fault instanceof Forbidden) throw new Forbidden(`${fault.message} Let its trust policy name the role of this function${externalId === null ? '' : ', and the external id of the environment'}.`, fault.evidence, { cause: error });
    throw fault;
  });
  const given = answer.Credentials;
  if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined || given.SessionToken === undefined || given.Expiration === undefined) {
    throw new ProviderUnavailable(`STS assumed ${role} and gave no credentials. Try again.`, { role });
  }
  return { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken, expiration: given.Expiration };
}

/** The same clients for the same access, as long as the execution environment lives: a client keeps its connections and its credentials. */
export function clientsByAccess<C>(needs: AccessNeeds, make: (place: ClientPlace) => C): (access: Access | null) => C {
  const made = new Map<string, C>();
  return (access) => {
    const key = JSON.stringify(access === null ? [] : [access.account, access.region, access.role, access.externalId]);
    const known = made.get(key);
    if (known !== undefined) return known;
    const clients = make(clientPlace(needs, access));
    made.set(key, clients);
    return clients;
  };
}
