/** The functions of targets may read Slipway's table and assume roles; everything else they do as the role that an environment names. */
import type { PlanQuestion } from '../../contracts/target.ts';
import type { Target } from '../../ports/target.ts';

/** As infrastructure/function-roles.yml has it: a test holds the two equal. */
const ASSUMABLE = /:role\/slipway-[^/]+$/;

/** Why the packaged function could do nothing at this place; null when it can be asked further. */
function roleProblem({ place: { environment, access } }: PlanQuestion): string | null {
  const role = access?.role ?? null;
  if (role === null) return `The environment "${environment}" names no role, and Slipway's own functions may change nothing in an account. Deploy accounts/environment-role.yml there, and say aws.role and aws.externalId in environments.yaml (docs/aws.md).`;
  if (!ASSUMABLE.test(role)) return `Slipway may assume roles named slipway-... without a path only, and the environment "${environment}" names ${role}. Deploy accounts/environment-role.yml there, and say its role as aws.role in environments.yaml.`;
  return null;
}

/** The same target; a plan for an environment whose role it could not assume is refused before anything of AWS is asked. */
export const actingAsRole = (target: Target): Target => ({
  ...target,
  describe: async ({ plan, ...request }) => {
    const problem = plan === undefined ? null : roleProblem(plan);
    return problem === null ? target.describe({ ...request, ...(plan === undefined ? {} : { plan }) }) : { ...await target.describe(request), problems: [problem] };
  },
});
