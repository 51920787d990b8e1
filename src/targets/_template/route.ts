import type { RouteRequest, RouteResult } from '../../contracts/target.ts';
import { InvalidInput, ProviderUnavailable } from '../../domain/errors.ts';
import { RevisionId } from '../../domain/ids.ts';
import type { Fence } from '../../ports/target.ts';
import { checkGeneration } from './fenced.ts';
import { ofRevision, type Platform } from './platform.ts';

/** Moves traffic, and answers what the platform says is in force afterwards. */
export async function route({ platform, fence }: { platform: Platform; fence: Fence }, request: RouteRequest): Promise<RouteResult> {
  const instances = await platform.instances(request);
  const missing = Object.entries(request.weights).filter(([revision, weight]) => weight > 0 && ofRevision(instances, RevisionId.parse(revision)).length === 0);
  if (missing.length > 0) throw new InvalidInput(`No traffic was moved: ${missing.map(([revision]) => revision).join(', ')} has no instance here. Launch it first.`);
  await checkGeneration(fence, request);
  await platform.setWeights(request, request.weights);
  const { weights, endpoint } = await platform.weights(request);
  if (endpoint === null) throw new ProviderUnavailable(`The platform took the route of ${request.service} and does not know it any more. Try again.`);
  return { verb: 'route', inForce: weights, endpoint };
}
