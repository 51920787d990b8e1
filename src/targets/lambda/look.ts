/** What Lambda says about a service's functions now, in as few calls as it takes. Nothing is kept from one verb to the next. */
import { GetFunctionCommand, ListAliasesCommand, ListProvisionedConcurrencyConfigsCommand, ListVersionsByFunctionCommand, type FunctionConfiguration, type LambdaClient } from '@aws-sdk/client-lambda';
import type { ServiceRef } from '../../contracts/target.ts';
import { Conflict } from '../../domain/errors.ts';
import { RevisionId } from '../../domain/ids.ts';
import { calling, lookingFor } from '../_aws/fault.ts';
import { ENVIRONMENT_TAG, readRevisionMark, revisionMarked, SERVICE_TAG, type RevisionMark } from './marks.ts';
import { functionName } from './settings.ts';

export type Lambda = Pick<LambdaClient, 'send'>;
export const ABSENT = ['ResourceNotFoundException'] as const;

export interface SeenAlias {
  readonly name: string;
  readonly version: string;
  /** The other version's share, from 0 to 1, by version. */
  readonly others: Readonly<Record<string, number>>;
  readonly description: string;
  /** Lambda's condition for the next change of it. */
  readonly condition: string | undefined;
}

export interface SeenFunction {
  readonly key: string;
  readonly name: string;
  readonly latest: FunctionConfiguration;
  /** Null: nothing reserved. 0: nothing is invoked at all. */
  readonly reserved: number | null;
  readonly aliases: readonly SeenAlias[];
}

/** A revision in one function, by the alias that has its name. */
export interface Placed {
  readonly revision: RevisionId;
  readonly alias: SeenAlias;
  /** Null when somebody else has changed the alias's description. */
  readonly mark: RevisionMark | null;
}

export interface SeenService {
  readonly functions: readonly SeenFunction[];
}

/** @throws Conflict for a function of this name that is not this service's */
export async function lookAtFunction(lambda: Lambda, place: ServiceRef, key: string): Promise<SeenFunction | null> {
  const name = functionName(place, key);
  const found = await lookingFor('Lambda', `look at ${name}`, ABSENT, () => lambda.send(new GetFunctionCommand({ FunctionName: name })));
  if (found?.Configuration === undefined) return null;
  const owner = `${found.Tags?.[SERVICE_TAG] ?? ''} in ${found.Tags?.[ENVIRONMENT_TAG] ?? ''}`;
  if (owner !== `${place.service} in ${place.environment}`) {
    throw new Conflict(`There is a function ${name} that ${owner === ' in ' ? 'Slipway has not made' : `belongs to ${owner}`}, so it is left alone. Delete or rename it, or give it the tags ${SERVICE_TAG}=${place.service} and ${ENVIRONMENT_TAG}=${place.environment}.`, { function: name });
  }
  return { key, name, latest: found.Configuration, reserved: found.Concurrency?.ReservedConcurrentExecutions ?? null, aliases: await aliasesOf(lambda, name) };
}

async function aliasesOf(lambda: Lambda, name: string): Promise<SeenAlias[]> {
  const aliases: SeenAlias[] = [];
  let marker: string | undefined;
  do {
    const page = await lookingFor('Lambda', `list the aliases of ${name}`, ABSENT, () => lambda.send(new ListAliasesCommand({ FunctionName: name, Marker: marker })));
    for (const { Name, FunctionVersion, RoutingConfig, Description, RevisionId: condition } of page?.Aliases ?? []) {
      if (Name !== undefined && FunctionVersion !== undefined) aliases.push({ name: Name, version: FunctionVersion, others: RoutingConfig?.AdditionalVersionWeights ?? {}, description: Description ?? '', condition });
    }
    marker = page?.NextMarker;
  } while (marker !== undefined && marker !== '');
  return aliases;
}

/** The functions of these keys, and those that revisions found on them have besides: a release may have dropped one. */
export async function lookAt(lambda: Lambda, place: ServiceRef, keys: readonly string[]): Promise<SeenService> {
  const functions: SeenFunction[] = [];
  const asked = new Set<string>();
  for (let next = [...keys]; next.length > 0; ) {
    for (const key of next) asked.add(key);
    const found = await Promise.all(next.map((key) => lookAtFunction(lambda, place, key)));
    functions.push(...found.filter((one) => one !== null));
    next = [...new Set(functions.flatMap((one) => placedOn(one)).flatMap(({ mark }) => mark?.functions ?? []))].filter((key) => !asked.has(key));
  }
  return { functions: functions.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** The revisions that have an alias there. The alias with the traffic has no hyphen in its name, and revisions always have. */
export const placedOn = ({ aliases }: SeenFunction): Placed[] => aliases.flatMap((alias) => {
  const revision = alias.name.includes('-') ? RevisionId.safeParse(alias.name).data : undefined;
  return revision === undefined ? [] : [{ revision, alias, mark: readRevisionMark(alias.description) }];
});

export const aliasNamed = (seen: SeenFunction, name: string): SeenAlias | undefined => seen.aliases.find((alias) => alias.name === name);

/** A published version; null when it is gone. GetFunction, as that may be called 100 times a second and GetFunctionConfiguration 15 times. */
export async function lookAtVersion(lambda: Lambda, name: string, version: string): Promise<FunctionConfiguration | null> {
  const found = await lookingFor('Lambda', `look at version ${version} of ${name}`, ABSENT, () => lambda.send(new GetFunctionCommand({ FunctionName: name, Qualifier: version })));
  return found?.Configuration ?? null;
}

/** Oldest first; $LATEST is among them. */
export async function versionsOf(lambda: Lambda, name: string): Promise<FunctionConfiguration[]> {
  const found: FunctionConfiguration[] = [];
  let marker: string | undefined;
  do {
    const page = await calling('Lambda', `list the versions of ${name}`, () => lambda.send(new ListVersionsByFunctionCommand({ FunctionName: name, Marker: marker })));
    found.push(...(page.Versions ?? []));
    marker = page.NextMarker;
  } while (marker !== undefined && marker !== '');
  return found;
}

/** Whose version it is: by an alias, else by its own mark; `version-<n>` for one that somebody else has published. */
export async function revisionOfVersion(lambda: Lambda, seen: SeenFunction, version: string): Promise<RevisionId> {
  const placed = placedOn(seen).find(({ alias }) => alias.version === version);
  if (placed !== undefined) return placed.revision;
  return revisionMarked((await lookAtVersion(lambda, seen.name, version))?.Description) ?? RevisionId.parse(`version-${version.replace('$', '').toLowerCase()}`);
}

export interface SeenWarmth {
  readonly wanted: number;
  readonly status: 'IN_PROGRESS' | 'READY' | 'FAILED';
  readonly reason: string | null;
}

/** Provisioned concurrency by version. */
export async function warmthOf(lambda: Lambda, name: string): Promise<ReadonlyMap<string, SeenWarmth>> {
  const found = new Map<string, SeenWarmth>();
  let marker: string | undefined;
  do {
    const page = await calling('Lambda', `list the provisioned concurrency of ${name}`, () => lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: name, Marker: marker })));
    for (const config of page.ProvisionedConcurrencyConfigs ?? []) {
      const version = config.FunctionArn?.split(':').at(-1);
      if (version !== undefined) found.set(version, { wanted: config.RequestedProvisionedConcurrentExecutions ?? 0, status: config.Status ?? 'IN_PROGRESS', reason: config.StatusReason ?? null });
    }
    marker = page.NextMarker;
  } while (marker !== undefined && marker !== '');
  return found;
}
