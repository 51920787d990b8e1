/** route: moves traffic, and says what is in force. */
import type { RouteRequest, RouteResult } from '../../contracts/target.ts';
import { InvalidInput, ProviderUnavailable } from '../../domain/errors.ts';
import { type RevisionId, RevisionId as RevisionIdParser } from '../../domain/ids.ts';
import { fenced } from './fenced.ts';
import { isStaying } from './fleet.ts';
import type { Runtime } from './runtime.ts';
import { LOOPBACK } from './upstreams.ts';

export const endpointOf = (port: number): string => `http://${LOOPBACK}:${port}`;

/** Revisions of a route that have a weight. */
export const weighted = (weights: Readonly<Record<string, number>>): readonly RevisionId[] =>
  Object.entries(weights).flatMap(([revision, weight]) => (weight > 0 ? [RevisionIdParser.parse(revision)] : []));

/**
 * Weights of 0 may name revisions that are gone; they are left out of what is put in force.
 * @throws StaleGeneration; InvalidInput when a revision with a weight has no instance here; ProviderUnavailable when the router does not answer
 */
export function route(rt: Runtime, request: RouteRequest): Promise<RouteResult> {
  return fenced(rt, request, async () => {
    const known = (revision: RevisionId) => rt.fleet.ofRevision(request, revision).some(isStaying);
    const missing = weighted(request.weights).filter((revision) => !known(revision));
    if (missing.length > 0) {
      throw new InvalidInput(`No traffic was moved: ${missing.join(', ')} would get some of it and has no instance here. Launch it first.`, { missing, weights: request.weights });
    }
    const weights = Object.fromEntries(Object.entries(request.weights).filter(([revision]) => known(RevisionIdParser.parse(revision))));
    const { service, environment } = request;
    await rt.upstreams.put({ service, environment }, weights, request.stickiness, request.mirror);
    const inForce = await rt.needs.traffic.get(service, environment);
    if (inForce === undefined) throw new ProviderUnavailable(`The router took the route of ${service} in ${environment} and does not know it any more. Try again.`);
    return { verb: 'route', inForce: inForce.weights, endpoint: endpointOf(inForce.port) };
  });
}
