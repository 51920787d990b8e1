import type { RelaunchRequest, RelaunchResult } from '../../contracts/target.ts';
import type { InstanceId } from '../../domain/ids.ts';
import { checkGeneration } from '../_aws/guard.ts';
import { instanceOf, instancesOf } from './health.ts';
import { lookAt, type SeenService } from './look.ts';
import type { LambdaNeeds } from './needs.ts';
import { weightsOf } from './observe.ts';
import { publish } from './publish.ts';
import { servicePlan, type ServicePlan } from './settings.ts';
import { reserve, setSources, type Moving } from './traffic.ts';

/**
 * Puts revisions right that somebody has changed: what is missing is published again, what differs is set again. Lambda replaces the
 * execution environments themselves, so a revision that is well is left alone.
 */
export async function relaunch(needs: LambdaNeeds, request: RelaunchRequest): Promise<RelaunchResult> {
  const lambda = needs.lambda(request.access);
  const place = servicePlan(request);
  const seen = await lookAt(lambda, request, place.functions.map(({ key }) => key));
  const inForce = await weightsOf(lambda, seen, place);
  const instances = await instancesOf(lambda, seen, place, inForce);
  const result = { verb: 'relaunch' as const, started: [] as InstanceId[], quarantined: [] as InstanceId[], waiting: [] as InstanceId[] };
  await checkGeneration(needs.fence, request);
  for (const spec of Object.values(request.specs)) {
    const id = instanceOf(spec.revision);
    const there = instances.find(({ instance }) => instance === id);
    if (!request.instances.includes(id) || there?.health === 'healthy' || there?.health === 'starting') continue;
    if (there?.quarantined === true) {
      result.quarantined.push(id);
      continue;
    }
    const service = servicePlan({ ...request, settings: spec.settings });
    const published: string[] = [];
    for (const plan of service.functions) published.push(await publish({ lambda, fence: needs.fence, code: needs.code, request, service, spec }, plan));
    if ((inForce[spec.revision] ?? 0) > 0) await restore({ lambda, fence: needs.fence, request, service: place, now: needs.clock.now() }, seen, service);
    result[published.includes('waiting') ? 'waiting' : 'started'].push(id);
  }
  return result;
}

/** What belongs to the functions that the revision serves with. */
async function restore(on: Moving, seen: SeenService, revision: ServicePlan): Promise<void> {
  for (const one of seen.functions) {
    const plan = on.service.functions.find(({ key }) => key === one.key);
    if (plan === undefined || !revision.functions.some(({ key }) => key === one.key)) continue;
    await reserve(on, one, plan.reserved);
    await setSources(on, one, true);
  }
}
