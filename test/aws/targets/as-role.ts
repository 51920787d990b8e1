/** How a target acts in an environment: as the role that somebody has deployed there for it, like the packaged function. */
import { callsByAccess } from '../../../src/adapters/aws/calls/assumed-role.ts';
import type { SignedCall } from '../../../src/adapters/aws/calls/signed-call.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import type { Access } from '../../../src/domain/access.ts';
import { ACCOUNT, clientSettings, REGION } from '../emulator.ts';

export const EXTERNAL_ID = 'slipway-7f3a';

/** As `environments.yaml` has it. */
export const awsOf = (environment: string) => ({ region: REGION, role: `arn:aws:iam::${ACCOUNT}:role/slipway-${environment}`, externalId: EXTERNAL_ID });
export const accessOf = (environment: string): Access => ({ account: null, ...awsOf(environment) });

/** Clients of the function `slipway-target-<kind>`, by access. @param attempts of each call, where a test wants to see what the first one meets */
export function actingAs<C>(kind: string, endpoint: string, make: (call: SignedCall) => C, attempts?: number): (access: Access | null) => C {
  const caller = `slipway-target-${kind}`;
  const callOf = callsByAccess({ own: { ...clientSettings(endpoint), caller, ...(attempts === undefined ? {} : { attempts }) }, session: caller, clock: systemClock });
  return (access) => make(callOf(access));
}

/** The parameter LoadBalancer of accounts/environment-role.yml for a load balancer's ARN. */
export const loadBalancerParameter = (balancer: string): string => balancer.replace(/^.*:loadbalancer\/app\//, '');

/** Its other parameters, as every environment of these tests has them. */
export const roleParameters = (passed: readonly string[], more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({ ExternalId: EXTERNAL_ID, PassedRoles: passed.join(','), Lambda: 'no', Ecs: 'no', Ec2: 'no', Cluster: 'none', LoadBalancer: 'none', LogGroup: 'none', ...more });
