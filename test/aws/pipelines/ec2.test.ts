/** Whole pipelines of services on virtual machines: pushed, built, fetched by instances by their digest. */
import { AutoScalingClient, DescribeAutoScalingGroupsCommand, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { autoScalingCommands, balancerCommands, ec2Commands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { balancerSources } from '../../../src/adapters/aws/cloudwatch-metrics.ts';
import { balancerOf, targetGroupName } from '../../../src/targets/_aws/names.ts';
import { createEc2Target } from '../../../src/targets/ec2/index.ts';
import { ACCOUNT, clientSettings } from '../emulator.ts';
import { autoScaling } from '../shims/auto-scaling.ts';
import { makeNetwork } from '../shims/network.ts';
import { targetHealth } from '../shims/target-health.ts';
import { actingAs, awsOf, loadBalancerParameter, roleParameters } from '../targets/as-role.ts';
import { balancedPipelines, manifestOf, PRIORITIES, type Wanted } from './balanced-service.ts';
import { startAwsInstallation } from './installation.ts';
import { balancerTraffic } from './traffic.ts';

const PORT = 8080;

balancedPipelines('ec2', async () => {
  const network = await makeNetwork();
  const balancers = new ElasticLoadBalancingV2Client(clientSettings());
  const health = targetHealth(balancers, network.listener);
  const scaling = autoScaling(health, PORT);
  const machines = new EC2Client(clientSettings());
  const environment = (name: keyof typeof PRIORITIES, wave: number, bucket: string) => ({
    name, kind: name, wave, zones: ['a', 'b'], aws: awsOf(name),
    targets: { ec2: {
      ami: 'ami-12c6146b', instanceType: 't3.micro', instanceProfile: `arn:aws:iam::${ACCOUNT}:instance-profile/service`, artifacts: { bucket },
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
  const groups = new AutoScalingClient(clientSettings(aws.proxy.endpoint));
  const nameOf = (revision: string): string => `slipway-${revision}`;
  const found = async (revision: string) => (await groups.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [nameOf(revision)] }))).AutoScalingGroups?.[0];
  return {
    aws, listener: network.listener,
    start: (what: Wanted) => aws.push({
      'slipway.yaml': manifestOf(aws.service, 'ec2', what, {
        build: { test: ['sh', '-c', 'test -s server.js'], command: ['sh', '-c', 'mkdir dist && cp server.js dist/'], output: 'dist' },
        ...(what.greeting === 'one' ? { tests: [{ name: 'smoke', command: ['test', '-s', 'server.js'] }] } : {}),
      }),
      'server.js': `// ${what.greeting}\n`,
    }),
    hand: {
      endOne: async (revision) => void (await machines.send(new TerminateInstancesCommand({ InstanceIds: [(await found(revision))?.Instances?.[0]?.InstanceId ?? ''] }))),
      setCount: async (revision, count) => void (await groups.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: nameOf(revision), MinSize: count, MaxSize: count, DesiredCapacity: count }))),
      count: async (revision) => (await found(revision))?.DesiredCapacity ?? 0,
      startedWith: async (revision) => {
        const { LaunchTemplate } = (await found(revision)) ?? {};
        const versions = await machines.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Versions: [LaunchTemplate?.Version ?? ''] }));
        const script = Buffer.from(versions.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.UserData ?? '', 'base64').toString('utf8');
        return { greeting: /^GREETING="(.*)"$/m.exec(script)?.[1], secret: /^put DATABASE_URL "\$\(aws secretsmanager get-secret-value .*--secret-id '([^']*)'/m.exec(script)?.[1] };
      },
    },
    faults: [
      { service: 'codebuild', action: 'StartBuild', fault: { kind: 'lost answer' } },
      { service: 'ec2', action: 'CreateLaunchTemplate', fault: { kind: 'lost answer' } },
      { service: 'ec2', action: 'DescribeInstances', after: 2, times: 2, fault: { kind: 'throttle' } },
      { service: 'autoscaling', action: 'CreateAutoScalingGroup', fault: { kind: 'lost answer' } },
      { service: 'autoscaling', action: 'DescribeAutoScalingGroups', after: 5, fault: { kind: 'stale' } },
      { service: 'autoscaling', action: 'DescribeAutoScalingGroups', after: 7, times: 2, fault: { kind: 'throttle' } },
      { service: 'elasticloadbalancing', action: 'CreateTargetGroup', fault: { kind: 'lost answer' } },
      { service: 'elasticloadbalancing', action: 'ModifyRule', after: 1, fault: { kind: 'lost answer' } },
      { service: 'elasticloadbalancing', action: 'ModifyRule', after: 2, times: 2, fault: { kind: 'throttle' } },
      { service: 'elasticloadbalancing', action: 'DescribeTargetHealth', after: 3, fault: { kind: 'cut' } },
      { service: 'cloudwatch', action: 'GetMetricData', after: 1, times: 2, fault: { kind: 'throttle' } },
      { service: 'cloudwatch', action: 'GetMetricData', after: 2, fault: { kind: 'slow', ms: 700 } },
      { service: 'dynamodb', action: 'TransactWriteItems', after: 4, fault: { kind: 'lost answer' } },
      { service: 'dynamodb', action: 'GetItem', after: 9, times: 2, fault: { kind: 'throttle' } },
    ],
    close: async () => {
      await aws.close();
      await scaling.stop();
      for (const client of [balancers, machines, groups]) client.destroy();
    },
  };
});
