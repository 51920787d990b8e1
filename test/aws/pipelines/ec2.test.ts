/** Whole pipelines of services on virtual machines: pushed, built, fetched by instances by their digest. */
import { AutoScalingClient, DescribeAutoScalingGroupsCommand, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { clientSettings } from '../emulator.ts';
import { balancedPipelines, manifestOf, type Wanted } from './balanced-service.ts';
import { startEc2Installation } from './ec2-installation.ts';

balancedPipelines('ec2', async () => {
  const { aws, network, health, machines, close } = await startEc2Installation();
  const groups = new AutoScalingClient(clientSettings(aws.proxy.endpoint));
  const nameOf = (revision: string): string => `slipway-${revision}`;
  const found = async (revision: string) => (await groups.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [nameOf(revision)] }))).AutoScalingGroups?.[0];
  return {
    aws, listener: network.listener, allFail: (fail) => void (health.allFail = fail),
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
      isThere: async (revision) => (await found(revision)) !== undefined,
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
      await close();
      groups.destroy();
    },
  };
});
