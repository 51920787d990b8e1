/** Finds where a service's revisions are counted, by the target that it runs on. */
import { GetAliasCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Access } from '../../../domain/access.ts';
import { InvalidInput, NotFound, NotSupported } from '../../../domain/errors.ts';
import type { EnvironmentName, RevisionId, ServiceName } from '../../../domain/ids.ts';
import type { RevisionSpec } from '../../../domain/revision.ts';
import type { Desired } from '../../../domain/state.ts';
import { callFault, nameOf } from '../call-fault.ts';
import { lambdaVersionSource, type Locate, type PlaceSource, type RevisionSource } from './source.ts';

export interface Placed {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly access: Access | null;
  /** What has run here or is to, oldest deployment first. */
  readonly specs: readonly RevisionSpec[];
}

/** The revisions of one kind of target that are counted now; one that is not placed yet has no source. */
export type TargetSources = (place: Placed) => Promise<readonly RevisionSource[]>;

export interface LocateNeeds {
  readonly desired: (service: ServiceName, environment: EnvironmentName) => Promise<Desired | undefined>;
  readonly targets: Readonly<Record<string, TargetSources>>;
}

export const createLocate = ({ desired, targets }: LocateNeeds): Locate => async (service, environment): Promise<PlaceSource> => {
  const found = await desired(service, environment);
  if (found === undefined) throw new NotFound(`${service} has not been deployed to ${environment}, so nothing is counted there.`, { service, environment });
  const sources = Object.hasOwn(targets, found.target) ? targets[found.target] : undefined;
  if (sources === undefined) throw new NotSupported(`The target "${found.target}" is not counted in CloudWatch. Counted: ${Object.keys(targets).join(', ')}. Set canary.judge to ask people instead.`, { target: found.target });
  const specs = Object.values(found.revisions).map(({ spec }) => spec);
  const access = specs.at(-1)?.access ?? null;
  return { access, revisions: await sources({ service, environment, access, specs }) };
};

/** What the lambda target's settings say of names (docs/lambda-target.md). */
const LambdaNames = z.object({ functions: z.record(z.string(), z.unknown()), alias: z.string().default('live') });

/** By version, as one alias leads to two. A revision of several functions is counted in each. */
export const lambdaSources = (lambda: (access: Access | null) => Pick<LambdaClient, 'send'>): TargetSources => async ({ service, environment, access, specs }) => {
  const sources = await Promise.all(specs.map(async ({ revision, settings }) => {
    const names = LambdaNames.safeParse(settings);
    if (!names.success) throw new InvalidInput(`The settings of ${revision} do not name functions: ${names.error.issues.map(({ message }) => message).join('; ')}.`, { revision });
    return Promise.all(Object.keys(names.data.functions).map(async (key) => {
      const name = `${service}-${environment}-${key}`;
      const version = await versionOf(lambda(access), name, revision);
      return version === null ? [] : [lambdaVersionSource(revision, name, names.data.alias, version)];
    }));
  }));
  return sources.flat(2);
};

/** A revision has an alias of its name on each function. */
async function versionOf(lambda: Pick<LambdaClient, 'send'>, name: string, revision: RevisionId): Promise<string | null> {
  try {
    return (await lambda.send(new GetAliasCommand({ FunctionName: name, Name: revision }))).FunctionVersion ?? null;
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return null;
    throw callFault('Lambda', `look at ${revision} of ${name}`, error);
  }
}
