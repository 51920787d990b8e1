/** An installation whose services run on Lambda: its environments, their roles, and the target as the packaged function makes it. */
import { lambdaCommands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { lambdaSources } from '../../../src/adapters/aws/cloudwatch-metrics.ts';
import { codeOf, createLambdaTarget } from '../../../src/targets/lambda/index.ts';
import type { Shim } from '../faults.ts';
import { actingAs, awsOf, roleParameters } from '../targets/as-role.ts';
import { makeRole, ROLE } from '../targets/lambda-rig.ts';
import { type AwsInstallation, startAwsInstallation } from './installation.ts';
import type { Traffic } from './traffic.ts';

type Place = 'staging' | 'production';

/** @param places environments, in their order */
export async function startLambdaInstallation(given: { readonly shim: Shim; readonly traffic: Traffic; readonly places?: readonly Place[] }): Promise<AwsInstallation> {
  const { shim, traffic, places = ['staging', 'production'] } = given;
  await makeRole();
  return startAwsInstallation({
    kind: 'lambda', shims: [shim], sources: lambdaSources, traffic,
    environments: () => ({ environments: places.map((name, index) => ({ name, kind: name, wave: index + 1, aws: awsOf(name), targets: { lambda: { role: ROLE } } })), defaults: { approvers: ['anna'] } }),
    roles: Object.fromEntries(places.map((name) => [name, roleParameters([ROLE], { Lambda: 'yes' })])),
    target: ({ artifacts, fence, endpoint, folder }) => createLambdaTarget({ lambda: actingAs('lambda', endpoint, lambdaCommands), code: codeOf({ artifacts, folder }), fence, clock: { now: () => Date.now() } }),
  });
}
