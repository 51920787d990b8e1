/** The output of instances, read from the packaged functions. */
import { signedLogs } from '../../../adapters/aws/calls/signed-logs.ts';
import { signedPlaces } from '../../../adapters/aws/calls/signed-places.ts';
import { createCloudWatchLogs, groupOutput, lambdaOutput } from '../../../adapters/aws/cloudwatch-logs.ts';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import { platform } from '../../aws.ts';
import type { Part } from '../../platform.ts';
import { placedIn } from '../placed.ts';
import { readerCalls } from '../reader-calls.ts';

export const instanceLogs: Part<'instanceLogs'> = async () => {
  const { store } = await platform.ports();
  const call = readerCalls();
  return createCloudWatchLogs({
    calls: (access) => signedLogs(call(access)), placed: placedIn(store), clock: systemClock,
    targets: { lambda: lambdaOutput((access) => signedPlaces(call(access))), ecs: groupOutput, ec2: groupOutput },
  });
};
