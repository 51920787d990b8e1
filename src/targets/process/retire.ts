/** retire: takes a revision away for good. */
import type { RetireRequest, RetireResult } from '../../contracts/target.ts';
import { InvalidInput } from '../../domain/errors.ts';
import { fenced } from './fenced.ts';
import type { Runtime } from './runtime.ts';
import { drainAndStop, isLeaving } from './stop.ts';

/**
 * Answers all instances that are on their way out, also those of an earlier call; none when the revision is gone.
 * @throws StaleGeneration; InvalidInput when the revision still has a weight in force; ProviderUnavailable when the router does not answer
 */
export function retire(rt: Runtime, request: RetireRequest): Promise<RetireResult> {
  const { service, environment, revision } = request;
  return fenced(rt, request, async () => {
    const weight = (await rt.needs.traffic.get(service, environment))?.weights[revision] ?? 0;
    if (weight > 0) throw new InvalidInput(`${revision} was not retired: ${weight} % of the traffic of ${service} in ${environment} goes to it. Route it elsewhere first.`, { revision, weight });
    const instances = rt.fleet.ofRevision(request, revision);
    const stopping = instances.map(({ id }) => id);
    for (const instance of instances) if (!isLeaving(instance)) rt.background(drainAndStop(rt, instance));
    return { verb: 'retire', stopping };
  });
}
