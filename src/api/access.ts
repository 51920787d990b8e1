/** Where requests ask for permission. */
import { placeOf } from '../app/authorize.ts';
import { type Holder, holderOf, type HolderNeeds } from '../app/sessions/holder.ts';
import { getPipeline } from '../app/state/documents.ts';
import { Unauthenticated } from '../domain/errors.ts';
import type { EnvironmentName, Identity, PipelineId, ServiceName } from '../domain/ids.ts';
import type { Where } from '../domain/roles.ts';
import type { Ports } from '../ports/index.ts';

/** The token of an `Authorization` header; undefined without one, and for one of another form. */
export const tokenIn = (authorization: string | undefined): string | undefined => /^Bearer ([\x21-\x7e]{1,16384})$/.exec(authorization ?? '')?.[1];

/** Who shows this header, and what kind of token. @throws Unauthenticated for no token, a malformed one, and one that nobody has */
export async function holderIn(needs: HolderNeeds, authorization: string | undefined): Promise<Holder> {
  const token = tokenIn(authorization);
  const holder = token === undefined ? null : await holderOf(needs)(token);
  if (holder === null) throw new Unauthenticated(`${authorization === undefined ? 'Send a token: "Authorization: Bearer ...".' : 'Nobody has the token that was sent: it was revoked or has ended, or it is that of another control plane.'} On one machine the owner's is in the file "token" of the data directory; "slipway login" gets one of your own.`);
  return holder;
}

/** The same, where only who it is matters. */
export const identify = async (needs: HolderNeeds, authorization: string | undefined): Promise<Identity> => (await holderIn(needs, authorization)).identity;

export const anywhere = (): Where => ({ kind: 'anywhere' });
export const installation = (): Where => ({ kind: 'installation' });

export const atService = (ports: Ports, { params }: { params: { service: ServiceName } }): Promise<Where> => placeOf(ports, params.service, []);
export const atPlace = (ports: Ports, { params }: { params: { service: ServiceName; environment: EnvironmentName } }): Promise<Where> => placeOf(ports, params.service, [params.environment]);
export const atNamed = (ports: Ports, { body }: { body: { service: ServiceName; environment: EnvironmentName } }): Promise<Where> => placeOf(ports, body.service, [body.environment]);

/** In every environment that it goes through. */
export async function atPipeline(ports: Ports, { params }: { params: { pipeline: PipelineId } }): Promise<Where> {
  const { value } = await getPipeline(ports.store, params.pipeline);
  return placeOf(ports, value.service, value.waves.flat());
}

/** The environment that a body names, or all that there are. */
export async function whereNamed(ports: Ports, { body }: { body: { service: ServiceName; environment?: EnvironmentName | undefined } }): Promise<Where> {
  return placeOf(ports, body.service, body.environment === undefined ? (await ports.environments.read()).environments.map(({ name }) => name) : [body.environment]);
}

/** Looks up the team of each service once, to leave out what the caller may not see. */
export function teams(ports: Pick<Ports, 'store'>): (service: ServiceName) => Promise<string> {
  const known = new Map<ServiceName, Promise<string>>();
  return (service) => {
    const team = known.get(service) ?? placeOf(ports, service, []).then((place) => (place.kind === 'place' ? place.team : ''));
    known.set(service, team);
    return team;
  };
}

export async function filtered<T>(items: readonly T[], isSeen: (item: T) => Promise<boolean>): Promise<T[]> {
  const seen = await Promise.all(items.map(isSeen));
  return items.filter((_, index) => seen[index]);
}
