/** An installation whose services run on virtual machines: its environments, their roles, and the target as the packaged function makes it. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { autoScalingCommands, balancerCommands, ec2Commands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { balancerSources } from '../../../src/adapters/aws/cloudwatch-metrics.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { balancerOf, targetGroupName } from '../../../src/targets/_aws/names.ts';
import { createEc2Target } from '../../../src/targets/ec2/index.ts';
import { ACCOUNT, clientSettings } from '../emulator.ts';
import { autoScaling } from '../shims/auto-scaling.ts';
import { makeNetwork, type Network } from '../shims/network.ts';
import { targetHealth, type TargetHealthShim } from '../shims/target-health.ts';
import { actingAs, awsOf, loadBalancerParameter, roleParameters } from '../targets/as-role.ts';
import { PRIORITIES } from './balanced-service.ts';
import { type AwsInstallation, startAwsInstallation } from './installation.ts';
import { balancerTraffic } from './traffic.ts';

const PORT = 8080;
type Place = keyof typeof PRIORITIES;

export interface Ec2Installation {
  readonly aws: AwsInstallation;
  readonly network: Network;
  readonly health: TargetHealthShim;
  readonly balancers: ElasticLoadBalancingV2Client;
  readonly machines: EC2Client;
  close(): Promise<void>;
}

/** @param endpointOf where users reach an environment, if they do */
export async function startEc2Installation(endpointOf: (place: Place, network: Network) => Promise<string | undefined> = async () => undefined): Promise<Ec2Installation> {
  const network = await makeNetwork();
  const balancers = new ElasticLoadBalancingV2Client(clientSettings());
  const machines = new EC2Client(clientSettings());
  const health = targetHealth(balancers, network.listener);
  const scaling = autoScaling(health, PORT);
  const endpoints = { staging: await endpointOf('staging', network), production: await endpointOf('production', network) };
  const environment = (name: Place, wave: number, bucket: string) => ({
    name, kind: name, wave, zones: ['a', 'b'], aws: awsOf(name),
    targets: { ec2: {
      ami: 'ami-12c6146b', instanceType: 't3.micro', instanceProfile: `arn:aws:iam::${ACCOUNT}:instance-profile/service`, artifacts: { bucket }, ...(endpoints[name] === undefined ? {} : { endpoint: endpoints[name] }),
      listener: network.listener, vpc: network.vpc, subnets: network.subnets, securityGroups: [network.securityGroup], port: PORT, rule: { priority: PRIORITIES[name], hosts: [`${name}.example.com`] },
    } },
  });
  const parameters = roleParameters([`arn:aws:iam::${ACCOUNT}:role/service`], { Ec2: 'yes', LoadBalancer: loadBalancerParameter(network.balancer) });
  const aws = await startAwsInstallation({
    kind: 'ec2', shims: [scaling.shim, health.shim], traffic: balancerTraffic(balancers, network.listener),
    sources: (places) => balancerSources(places, { group: targetGroupName, balancer: balancerOf }),
    environments: (bucket) => ({ environments: [environment('staging', 1, bucket), environment('production', 2, bucket)], defaults: { approvers: ['anna'] } }),
    roles: { staging: parameters, production: parameters },
    target: ({ fence, endpoint }) => createEc2Target({ connect: actingAs('ec2', endpoint, (call) => ({ machines: ec2Commands(call), scaling: autoScalingCommands(call), balancers: balancerCommands(call) })), fence, clock: systemClock }),
  });
  return {
    aws, network, health, balancers, machines,
    close: async () => {
      await aws.close();
      await scaling.stop();
      for (const client of [balancers, machines]) client.destroy();
    },
  };
}
