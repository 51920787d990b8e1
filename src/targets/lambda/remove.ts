/** Takes a revision away: first what costs money, then its name, then its versions once nothing can still run on them. */
import { DeleteAliasCommand, DeleteFunctionCommand, DeleteProvisionedConcurrencyConfigCommand } from '@aws-sdk/client-lambda';
import type { Place } from '../../contracts/target.ts';
import { InvalidInput } from '../../domain/errors.ts';
import type { Generation, InstanceId, RevisionId } from '../../domain/ids.ts';
import { lookingFor } from '../_aws/fault.ts';
import { checkGeneration } from '../_aws/guard.ts';
import { instanceOf } from './health.ts';
import { ABSENT, aliasNamed, lookAtFunction, placedOn, versionsOf, warmthOf, type Lambda, type SeenFunction, type SeenService } from './look.ts';
import { movedAt, revisionMarked } from './marks.ts';
import type { LambdaNeeds } from './needs.ts';
import { weightsOf } from './observe.ts';
import type { ServicePlan } from './settings.ts';
import { routeOf, sharesOf } from './traffic.ts';

export interface Removing extends Pick<LambdaNeeds, 'fence' | 'clock'> {
  readonly lambda: Lambda;
  readonly request: Place & { readonly generation: Generation };
  readonly service: ServicePlan;
}

/** After the alias has moved, until every request is on the new version, seconds. Generous: AWS gives no figure. */
const MOVE_SECONDS = 60;

/** @throws InvalidInput while traffic goes there */
export async function remove(on: Removing, seen: SeenService, revision: RevisionId): Promise<InstanceId[]> {
  await refuseServing(on, seen, revision);
  const here = seen.functions.filter((one) => placedOn(one).some((placed) => placed.revision === revision));
  for (const one of here) await unname(on, one, revision);
  await removeVersions(on, seen, (marked) => marked === revision);
  return here.length === 0 ? [] : [instanceOf(revision)];
}

async function refuseServing({ lambda, service }: Removing, seen: SeenService, revision: RevisionId): Promise<void> {
  const inForce = await weightsOf(lambda, seen, service);
  for (const one of seen.functions) {
    const { shares, has, stopped } = await routeOf(lambda, one, service.alias);
    const share = shares[revision] ?? 0;
    // Dropped by the revision that serves: its alias has nowhere else to lead.
    const dropped = Object.keys(inForce).length > 0 && !(revision in inForce) && !has.some((other) => other !== revision);
    if (share > 0 && !stopped && !dropped) throw new InvalidInput(`${revision} was not retired: ${Math.round(share * 100)} % of the traffic of ${one.name} goes to it. Route it elsewhere first.`, { revision, function: one.name, share });
  }
}

async function unname(on: Removing, one: SeenFunction, revision: RevisionId): Promise<void> {
  const placed = placedOn(one).find((found) => found.revision === revision);
  if (placed === undefined) return;
  const { version } = placed.alias;
  if (placed.mark?.warm !== 0 && (await warmthOf(on.lambda, one.name)).has(version)) {
    await checkGeneration(on.fence, on.request);
    await lookingFor('Lambda', `give up the provisioned concurrency of ${one.name}`, ABSENT, () => on.lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: one.name, Qualifier: version })));
  }
  await checkGeneration(on.fence, on.request);
  await lookingFor('Lambda', `take ${revision} from ${one.name}`, ABSENT, () => on.lambda.send(new DeleteAliasCommand({ FunctionName: one.name, Name: revision })));
}

/**
 * Deletes versions of ours that no alias names, unless a request may still run on them: AWS does not say what becomes of it then. Those
 * go with the next launch or retirement.
 * @param chosen by the revision the version was made for; `under` is the one that a launch is bringing to the function
 */
export async function removeVersions(on: Removing, seen: SeenService, chosen: (marked: RevisionId, under: RevisionId | null) => boolean): Promise<void> {
  for (const { key } of seen.functions) {
    // Read again: the aliases have changed since.
    const one = await lookAtFunction(on.lambda, on.request, key);
    if (one === null) continue;
    const named = new Set(one.aliases.flatMap((alias) => sharesOf(alias).map(([version]) => version)));
    const since = movedAt(aliasNamed(one, on.service.alias)?.description);
    for (const version of await versionsOf(on.lambda, one.name)) {
      const marked = revisionMarked(version.Description);
      if (version.Version === undefined || version.Version === '$LATEST' || marked === null || named.has(version.Version) || !chosen(marked, revisionMarked(one.latest.Description))) continue;
      if (since + ((version.Timeout ?? 0) + MOVE_SECONDS) * 1000 > on.clock.now()) continue;
      await checkGeneration(on.fence, on.request);
      await lookingFor('Lambda', `delete version ${version.Version} of ${one.name}`, ABSENT, () => on.lambda.send(new DeleteFunctionCommand({ FunctionName: one.name, Qualifier: version.Version })));
    }
  }
}
