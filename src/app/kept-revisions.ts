/** A revision as it is desired, or as the plan remembers it once it is retired: what makes a way back from everywhere. */
import type { Deployment } from '../domain/deployment.ts';
import type { RevisionId } from '../domain/ids.ts';
import type { Desired, DesiredRevision } from '../domain/state.ts';

export function keptAt(deployment: Deployment, desired: Desired, revision: RevisionId): DesiredRevision {
  const here = desired.revisions[revision];
  if (here !== undefined) return here;
  const spec = deployment.plan.specs[revision];
  if (spec === undefined) throw new TypeError(`the plan of ${deployment.id} does not know ${revision}`);
  return { spec, count: 0 };
}
