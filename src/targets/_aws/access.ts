/** The account and region where a service's resources are: what every target on AWS builds its clients from. */
import { type Access, type AssumedRole, roleOf } from '../../domain/access.ts';

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

export interface AccessNeeds {
  /** Asks STS. It is a part that is handed in, as the SDK's client of STS would be the larger part of a target's bundle. */
  readonly assume: (role: AssumedRole) => Promise<TemporaryCredentials>;
}

/**
 * Where the clients for this access are built. Nothing is called before a client asks for credentials.
 * @throws InvalidInput for an access that contradicts itself
 */
export function clientPlace({ assume }: AccessNeeds, access: Access | null): ClientPlace {
  const region = access?.region ?? null;
  const place = region === null ? {} : { region };
  const assumed = roleOf(access);
  if (assumed === null) return place;
  return { ...place, credentials: () => assume(assumed) };
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
