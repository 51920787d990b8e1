/** What a deployment would do, before anything runs. */
import { InvalidInput } from '../domain/errors.ts';
import { deploymentId, pipelineId, revisionOf, type EnvironmentName, type ServiceName } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { compilePlan } from '../domain/planner/compile-plan.ts';
import { describePlan } from '../domain/planner/describe-plan.ts';
import { planHash } from '../domain/planner/plan-hash.ts';
import type { Ports } from '../ports/index.ts';
import { releaseOfVersion } from './deploy.ts';
import { refuseImpossible } from './plan.ts';
import { findDesired, getService } from './state/documents.ts';

/** Compiled against the desired state as it is now; the pipeline compiles its own when its turn comes, with its own number. */
export const previewPlan = (needs: Pick<Ports, 'store' | 'environments' | 'targets' | 'settings'>) => async (input: { service: ServiceName; version: string; environment: EnvironmentName }): Promise<{ plan: Plan; hash: string; lines: readonly string[] }> => {
  const environments = await needs.environments.read();
  const environment = environments.environments.find((known) => known.name === input.environment);
  if (environment === undefined) throw new InvalidInput(`There is no environment "${input.environment}". environments.yaml has: ${environments.environments.map((known) => known.name).join(', ')}.`);
  const service = await getService(needs.store, input.service);
  const release = await releaseOfVersion(needs, input.service, input.version);
  const candidate = revisionOf(deploymentId(pipelineId(input.service, service.value.pipelines + 1), input.environment));
  const plan = compilePlan({ release, environment, environments, desired: (await findDesired(needs.store, input.service, input.environment))?.value ?? null, candidate, mode: 'normal' });
  await refuseImpossible(needs, plan);
  return { plan, hash: planHash(plan), lines: describePlan(plan) };
};
