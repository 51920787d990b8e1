/** Why a plan cannot be carried out on ECS, a sentence each. */
import type { PlanQuestion } from '../../contracts/target.ts';
import { SlipwayError } from '../../domain/errors.ts';
import { balancerProblems, plannedProblems } from '../_aws/load-balancer/problems.ts';
import { sentencesOf } from '../_aws/settings.ts';
import type { EcsNeeds } from './clients.ts';
import { EcsSettings } from './settings.ts';
import { definitionOf } from './task-definition.ts';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (stopTimeout, Fargate) */
const STOP_SECONDS_MAX = 120;

export async function problemsOf(needs: EcsNeeds, plan: PlanQuestion): Promise<string[]> {
  const place = EcsSettings.safeParse(plan.place.settings);
  const own = EcsSettings.safeParse(plan.candidate.settings);
  if (!place.success || !own.success) return [...new Set([place, own].flatMap((parsed) => (parsed.success ? [] : sentencesOf('ecs', parsed.error))))];
  return [
    ...plannedProblems(plan, place.data),
    ...definitionProblems(plan, own.data),
    ...(own.data.launchType === 'FARGATE' && plan.candidate.stopSeconds > STOP_SECONDS_MAX ? [`stopWithin is ${plan.candidate.stopSeconds} s, and Fargate waits at most ${STOP_SECONDS_MAX} s. Shorten it in slipway.yaml.`] : []),
    ...await balancerProblems(needs.connect(plan.place.access).balancers, plan, place.data),
  ];
}

/** Resources that no size holds, and secrets that AWS cannot name. */
function definitionProblems({ candidate }: PlanQuestion, settings: EcsSettings): string[] {
  try {
    definitionOf(candidate, settings);
    return [];
  } catch (error) {
    if (error instanceof SlipwayError) return [error.message];
    throw error;
  }
}
