import type { RouteRequest, RouteResult } from '../../contracts/target.ts';
import { InvalidInput, NotSupported, ProviderUnavailable } from '../../domain/errors.ts';
import type { RevisionId } from '../../domain/ids.ts';
import { checkGeneration } from '../_aws/guard.ts';
import { weightsFor } from './in-force.ts';
import { lookAt, placedOn, type SeenService } from './look.ts';
import type { LambdaNeeds } from './needs.ts';
import { endpointOf, weightsOf } from './observe.ts';
import { servicePlan } from './settings.ts';
import { moveAlias, reserve, setSources, type Moving } from './traffic.ts';

/**
 * Leads the aliases of all functions of the service to the same revisions. Each alias moves at once, several move one after the other:
 * while that lasts, and when it is cut off, observe answers that no one route is in force, and saying it again finishes it.
 * No weights: reserved concurrency 0, and nothing reads events.
 * @throws NotSupported for more than two revisions; InvalidInput for one that is not there
 */
export async function route(needs: LambdaNeeds, request: RouteRequest): Promise<RouteResult> {
  const { weights } = request;
  const positive = (Object.entries(weights) as [RevisionId, number][]).filter(([, weight]) => weight > 0).map(([revision]) => revision);
  if (positive.length > 2) throw new NotSupported(`An alias leads to two versions at most, and ${positive.join(', ')} were to share the traffic. Retire one first.`, { weights });
  const lambda = needs.lambda(request.access);
  const service = servicePlan(request);
  const keys = service.functions.map(({ key }) => key);
  const seen = await lookAt(lambda, request, keys);
  await checkGeneration(needs.fence, request);
  for (const revision of positive) refuseIncomplete(seen, revision);
  const moving: Moving = { lambda, fence: needs.fence, request, service, now: needs.clock.now() };
  await (positive.length === 0 ? stop(moving, seen) : move(moving, seen, request));
  const after = await lookAt(lambda, request, keys);
  const endpoint = endpointOf(after, service);
  if (endpoint === null && positive.length > 0) throw new ProviderUnavailable(`Lambda took the route of ${request.service} and does not know it any more. It is tried again.`);
  return { verb: 'route', inForce: await weightsOf(lambda, after, service), endpoint: endpoint ?? '' };
}

function refuseIncomplete({ functions }: SeenService, revision: RevisionId): void {
  const placed = functions.flatMap((one) => placedOn(one).filter((found) => found.revision === revision).map(({ mark }) => ({ key: one.key, needs: mark?.functions ?? [one.key] })));
  const missing = placed.flatMap((one) => one.needs).filter((key) => !placed.some((one) => one.key === key));
  if (placed.length === 0 || missing.length > 0) throw new InvalidInput(`No traffic was moved: ${revision} has no version of ${missing.length > 0 ? [...new Set(missing)].join(', ') : 'any function'} here. Launch it first.`, { revision });
}

/** Aliases first, so that what is let in goes to the right place. */
async function move(on: Moving, { functions }: SeenService, { weights }: RouteRequest): Promise<void> {
  const routes = functions.map((one) => ({ one, own: weightsFor(placedOn(one).map(({ revision }) => revision), weights) }));
  for (const { one, own } of routes) await moveAlias(on, one, own);
  for (const { one, own } of routes) {
    const plan = on.service.functions.find(({ key }) => key === one.key);
    const serves = Object.keys(own).length > 0;
    if (serves && plan !== undefined) await reserve(on, one, plan.reserved);
    await setSources(on, one, serves);
  }
}

/** Nothing is taken from streams and queues first: what a stopped function is given would count as failed. */
async function stop(on: Moving, { functions }: SeenService): Promise<void> {
  for (const one of functions) await setSources(on, one, false);
  for (const one of functions) await reserve(on, one, 0);
}
