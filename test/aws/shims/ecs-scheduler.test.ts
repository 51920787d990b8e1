/** The scheduler that stands in for that of ECS, seen by a client that knows nothing of it. */
import { CreateClusterCommand, CreateServiceCommand, DeleteServiceCommand, DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListServicesCommand, ListTasksCommand, RegisterTaskDefinitionCommand, StopTaskCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { CreateRuleCommand, CreateTargetGroupCommand, DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { clientSettings, uniqueName } from '../emulator.ts';
import { startFaultProxy, type FaultProxy } from '../faults.ts';
import { ecsScheduler, holdTasks, type EcsScheduler } from './ecs-scheduler.ts';
import { makeNetwork, type Network } from './network.ts';
import { targetHealth } from './target-health.ts';

let proxy: FaultProxy;
let scheduler: EcsScheduler;
let ecs: ECSClient;
let balancers: ElasticLoadBalancingV2Client;
let network: Network;
let group: string;
const cluster = uniqueName('cluster');
const service = uniqueName('service');

beforeEach(async () => {
  await holdTasks();
  network = await makeNetwork();
  proxy = await startFaultProxy();
  const health = targetHealth(new ElasticLoadBalancingV2Client(clientSettings()), network.listener);
  scheduler = ecsScheduler(health);
  proxy.shim(scheduler.shim);
  proxy.shim(health.shim);
  ecs = new ECSClient(clientSettings(proxy.endpoint));
  balancers = new ElasticLoadBalancingV2Client(clientSettings(proxy.endpoint));
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await ecs.send(new RegisterTaskDefinitionCommand({ family: service, networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512', containerDefinitions: [{ name: 'service', image: 'image', memory: 512 }] }));
  group = (await balancers.send(new CreateTargetGroupCommand({ Name: uniqueName('group'), Protocol: 'HTTP', Port: 80, VpcId: network.vpc, TargetType: 'ip' }))).TargetGroups?.[0]?.TargetGroupArn ?? '';
});
afterEach(async () => {
  await scheduler.stop();
  await proxy.close();
  ecs.destroy();
  balancers.destroy();
});

const make = (desiredCount: number, token = 'one') => ecs.send(new CreateServiceCommand({
  cluster, serviceName: service, clientToken: token, taskDefinition: service, desiredCount, launchType: 'FARGATE', loadBalancers: [{ targetGroupArn: group, containerName: 'service', containerPort: 80 }],
  networkConfiguration: { awsvpcConfiguration: { subnets: [...network.subnets.a, ...network.subnets.b], securityGroups: [network.securityGroup] } },
}));
const tasks = async (desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING') => {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus }));
  return taskArns.length === 0 ? [] : (await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? [];
};
const described = async () => (await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))).services?.[0];
async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`never: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const running = (count: number) => until(tasks, (seen) => seen.length === count && seen.every(({ lastStatus }) => lastStatus === 'RUNNING'));

it('runs as many tasks as are desired, evenly over the subnets, and replaces one that is stopped', async () => {
  await make(4);
  const four = await running(4);
  const subnets = four.map((task) => task.attachments?.[0]?.details?.find(({ name }) => name === 'subnetId')?.value);
  expect(subnets.filter((subnet) => subnet === network.subnets.a[0])).toHaveLength(2);
  expect(await described()).toMatchObject({ desiredCount: 4, runningCount: 4, status: 'ACTIVE' });
  await ecs.send(new StopTaskCommand({ cluster, task: four[0]?.taskArn }));
  await until(tasks, (seen) => seen.length === 4 && seen.every(({ taskArn, lastStatus }) => lastStatus === 'RUNNING' && taskArn !== four[0]?.taskArn));
});

it('makes a service once for one token, and refuses another of the name, also while the old one drains', async () => {
  await make(1);
  await make(1);
  await expect(make(1, 'two')).rejects.toMatchObject({ name: 'InvalidParameterException', message: expect.stringContaining('not idempotent') });
  await running(1);
  await expect(ecs.send(new DeleteServiceCommand({ cluster, service }))).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  await ecs.send(new DeleteServiceCommand({ cluster, service }));
  expect((await described())?.status).toBe('DRAINING');
  expect((await ecs.send(new ListServicesCommand({ cluster }))).serviceArns).toEqual([]);
  await expect(make(1, 'three')).rejects.toMatchObject({ message: expect.stringContaining('still Draining') });
  await until(described, (seen) => seen?.status === 'INACTIVE');
  await make(1, 'four');
  await running(1);
});

it('replaces tasks of other subnets, new ones first, and stops what is too many', async () => {
  await make(2);
  await running(2);
  await ecs.send(new UpdateServiceCommand({ cluster, service, networkConfiguration: { awsvpcConfiguration: { subnets: [...network.subnets.b], securityGroups: [network.securityGroup] } } }));
  await balancers.send(new CreateRuleCommand({ ListenerArn: network.listener, Priority: 1, Conditions: [{ Field: 'path-pattern', Values: ['/x'] }], Actions: [{ Type: 'forward', TargetGroupArn: group }] }));
  const moved = await until(tasks, (seen) => {
    expect(seen.length).toBeGreaterThanOrEqual(2);
    return seen.length === 2 && seen.every((task) => task.attachments?.[0]?.details?.some(({ value }) => value === network.subnets.b[0]) === true);
  });
  expect(moved).toHaveLength(2);
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  await until(tasks, (seen) => seen.length === 0);
});

it('targets are unused without a rule, then healthy after a while, or not', async () => {
  await make(1);
  await running(1);
  const states = async () => (await balancers.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }))).TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State) ?? [];
  expect(await until(states, (seen) => seen.length === 1)).toEqual(['unused']);
  await balancers.send(new CreateRuleCommand({ ListenerArn: network.listener, Priority: 1, Conditions: [{ Field: 'path-pattern', Values: ['/x'] }], Actions: [{ Type: 'forward', TargetGroupArn: group }] }));
  expect(await until(states, (seen) => seen[0] !== 'unused' && seen[0] !== 'initial')).toEqual(['healthy']);
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  await until(states, (seen) => seen.length === 0);
});

it('gives up where it is told to, as the circuit breaker does', async () => {
  await make(1);
  await running(1);
  scheduler.giveUp(service);
  expect((await described())?.deployments?.[0]).toMatchObject({ rolloutState: 'FAILED' });
  await ecs.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
  expect((await described())?.deployments?.[0]).not.toMatchObject({ rolloutState: 'FAILED' });
});
