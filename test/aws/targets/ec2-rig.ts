/** The `ec2` target over the clients that its function has, against the emulator with instances that behave. */
import { randomBytes } from 'node:crypto';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { autoScalingCommands, balancerCommands, ec2Commands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { EnvironmentName, Generation, type InstanceId, RevisionId, ServiceName } from '../../../src/domain/ids.ts';
import type { RevisionSpec } from '../../../src/domain/revision.ts';
import type { Target } from '../../../src/ports/target.ts';
import { createEc2Target } from '../../../src/targets/ec2/index.ts';
import { specOf } from '../../unit/targets/process/rig.ts';
import { ACCOUNT, clientSettings } from '../emulator.ts';
import { startFaultProxy, type FaultProxy } from '../faults.ts';
import { autoScaling, type AutoScalingShim } from '../shims/auto-scaling.ts';
import { makeNetwork, type Network } from '../shims/network.ts';
import { targetHealth, type TargetHealthShim } from '../shims/target-health.ts';
import { accessOf, actingAs, loadBalancerParameter, roleParameters } from './as-role.ts';

export interface Ec2Rig {
  readonly target: Target;
  readonly proxy: FaultProxy;
  readonly network: Network;
  readonly health: TargetHealthShim;
  readonly scaling: AutoScalingShim;
  /** Clients of somebody else, who knows nothing of Slipway. */
  readonly foreign: { readonly ec2: EC2Client; readonly scaling: AutoScalingClient; readonly balancers: ElasticLoadBalancingV2Client };
  spec(overrides?: Partial<Record<keyof RevisionSpec, unknown>>): RevisionSpec;
  setGeneration(generation: number): void;
  kill(instance: InstanceId): Promise<void>;
  close(): Promise<void>;
}

const PORT = 8080;

/** Names of Auto Scaling groups and launch templates are an account's, and tests share one: each has an environment of its own. */
const freshEnvironment = (): string => `e${randomBytes(6).toString('hex')}`;

export async function ec2Rig(): Promise<Ec2Rig> {
  const network = await makeNetwork();
  const proxy = await startFaultProxy();
  const direct = new ElasticLoadBalancingV2Client(clientSettings());
  const health = targetHealth(direct, network.listener);
  const scaling = autoScaling(health, PORT);
  proxy.shim(scaling.shim);
  proxy.shim(health.shim);
  const foreign = { ec2: new EC2Client(clientSettings(proxy.endpoint)), scaling: new AutoScalingClient(clientSettings(proxy.endpoint)), balancers: new ElasticLoadBalancingV2Client(clientSettings(proxy.endpoint)) };
  let generation = 1;
  const environment = freshEnvironment();
  proxy.deployRoles(environment, roleParameters([`arn:aws:iam::${ACCOUNT}:role/service`], { Ec2: 'yes', LoadBalancer: loadBalancerParameter(network.balancer) }));
  const connect = actingAs('ec2', proxy.endpoint, (call) => ({ machines: ec2Commands(call), scaling: autoScalingCommands(call), balancers: balancerCommands(call) }));
  const target = createEc2Target({ connect, fence: { current: async () => Generation.parse(generation) }, clock: systemClock });
  const settings = (service: string) => ({
    ami: 'ami-12c6146b', instanceType: 't3.micro', instanceProfile: `arn:aws:iam::${ACCOUNT}:instance-profile/service`, artifacts: { bucket: 'slipway-artifacts' },
    listener: network.listener, vpc: network.vpc, subnets: network.subnets, securityGroups: [network.securityGroup], port: PORT, rule: { priority: service === 'catalog' ? 10 : 20, hosts: [`${service}.example.com`] },
  });
  return {
    target, proxy, network, health, scaling, foreign,
    spec: (overrides = {}) => {
      const service = ServiceName.parse(overrides.service ?? 'catalog');
      const number = /-([0-9]+)-/.exec(typeof overrides.revision === 'string' ? overrides.revision : '')?.[1] ?? '1';
      return specOf({ health: { path: '/health', interval: 5, timeout: 2, failures: 3, startWithin: 60 }, resources: { memory: 512 * 1024 * 1024, cpu: 1 }, access: accessOf(environment), settings: settings(service), ...overrides, environment: EnvironmentName.parse(environment), revision: RevisionId.parse(`${service}-${number}-${environment}`) });
    },
    setGeneration: (next) => void (generation = next),
    kill: async (instance) => void (await foreign.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] }))),
    close: async () => {
      await scaling.stop();
      await proxy.close();
      for (const client of [direct, ...Object.values(foreign)]) client.destroy();
    },
  };
}
