/** What the judge reads in the packaged functions, and what the API shows of it. */
import { signedMetrics } from '../../../adapters/aws/calls/signed-metrics.ts';
import { signedPlaces } from '../../../adapters/aws/calls/signed-places.ts';
import { balancerSources, createCloudWatchMetrics, createLocate, lambdaSources, workersOr } from '../../../adapters/aws/cloudwatch-metrics.ts';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import type { Access } from '../../../domain/access.ts';
import { balancerOf, targetGroupName } from '../../../targets/_aws/names.ts';
import { platform } from '../../aws.ts';
import type { Part } from '../../platform.ts';
import { placedIn } from '../placed.ts';
import { readerCalls } from '../reader-calls.ts';

export const metrics: Part<'metrics'> = async () => {
  const { store } = await platform.ports();
  const call = readerCalls();
  const places = (access: Access | null) => signedPlaces(call(access));
  const behindBalancer = workersOr(balancerSources(places, { group: targetGroupName, balancer: balancerOf }));
  return createCloudWatchMetrics({
    calls: (access) => signedMetrics(call(access)), clock: systemClock,
    locate: createLocate({ placed: placedIn(store), targets: { lambda: lambdaSources(places), ecs: behindBalancer, ec2: behindBalancer } }),
  });
};
