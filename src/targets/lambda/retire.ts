import type { RetireRequest, RetireResult } from '../../contracts/target.ts';
import { checkGeneration } from '../_aws/guard.ts';
import { lookAt } from './look.ts';
import type { LambdaNeeds } from './needs.ts';
import { remove } from './remove.ts';
import { servicePlan } from './settings.ts';

/** Takes a revision away. Functions stay, also those that no revision has any more: callers and their permissions are on them. */
export async function retire(needs: LambdaNeeds, request: RetireRequest): Promise<RetireResult> {
  const lambda = needs.lambda(request.access);
  const service = servicePlan(request);
  const seen = await lookAt(lambda, request, service.functions.map(({ key }) => key));
  await checkGeneration(needs.fence, request);
  return { verb: 'retire', stopping: await remove({ ...needs, lambda, request, service }, seen, request.revision) };
}
