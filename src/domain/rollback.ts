/** The way back from any point of a plan. */
import type { RevisionId } from './ids.ts';
import type { Plan } from './plan.ts';
import type { Weights } from './route.ts';
import type { Desired } from './state.ts';

/** In this order: launch and wait until healthy, move the weights, retire. Specifications for the launch are in the plan. */
export interface RollbackSteps {
  readonly launch: readonly { readonly revision: RevisionId; readonly count: number }[];
  readonly weights: Weights;
  readonly retire: readonly RevisionId[];
}

/**
 * Back to the stable revision alone, at full count; to nothing where nothing was before.
 *
 * Full count is what it has, when the plan has not shrunk it yet; once shrunk or retired it is brought back to at least the plan's
 * instances. The launch is always named: it starts nothing where all are there, and asked again after its result was written but
 * before it was carried out, the answer is the same.
 *
 * @param desired as it is now, with whatever part of the plan was done
 */
export function rollbackSteps(plan: Plan, desired: Desired): RollbackSteps {
  const { stable } = plan;
  const here = Object.keys(desired.revisions) as RevisionId[];
  const retire = [...new Set([plan.candidate, ...here])].filter((revision) => revision !== stable);
  if (stable === null) return { launch: [], weights: {}, retire };
  return {
    launch: [{ revision: stable, count: plan.stableInstances }],
    weights: plan.stableInstances === 0 ? {} : { [stable]: 100 },
    retire,
  };
}
