/** A VPC with a subnet in each of two zones, and a load balancer with a listener: what the documentation asks a user to have. */
import { CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client, ModifyVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { CreateListenerCommand, CreateLoadBalancerCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { clientSettings, REGION, uniqueName } from '../emulator.ts';

export interface Network {
  readonly vpc: string;
  readonly subnets: Readonly<Record<'a' | 'b', [string]>>;
  readonly securityGroup: string;
  readonly listener: string;
  readonly balancer: string;
}

const given = (value: string | undefined): string => {
  if (value === undefined) throw new Error('the emulator made something and did not name it');
  return value;
};

export async function makeNetwork(): Promise<Network> {
  const ec2 = new EC2Client(clientSettings());
  const balancers = new ElasticLoadBalancingV2Client(clientSettings());
  const vpc = given((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
  // Without it the emulator cannot start a task with an address of its own.
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }));
  const subnet = async (zone: string, cidr: string) => given((await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: cidr, AvailabilityZone: `${REGION}${zone}` }))).Subnet?.SubnetId);
  const [a, b] = [await subnet('a', '10.0.0.0/18'), await subnet('b', '10.0.64.0/18')];
  const securityGroup = given((await ec2.send(new CreateSecurityGroupCommand({ GroupName: uniqueName('group'), Description: 'services', VpcId: vpc }))).GroupId);
  const balancer = given((await balancers.send(new CreateLoadBalancerCommand({ Name: uniqueName('balancer'), Subnets: [a, b], SecurityGroups: [securityGroup], Type: 'application' }))).LoadBalancers?.[0]?.LoadBalancerArn);
  const listener = given((await balancers.send(new CreateListenerCommand({ LoadBalancerArn: balancer, Protocol: 'HTTP', Port: 80, DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }] }))).Listeners?.[0]?.ListenerArn);
  ec2.destroy();
  balancers.destroy();
  return { vpc, subnets: { a: [a], b: [b] }, securityGroup, listener, balancer };
}
