/** Weights of a rule, in the percents of this project. */
import { RevisionId } from '../../../domain/ids.ts';
import type { Weights } from '../../../domain/route.ts';
import { hash } from '../names.ts';
import type { ServiceRule } from './rule.ts';

/** Stands for a target group of somebody else that was put into the service's rule: it takes traffic, so it has to show. */
const foreign = (arn: string): RevisionId => RevisionId.parse(`foreign-${hash(arn, 12)}`);

/**
 * The share of each revision that has traffic, in whole percents. AWS takes any weights from 0 to 999: where somebody set others than
 * percents, shares are rounded by largest remainders, and none of them to 0. Empty when nothing has a weight.
 */
export function percentsOf(rule: ServiceRule | undefined): Weights {
  const shares = new Map<RevisionId, number>();
  for (const { arn, revision = foreign(arn), weight } of rule?.groups ?? []) if (weight > 0) shares.set(revision, (shares.get(revision) ?? 0) + weight);
  const sum = [...shares.values()].reduce((total, weight) => total + weight, 0);
  return Object.fromEntries(sum === 0 || sum === 100 ? shares : rounded([...shares], sum));
}

function rounded(own: readonly (readonly [RevisionId, number])[], sum: number): [RevisionId, number][] {
  const shares = own.map(([revision, weight]) => ({ revision, exact: (weight * 100) / sum, percent: Math.max(1, Math.floor((weight * 100) / sum)) }));
  const left = () => 100 - shares.reduce((total, { percent }) => total + percent, 0);
  const byRest = [...shares].sort((one, other) => other.exact - other.percent - (one.exact - one.percent));
  for (let index = 0; left() > 0; index += 1) (byRest[index % byRest.length] as { percent: number }).percent += 1;
  while (left() < 0) shares.reduce((most, one) => (one.percent > most.percent ? one : most)).percent -= 1;
  return shares.map(({ revision, percent }) => [revision, percent]);
}
