/** What belongs to a function and not to one of its revisions: where its alias leads, how much may run, what it reads. */
import { CreateAliasCommand, DeleteFunctionConcurrencyCommand, PutFunctionConcurrencyCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import type { Place } from '../../contracts/target.ts';
import { InvalidInput, ProviderUnavailable } from '../../domain/errors.ts';
import type { Generation, RevisionId } from '../../domain/ids.ts';
import { sameWeights, type Weights } from '../../domain/route.ts';
import type { Fence } from '../../ports/target.ts';
import { changeSource, sourceChanges, sourcesOf } from './event-sources.ts';
import { changing } from './fault.ts';
import { checkGeneration } from '../_aws/guard.ts';
import type { FunctionRoute } from './in-force.ts';
import { aliasNamed, placedOn, revisionOfVersion, type Lambda, type SeenAlias, type SeenFunction } from './look.ts';
import { routeMark } from './marks.ts';
import type { ServicePlan } from './settings.ts';

export interface Moving {
  readonly lambda: Lambda;
  readonly fence: Fence;
  readonly request: Place & { readonly generation: Generation };
  readonly service: ServicePlan;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Shares by revision, as the function's alias gives them. */
export async function routeOf(lambda: Lambda, seen: SeenFunction, alias: string): Promise<FunctionRoute> {
  const found = aliasNamed(seen, alias);
  const shares: Record<RevisionId, number> = {};
  for (const [version, share] of found === undefined ? [] : sharesOf(found)) {
    const revision = await revisionOfVersion(lambda, seen, version);
    shares[revision] = (shares[revision] ?? 0) + share;
  }
  return { shares, has: placedOn(seen).map(({ revision }) => revision), stopped: seen.reserved === 0 };
}

/** Every version that an alias leads to, those of weight 0 too. */
export const sharesOf = ({ version, others }: Pick<SeenAlias, 'version' | 'others'>): [string, number][] => [[version, 1 - Object.values(others).reduce((sum, share) => sum + share, 0)], ...Object.entries(others)];

/**
 * Leads the alias to one or two versions. The one with more is the alias's own; Lambda takes one other beside it.
 * @throws InvalidInput for a revision that has no version here
 */
export async function moveAlias(on: Moving, seen: SeenFunction, weights: Weights): Promise<void> {
  const { alias: aliasName } = on.service;
  const there = aliasNamed(seen, aliasName);
  const [main, other] = (Object.entries(weights) as [RevisionId, number][]).sort((a, b) => b[1] - a[1]).map(([revision, weight]) => ({ version: versionOf(seen, revision), weight }));
  if (main === undefined || there !== undefined && isLedTo(there, main.version, other)) return;
  const input = {
    FunctionName: seen.name, Name: aliasName, FunctionVersion: main.version, Description: routeMark(on.now),
    // An empty list, not none: an update without one leaves the second version where it was.
    RoutingConfig: { AdditionalVersionWeights: other === undefined ? {} : { [other.version]: other.weight / 100 } },
  };
  await checkGeneration(on.fence, on.request);
  await changing(`lead ${aliasName} of ${seen.name} to ${JSON.stringify(weights)}`, () =>
    there === undefined ? on.lambda.send(new CreateAliasCommand(input)) : on.lambda.send(new UpdateAliasCommand({ ...input, RevisionId: there.condition })));
}

function versionOf(seen: SeenFunction, revision: RevisionId): string {
  const placed = placedOn(seen).find((one) => one.revision === revision);
  if (placed === undefined) throw new InvalidInput(`No traffic was moved: ${revision} has no version of ${seen.name}. Launch it first.`, { revision, function: seen.name });
  return placed.alias.version;
}

const isLedTo = (alias: SeenAlias, version: string, other: { readonly version: string; readonly weight: number } | undefined): boolean =>
  alias.version === version && sameWeights(shown(alias.others), other === undefined ? {} : shown({ [other.version]: other.weight / 100 }));
/** Not rounded: a share that somebody set to 12.5 % is none of ours. */
const shown = (others: Readonly<Record<string, number>>): Weights => Object.fromEntries(Object.entries(others).map(([version, share]) => [version, Math.round(share * 1e8)])) as Weights;

/** Reserved concurrency as the settings say; 0 stops the function, and is how a service is taken to nothing. */
export async function reserve(on: Pick<Moving, 'lambda' | 'fence' | 'request'>, seen: SeenFunction, wanted: number | null): Promise<void> {
  if (seen.reserved === wanted) return;
  await checkGeneration(on.fence, on.request);
  await changing(`set the reserved concurrency of ${seen.name}`, () =>
    wanted === null ? on.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: seen.name })) : on.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: seen.name, ReservedConcurrentExecutions: wanted })));
}

/** @param reads whether the function is to take events now */
export async function setSources(on: Moving, seen: SeenFunction, reads: boolean): Promise<void> {
  const plan = on.service.functions.find(({ key }) => key === seen.key);
  // A function that the newest release has dropped keeps its sources, switched off.
  const wanted = reads && plan !== undefined ? plan.eventSources : null;
  const there = await sourcesOf(on.lambda, seen.name, on.service.alias);
  for (const change of sourceChanges(there, wanted)) {
    if (change.kind !== 'create' && there.find(({ id }) => id === change.id)?.busy === true) throw new ProviderUnavailable(`Lambda is still at work on an event source of ${seen.name}. It is tried again.`);
    await checkGeneration(on.fence, on.request);
    await changeSource(on.lambda, seen.name, on.service.alias, change);
  }
}
