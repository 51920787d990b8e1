/** Finds where a service's revisions are counted, by the target that it runs on. */
import * as z from 'zod';
import { type Access, readerOf } from '../../../domain/access.ts';
import { InvalidInput, NotFound, NotSupported } from '../../../domain/errors.ts';
import type { EnvironmentName, RevisionId, ServiceName } from '../../../domain/ids.ts';
import { callFault } from '../call-fault.ts';
import type { PlaceCalls } from '../calls/signed-places.ts';
import type { FindPlaced, Placed } from '../placed.ts';
import { lambdaVersionSource, type Locate, type PlaceSource, type RevisionSource, targetGroupSource, workerSource } from './source.ts';

/** The revisions of one kind of target that are counted now; one that is not placed yet has no source. */
export type TargetSources = (place: Placed) => Promise<readonly RevisionSource[]>;

export interface LocateNeeds {
  readonly placed: FindPlaced;
  readonly targets: Readonly<Record<string, TargetSources>>;
}

export const createLocate = ({ placed, targets }: LocateNeeds): Locate => async (service, environment): Promise<PlaceSource> => {
  const place = await placed(service, environment);
  if (place === undefined) throw new NotFound(`${service} has not been deployed to ${environment}, so nothing is counted there.`, { service, environment });
  const sources = Object.hasOwn(targets, place.target) ? targets[place.target] : undefined;
  if (sources === undefined) throw new NotSupported(`The target "${place.target}" is not counted in CloudWatch. Counted: ${Object.keys(targets).join(', ')}. Set canary.judge to ask people instead.`, { target: place.target });
  return { access: readerOf(place.access), revisions: await sources(place) };
};

/** What the lambda target's settings say of names (docs/lambda-target.md). */
const LambdaNames = z.object({ functions: z.record(z.string(), z.unknown()), alias: z.string().default('live') });
/** What the settings of the targets behind a load balancer say of it (docs/ecs-target.md). */
const BalancerNames = z.object({ listener: z.string() });

function named<T>(schema: z.ZodType<T>, what: string, settings: unknown, of: string): T {
  const names = schema.safeParse(settings);
  if (names.success) return names.data;
  throw new InvalidInput(`The settings of ${of} do not name ${what}: ${names.error.issues.map(({ message }) => message).join('; ')}. Set it in slipway.yaml or environments.yaml.`, { of });
}

/** By version, as one alias leads to two. A revision of several functions is counted in each; it has an alias of its name on each. */
export const lambdaSources = (calls: (access: Access | null) => PlaceCalls): TargetSources => async ({ service, environment, access, specs }) => {
  const reader = calls(readerOf(access));
  const sources = await Promise.all(specs.map(async ({ revision, settings }) => {
    const { functions, alias } = named(LambdaNames, 'functions', settings, revision);
    return Promise.all(Object.keys(functions).map(async (key) => {
      const name = `${service}-${environment}-${key}`;
      const version = await reader.versionOfAlias(name, revision).catch((error: unknown) => Promise.reject(callFault('Lambda', `look at ${revision} of ${name}`, error)));
      return version === null ? [] : [lambdaVersionSource(revision, name, alias, version)];
    }));
  }));
  return sources.flat(2);
};

export interface BalancerNaming {
  /** What the target calls a revision's target group on a listener. */
  readonly group: (owner: { readonly service: ServiceName; readonly environment: EnvironmentName; readonly revision: RevisionId }, listener: string) => string;
  /** The ARN of the load balancer of a listener. */
  readonly balancer: (listener: string) => string;
}

/** By target group: each revision has one, on the listener of the newest. */
export const balancerSources = (calls: (access: Access | null) => PlaceCalls, naming: BalancerNaming): TargetSources => async ({ service, environment, access, settings, specs }) => {
  const reader = calls(readerOf(access));
  const { listener } = named(BalancerNames, 'a listener', settings, `${service} in ${environment}`);
  const sources = await Promise.all(specs.map(async ({ revision }) => {
    const name = naming.group({ service, environment, revision }, listener);
    const arn = await reader.targetGroup(name).catch((error: unknown) => Promise.reject(callFault('Elastic Load Balancing', `look for the target group of ${revision}`, error)));
    return arn === null ? [] : [targetGroupSource(revision, naming.balancer(listener), arn)];
  }));
  return sources.flat();
};

/** Of a service with a worker among its revisions by what workers say, as requests tell nothing of it; else as the target counts. */
export const workersOr = (others: TargetSources): TargetSources => async (place) => {
  const workers = place.specs.flatMap(({ revision, worker }) => (worker === undefined ? [] : [workerSource(revision, worker)]));
  return workers.length > 0 ? workers : others(place);
};
