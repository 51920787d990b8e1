/** A deployment that somebody asks for with its plan in view: only if that is still the plan. */
import { InvalidInput, PreconditionFailed } from '../domain/errors.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { Ports } from '../ports/index.ts';
import { deploy, type DeployInput } from './deploy.ts';
import { previewPlan } from './preview-plan.ts';
import type { StartNeeds } from './start-pipeline.ts';

/** @throws PreconditionFailed when the plan that was shown is not the plan any more, InvalidInput for a plan without its environment */
export const deployAsShown = (needs: StartNeeds & Pick<Ports, 'targets' | 'settings'>) => async ({ plan, ...input }: DeployInput & { readonly plan?: string | undefined }): Promise<Pipeline> => {
  if (plan !== undefined) {
    if (input.environment === undefined) throw new InvalidInput('A plan is of one environment. Name it, or leave the plan out.');
    const { hash } = await previewPlan(needs)({ service: input.service, version: input.version, environment: input.environment });
    if (hash !== plan) throw new PreconditionFailed(`What ${input.version} would do in ${input.environment} is not what was shown: somebody was there meanwhile. Look at the plan again, then deploy.`, { plan: hash });
  }
  return deploy(needs)(input);
};
