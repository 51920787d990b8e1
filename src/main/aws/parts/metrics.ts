/** What the judge reads in the packaged functions. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { STSClient } from '@aws-sdk/client-sts';
import { createCloudWatchMetrics, createLocate, lambdaSources } from '../../../adapters/aws/cloudwatch-metrics.ts';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import { findDesired } from '../../../app/state/documents.ts';
import { clientsByAccess } from '../../../targets/_aws/access.ts';
import { platform } from '../../aws.ts';
import type { Part } from '../../platform.ts';

export const metrics: Part<'metrics'> = async () => {
  const { store } = await platform.ports();
  const needs = { sts: new STSClient({}), session: 'slipway-judge' };
  const cloudWatch = clientsByAccess(needs, (place) => new CloudWatchClient({ ...place }));
  const lambda = clientsByAccess(needs, (place) => new LambdaClient({ ...place }));
  return createCloudWatchMetrics({
    client: cloudWatch, clock: systemClock,
    locate: createLocate({ desired: async (service, environment) => (await findDesired(store, service, environment))?.value, targets: { lambda: lambdaSources(lambda) } }),
  });
};
