/** What the metrics source has counted in a place, as the judge would read it. */
import { NotFound } from '../domain/errors.ts';
import type { EnvironmentName, RevisionId, ServiceName } from '../domain/ids.ts';
import { plainCounts } from '../domain/judge/counts.ts';
import type { Ports } from '../ports/index.ts';
import { findDesired } from './state/documents.ts';

export interface PlaceCounts {
  readonly epoch: string;
  readonly at: number;
  readonly stable: RevisionId | null;
  readonly revisions: Record<RevisionId, ReturnType<typeof plainCounts>>;
}

/** @throws NotFound for a service that was never deployed there; ProviderUnavailable */
export const placeCounts = (needs: Pick<Ports, 'store' | 'metrics'>) => async ({ service, environment }: { service: ServiceName; environment: EnvironmentName }): Promise<PlaceCounts> => {
  const desired = await findDesired(needs.store, service, environment);
  if (desired === undefined) throw new NotFound(`${service} was never deployed in ${environment}.`);
  const { epoch, at, revisions } = await needs.metrics.read(service, environment);
  const plain = Object.entries(revisions).map(([revision, counts]): [string, ReturnType<typeof plainCounts>] => [revision, plainCounts(counts)]);
  return { epoch, at, stable: desired.value.stable, revisions: Object.fromEntries(plain) as PlaceCounts['revisions'] };
};
