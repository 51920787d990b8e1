/** The groups that stand in for those of Auto Scaling, seen by a client that knows nothing of it. */
import { AutoScalingClient, CreateAutoScalingGroupCommand, DeleteAutoScalingGroupCommand, DescribeAutoScalingGroupsCommand, DescribeScalingActivitiesCommand, SetInstanceHealthCommand, SuspendProcessesCommand, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRuleCommand, CreateTargetGroupCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { clientSettings, uniqueName } from '../emulator.ts';
import { startFaultProxy, type FaultProxy } from '../faults.ts';
import { autoScaling, type AutoScalingShim } from './auto-scaling.ts';
import { makeNetwork, type Network } from './network.ts';
import { targetHealth } from './target-health.ts';

let proxy: FaultProxy;
let shim: AutoScalingShim;
let scaling: AutoScalingClient;
let ec2: EC2Client;
let network: Network;
let name: string;

beforeEach(async () => {
  network = await makeNetwork();
  proxy = await startFaultProxy();
  const balancers = new ElasticLoadBalancingV2Client(clientSettings());
  const health = targetHealth(balancers, network.listener);
  shim = autoScaling(health, 80);
  proxy.shim(shim.shim);
  scaling = new AutoScalingClient(clientSettings(proxy.endpoint));
  ec2 = new EC2Client(clientSettings(proxy.endpoint));
  name = uniqueName('group');
  const target = (await balancers.send(new CreateTargetGroupCommand({ Name: name, Protocol: 'HTTP', Port: 80, VpcId: network.vpc, TargetType: 'instance' }))).TargetGroups?.[0]?.TargetGroupArn ?? '';
  await balancers.send(new CreateRuleCommand({ ListenerArn: network.listener, Priority: 1, Conditions: [{ Field: 'path-pattern', Values: ['/x'] }], Actions: [{ Type: 'forward', TargetGroupArn: target }] }));
  const template = (await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData: { ImageId: 'ami-12c6146b', InstanceType: 't3.micro' } }))).LaunchTemplate;
  await scaling.send(new CreateAutoScalingGroupCommand({ AutoScalingGroupName: name, LaunchTemplate: { LaunchTemplateId: template?.LaunchTemplateId, Version: '1' }, MinSize: 2, MaxSize: 2, DesiredCapacity: 2, VPCZoneIdentifier: [...network.subnets.a, ...network.subnets.b].join(','), TargetGroupARNs: [target], Tags: [{ Key: 'team', Value: name }] }));
});
afterEach(async () => {
  await shim.stop();
  await proxy.close();
  scaling.destroy();
  ec2.destroy();
});

const group = async () => (await scaling.send(new DescribeAutoScalingGroupsCommand({ Filters: [{ Name: 'tag:team', Values: [name] }] }))).AutoScalingGroups?.[0];
async function until(holds: (members: { id: string; zone: string; state: string; health: string }[]) => boolean) {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const members = ((await group())?.Instances ?? []).map(({ InstanceId, AvailabilityZone, LifecycleState, HealthStatus }) => ({ id: InstanceId ?? '', zone: AvailabilityZone ?? '', state: LifecycleState ?? '', health: HealthStatus ?? '' }));
    if (holds(members)) return members;
    if (performance.now() > deadline) throw new Error(`never: ${JSON.stringify(members)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const serving = (count: number) => until((members) => members.length === count && members.every(({ state }) => state === 'InService'));

it('runs what is desired, evenly over zones, and replaces what is terminated', async () => {
  const two = await serving(2);
  expect(two.map(({ zone }) => zone).sort()).toEqual(['eu-central-1a', 'eu-central-1b']);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [two[0]?.id ?? ''] }));
  await until((members) => members.length === 2 && members.every(({ id, state }) => state === 'InService' && id !== two[0]?.id));
});

it('starts another one before it ends what is unhealthy, and the capacity stays', async () => {
  const two = await serving(2);
  await scaling.send(new SetInstanceHealthCommand({ InstanceId: two[0]?.id, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false }));
  await until((members) => {
    expect(members.filter(({ state }) => state === 'InService').length).toBeGreaterThanOrEqual(2);
    return members.length === 2 && members.every(({ id, state }) => id !== two[0]?.id && state === 'InService');
  });
  expect((await group())?.DesiredCapacity).toBe(2);
  await expect(scaling.send(new SetInstanceHealthCommand({ InstanceId: two[0]?.id, HealthStatus: 'Unhealthy' }))).rejects.toMatchObject({ name: 'ValidationError' });
});

it('drains before it ends, and is deleted only when it is empty', async () => {
  await serving(2);
  await scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, MinSize: 0, MaxSize: 0, DesiredCapacity: 0 }));
  await expect(scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name }))).rejects.toMatchObject({ name: expect.stringMatching(/^ResourceInUse/) });
  await until((members) => members.some(({ state }) => state === 'Terminating'));
  await until((members) => members.length === 0);
  await scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name }));
  expect(await group()).toBeUndefined();
});

it('says what is suspended, and why an instance could not be started', async () => {
  await serving(2);
  await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: ['AZRebalance'] }));
  expect((await group())?.SuspendedProcesses).toEqual([{ ProcessName: 'AZRebalance' }]);
  shim.failStarts(name, 'no capacity');
  await scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, MinSize: 3, MaxSize: 3, DesiredCapacity: 3 }));
  expect((await scaling.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name }))).Activities?.[0]).toMatchObject({ StatusCode: 'Failed', StatusMessage: 'no capacity' });
});
