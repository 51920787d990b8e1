import type { LaunchRequest, LaunchResult } from '../../contracts/target.ts';
import { NotSupported } from '../../domain/errors.ts';
import { checkGeneration } from '../_aws/guard.ts';
import { instanceOf } from './health.ts';
import { lookAt, placedOn, type SeenService } from './look.ts';
import { revisionMarked } from './marks.ts';
import type { LambdaNeeds } from './needs.ts';
import { publish } from './publish.ts';
import { remove, removeVersions } from './remove.ts';
import { servicePlan } from './settings.ts';
import type { RevisionId } from '../../domain/ids.ts';

/**
 * Publishes a revision: one version of each of its functions. Lambda takes one change of a function at a time, so this goes as far as it
 * can now; the next call goes on from there. 0 takes the revision away, as far as no alias leads to it.
 * @throws NotSupported for more than one: a function scales by itself
 */
export async function launch(needs: LambdaNeeds, request: LaunchRequest): Promise<LaunchResult> {
  const { spec, count } = request;
  if (count > 1) throw new NotSupported(`A revision on Lambda is one instance, which scales by itself, and ${count} of ${spec.revision} were asked for. Say "instances: 1" in slipway.yaml, and settings.reservedConcurrency or settings.provisionedConcurrency for how much it may run.`, { count });
  const lambda = needs.lambda(request.access);
  const service = servicePlan({ ...request, settings: spec.settings });
  const seen = await lookAt(lambda, request, service.functions.map(({ key }) => key));
  await checkGeneration(needs.fence, request);
  if (count === 0) return { verb: 'launch', started: [], stopping: await remove({ ...needs, lambda, request, service }, seen, spec.revision) };
  for (const plan of service.functions) await publish({ lambda, fence: needs.fence, code: needs.code, request, service, spec }, plan);
  await removeVersions({ ...needs, lambda, request, service }, seen, (marked, under) => marked !== spec.revision && marked !== under);
  return { verb: 'launch', started: isBegun(seen, spec.revision) ? [] : [instanceOf(spec.revision)], stopping: [] };
}

const isBegun = ({ functions }: SeenService, revision: RevisionId): boolean => functions.some((one) => revisionMarked(one.latest.Description) === revision || placedOn(one).some((placed) => placed.revision === revision));
