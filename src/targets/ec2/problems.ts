/** Why a plan cannot be carried out on EC2, a sentence each. */
import type { PlanQuestion } from '../../contracts/target.ts';
import { SlipwayError } from '../../domain/errors.ts';
import { balancerProblems, plannedProblems } from '../_aws/load-balancer/problems.ts';
import { sentencesOf } from '../_aws/settings.ts';
import type { Ec2Needs } from './clients.ts';
import { Ec2Settings } from './settings.ts';
import { userData } from './user-data.ts';

export async function problemsOf(needs: Ec2Needs, plan: PlanQuestion): Promise<string[]> {
  const place = Ec2Settings.safeParse(plan.place.settings);
  const own = Ec2Settings.safeParse(plan.candidate.settings);
  if (!place.success || !own.success) return [...new Set([place, own].flatMap((parsed) => (parsed.success ? [] : sentencesOf('ec2', parsed.error))))];
  return [
    ...plannedProblems(plan, place.data),
    ...userDataProblems(plan, own.data),
    ...await balancerProblems(needs.connect(plan.place.access).balancers, plan, place.data),
  ];
}

/** More than an instance can be started with, and secrets that AWS cannot name. */
function userDataProblems({ candidate }: PlanQuestion, settings: Ec2Settings): string[] {
  try {
    userData(candidate, settings);
    return [];
  } catch (error) {
    if (error instanceof SlipwayError) return [error.message];
    throw error;
  }
}
