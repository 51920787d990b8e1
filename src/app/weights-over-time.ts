/** How traffic was shared over time: every change of desired state left an audit item, with the weights that it set. */
import * as z from 'zod';
import { InvalidInput } from '../domain/errors.ts';
import { DeploymentId, type EnvironmentName, type ServiceName } from '../domain/ids.ts';
import { sameWeights, Weights } from '../domain/route.ts';
import type { WeightsPoint } from '../contracts/api/places.ts';
import type { Ports } from '../ports/index.ts';
import { auditKey } from './state/keys.ts';

const PAGE_ITEMS = 100;
/** Of an audit item, only what is needed: it holds two whole documents. */
const WeightsSet = z.object({ at: z.number(), after: z.object({ weights: Weights, deployment: DeploymentId.nullable() }) });

export interface WeightsAsked {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

/** Oldest first; changes that set the same weights again are left out. @throws InvalidInput when it would end before it begins */
export const weightsOverTime = (needs: Pick<Ports, 'store'>) => async ({ service, environment, since = 0, until = Number.MAX_SAFE_INTEGER, limit }: WeightsAsked): Promise<WeightsPoint[]> => {
  if (until < since) throw new InvalidInput('`until` is before `since`. Change one of them.');
  const found: WeightsPoint[] = [];
  let after: string | undefined;
  do {
    const page = await needs.store.query(auditKey(service, environment, 0).partition, '', { limit: PAGE_ITEMS, order: 'descending', ...(after === undefined ? {} : { after }) });
    for (const item of page.items) {
      const { at, after: { weights, deployment } } = WeightsSet.parse(item.value);
      if (at > until) continue;
      found.push({ at, weights, deployment });
      // The newest before it says what was in force when the time begins.
      if (at <= since || found.length > limit) return distinct(found.reverse()).slice(-limit);
    }
    after = page.next;
  } while (after !== undefined);
  return distinct(found.reverse()).slice(-limit);
};

const distinct = (points: readonly WeightsPoint[]): WeightsPoint[] => points.filter((point, index) => {
  const before = points[index - 1];
  return before === undefined || !sameWeights(before.weights, point.weights);
});
