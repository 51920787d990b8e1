import type { RetireRequest, RetireResult } from '../../contracts/target.ts';
import { InvalidInput } from '../../domain/errors.ts';
import type { Fence } from '../../ports/target.ts';
import { checkGeneration } from './fenced.ts';
import { ofRevision, type Platform } from './platform.ts';

/** Takes a revision away: refused while it has a weight, then drained and removed. */
export async function retire({ platform, fence }: { platform: Platform; fence: Fence }, request: RetireRequest): Promise<RetireResult> {
  const { revision } = request;
  const weight = (await platform.weights(request)).weights[revision] ?? 0;
  if (weight > 0) throw new InvalidInput(`${revision} was not retired: ${weight} % of the traffic goes to it. Route it elsewhere first.`, { revision, weight });
  const stopping = ofRevision(await platform.instances(request), revision).map(({ instance }) => instance);
  await checkGeneration(fence, request);
  for (const instance of stopping) await platform.stop(instance);
  return { verb: 'retire', stopping };
}
