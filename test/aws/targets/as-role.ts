/** How a target acts in an environment: as the role that somebody has deployed there for it, like the packaged function. */
import { roleAssumer } from '../../../src/adapters/aws/calls/assumed-role.ts';
import type { Access } from '../../../src/domain/access.ts';
import { clientsByAccess, type ClientPlace } from '../../../src/targets/_aws/access.ts';
import { ACCOUNT, clientSettings, REGION } from '../emulator.ts';

export const EXTERNAL_ID = 'slipway-7f3a';

/** As `environments.yaml` has it. */
export const awsOf = (environment: string) => ({ region: REGION, role: `arn:aws:iam::${ACCOUNT}:role/slipway-${environment}`, externalId: EXTERNAL_ID });
export const accessOf = (environment: string): Access => ({ account: null, ...awsOf(environment) });

/** What each client of the SDK is made with. */
export type ClientSettings = ReturnType<typeof clientSettings> & ClientPlace & { readonly userAgentAppId: string };

/** Clients of the function `slipway-target-<kind>`, by access; `close` lets go of them. */
export function actingAs<C extends object>(kind: string, endpoint: string, make: (settings: ClientSettings) => C) {
  const caller = `slipway-target-${kind}`;
  const made: C[] = [];
  const connect = clientsByAccess({ assume: roleAssumer({ own: { ...clientSettings(endpoint), caller }, session: caller }) }, (place) => {
    const clients = make({ ...clientSettings(endpoint), userAgentAppId: caller, ...place } as ClientSettings);
    made.push(clients);
    return clients;
  });
  return { connect, close: () => made.forEach((clients) => [clients, ...Object.values(clients)].forEach((client: unknown) => (client as { destroy?: () => void }).destroy?.())) };
}

/** The parameter LoadBalancer of accounts/environment-role.yml for a load balancer's ARN. */
export const loadBalancerParameter = (balancer: string): string => balancer.replace(/^.*:loadbalancer\/app\//, '');

/** Its other parameters, as every environment of these tests has them. */
export const roleParameters = (passed: readonly string[], more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({ ExternalId: EXTERNAL_ID, PassedRoles: passed.join(','), Lambda: 'no', Ecs: 'no', Ec2: 'no', Cluster: 'none', LoadBalancer: 'none', LogGroup: 'none', ...more });
