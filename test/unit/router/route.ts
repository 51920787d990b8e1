/** Routes for tests and the bench: a test states only what matters to it. */
import type { EnvironmentName, InstanceId, RevisionId, ServiceName } from '../../../src/domain/ids.ts';
import type { Weights } from '../../../src/domain/route.ts';
import type { TrafficRoute } from '../../../src/ports/traffic.ts';

export const upstreamsOf = (...pairs: [revision: string, instance: string, port: number][]): TrafficRoute['upstreams'] => {
  const upstreams: Record<RevisionId, TrafficRoute['upstreams'][RevisionId][number][]> = {};
  for (const [revision, instance, port] of pairs) (upstreams[revision as RevisionId] ??= []).push({ instance: instance as InstanceId, host: '127.0.0.1', port });
  return upstreams;
};

export const routeOf = (partial: Partial<TrafficRoute> = {}): TrafficRoute => ({
  service: 'catalog' as ServiceName,
  environment: 'staging' as EnvironmentName,
  weights: { 'catalog-1-staging': 100 } as Weights,
  stickiness: { by: 'request' },
  upstreams: upstreamsOf(['catalog-1-staging', 'one', 9]),
  drainSeconds: 0,
  ...partial,
});
