/** One route out of the aliases of several functions: what is in force, and what an alias is to say. Pure. */
import type { RevisionId } from '../../domain/ids.ts';
import { sameWeights, type Weights } from '../../domain/route.ts';

/** What one function's alias does now. */
export interface FunctionRoute {
  /** Share of each revision, 0 to 1, that its alias gives; empty while it has no alias. */
  readonly shares: Readonly<Record<RevisionId, number>>;
  /** Revisions that have this function. */
  readonly has: readonly RevisionId[];
  /** Reserved concurrency 0: nothing is invoked. */
  readonly stopped: boolean;
}

/**
 * The weights in force. Empty when nothing serves, and also when there is no one route: functions that disagree, a share that is no
 * whole percent. Whoever wants a route then sees a difference and says it again, which is what mends it.
 */
export function weightsInForce(functions: readonly FunctionRoute[]): Weights {
  if (functions.some(({ stopped }) => stopped)) return {};
  for (const { shares, has } of functions) {
    // A function that all revisions have dropped says nothing: its alias stays where it was.
    const weights = has.length === 0 ? null : percents(shares);
    if (weights !== null && Object.keys(weights).length > 0 && functions.every((one) => agrees(one, weights))) return weights;
  }
  return {};
}

function agrees({ shares, has }: FunctionRoute, weights: Weights): boolean {
  const wanted = weightsFor(has, weights);
  if (Object.keys(wanted).length === 0) return true;
  const seen = percents(shares);
  return seen !== null && sameWeights(seen, wanted);
}

/** What the alias of a function says that only these revisions have: all to the one that has it, nothing where none has. */
export function weightsFor(has: readonly RevisionId[], weights: Weights): Weights {
  const here = (Object.entries(weights) as [RevisionId, number][]).filter(([revision, weight]) => weight > 0 && has.includes(revision));
  const [only] = here;
  return here.length === 1 && only !== undefined ? { [only[0]]: 100 } : Object.fromEntries(here);
}

function percents(shares: Readonly<Record<RevisionId, number>>): Weights | null {
  const entries = Object.entries(shares).map(([revision, share]) => [revision, Math.round(share * 100)] as const);
  if (Object.entries(shares).some(([, share]) => Math.abs(share * 100 - Math.round(share * 100)) > 1e-6)) return null;
  return Object.fromEntries(entries.filter(([, percent]) => percent > 0)) as Weights;
}
