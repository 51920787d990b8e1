/** What the resources of a revision are called and marked with. Names follow from the revision, so that a call said twice finds what the first one made. */
import { createHash } from 'node:crypto';
import type { ServiceRef } from '../../contracts/target.ts';
import { EnvironmentName, type Generation, RevisionId, ServiceName } from '../../domain/ids.ts';

export interface Owner extends ServiceRef {
  readonly revision: RevisionId;
}

/** Services, task families, launch templates, Auto Scaling groups: at most 72 characters. */
export const resourceName = (revision: RevisionId): string => `slipway-${revision}`;

/** Names of target groups have 32 characters at most: a hash, the same each time. A group belongs to one load balancer, so the listener is part of it. */
export const targetGroupName = ({ service, environment, revision }: Owner, listener: string): string => `slipway-${hash(`${listener} ${service}/${environment}/${revision}`, 24)}`;

/** At most 36 characters, as client tokens of ECS may have; another generation asks for something else. */
export const clientToken = ({ service, environment, revision }: Owner, generation: Generation): string => hash(`${service}/${environment}/${revision}/${generation}`, 32);

export const hash = (text: string, digits: number): string => createHash('sha256').update(text).digest('hex').slice(0, digits);

const SERVICE = 'slipway:service';
const ENVIRONMENT = 'slipway:environment';
const REVISION = 'slipway:revision';
const GENERATION = 'slipway:generation';
export const TAG_OF_SERVICE = SERVICE;

export type Tags = Readonly<Record<string, string>>;

/** On everything that a target makes. The generation is that of the call that made it. */
export const tagsOf = ({ service, environment, revision }: ServiceRef & { readonly revision?: RevisionId }, generation: Generation): Tags => ({
  [SERVICE]: service, [ENVIRONMENT]: environment, ...(revision === undefined ? {} : { [REVISION]: revision }), [GENERATION]: String(generation),
});

/** Whose a resource is by its tags; undefined for one of somebody else. */
export function ownerOf(tags: Tags): (ServiceRef & { readonly revision: RevisionId | undefined }) | undefined {
  const service = ServiceName.safeParse(tags[SERVICE]);
  const environment = EnvironmentName.safeParse(tags[ENVIRONMENT]);
  if (!service.success || !environment.success) return undefined;
  return { service: service.data, environment: environment.data, revision: RevisionId.safeParse(tags[REVISION]).data };
}

export const belongsTo = (tags: Tags, ref: ServiceRef): boolean => {
  const owner = ownerOf(tags);
  return owner?.service === ref.service && owner.environment === ref.environment;
};

/** A service in an environment, as a key of a map. */
export const placeKey = ({ service, environment }: ServiceRef): string => `${service}/${environment}`;

/** `slipway-<service>-<n>-<environment>` names the revision too; whether it is really of this place, its tags say. */
export const mayBelongTo = (name: string, { service, environment }: ServiceRef): boolean => name.startsWith(`slipway-${service}-`) && name.endsWith(`-${environment}`);

/** `arn:...:listener/app/<name>/<id>/<id>` is a listener of `arn:...:loadbalancer/app/<name>/<id>`. */
export const balancerOf = (listener: string): string => listener.replace(':listener/', ':loadbalancer/').split('/').slice(0, -1).join('/');
