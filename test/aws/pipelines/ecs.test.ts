/** Whole pipelines of services on ECS: images that an outside CI has pushed, deployed by their digest. */
import { createHash } from 'node:crypto';
import { CreateClusterCommand, DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient, ListTasksCommand, StopTaskCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { balancerCommands, ecsCommands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { balancerSources } from '../../../src/adapters/aws/cloudwatch-metrics.ts';
import { deploy } from '../../../src/app/deploy.ts';
import { registerArtifact } from '../../../src/app/register.ts';
import { parseManifest } from '../../../src/contracts/manifest-file.ts';
import { Digest, Identity } from '../../../src/domain/ids.ts';
import { balancerOf, targetGroupName } from '../../../src/targets/_aws/names.ts';
import { createEcsTarget } from '../../../src/targets/ecs/index.ts';
import { ACCOUNT, clientSettings, REGION, uniqueName } from '../emulator.ts';
import { ecsScheduler, holdTasks } from '../shims/ecs-scheduler.ts';
import { makeNetwork } from '../shims/network.ts';
import { targetHealth } from '../shims/target-health.ts';
import { actingAs, awsOf, loadBalancerParameter, roleParameters } from '../targets/as-role.ts';
import { balancedPipelines, manifestOf, PRIORITIES, type Wanted } from './balanced-service.ts';
import { startAwsInstallation } from './installation.ts';
import { balancerTraffic } from './traffic.ts';

const ANNA = Identity.parse('anna');
const EXECUTION_ROLE = `arn:aws:iam::${ACCOUNT}:role/execution`;

balancedPipelines('ecs', async () => {
  await holdTasks();
  const network = await makeNetwork();
  const balancers = new ElasticLoadBalancingV2Client(clientSettings());
  const health = targetHealth(balancers, network.listener);
  const scheduler = ecsScheduler(health);
  const hand = new ECSClient(clientSettings());
  const cluster = uniqueName('cluster');
  await hand.send(new CreateClusterCommand({ clusterName: cluster }));
  const environment = (name: keyof typeof PRIORITIES, wave: number) => ({
    name, kind: name, wave, zones: ['a', 'b'], aws: awsOf(name),
    targets: { ecs: {
      cluster, listener: network.listener, vpc: network.vpc, subnets: network.subnets, securityGroups: [network.securityGroup], executionRole: EXECUTION_ROLE,
      rule: { priority: PRIORITIES[name], hosts: [`${name}.example.com`] },
    } },
  });
  const parameters = roleParameters([EXECUTION_ROLE], { Ecs: 'yes', Cluster: cluster, LoadBalancer: loadBalancerParameter(network.balancer) });
  const aws = await startAwsInstallation({
    kind: 'ecs', shims: [scheduler.shim, health.shim], traffic: balancerTraffic(balancers, network.listener),
    sources: (places) => balancerSources(places, { group: targetGroupName, balancer: balancerOf }),
    environments: () => ({ environments: [environment('staging', 1), environment('production', 2)], defaults: { approvers: ['anna'] } }),
    roles: { staging: parameters, production: parameters },
    target: ({ fence, endpoint }) => createEcsTarget({ connect: actingAs('ecs', endpoint, (call) => ({ containers: ecsCommands(call), balancers: balancerCommands(call) })), fence, clock: systemClock }),
  });
  const through = new ECSClient(clientSettings(aws.proxy.endpoint));
  const nameOf = (revision: string): string => `slipway-${revision}`;
  const found = async (revision: string) => (await through.send(new DescribeServicesCommand({ cluster, services: [nameOf(revision)] }))).services?.[0];
  return {
    aws, listener: network.listener, allFail: (fail) => void (health.allFail = fail),
    start: async (what: Wanted) => {
      const text = manifestOf(aws.service, 'ecs', what, { settings: { image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop` } });
      const parsed = parseManifest(text, 'slipway.yaml');
      if (!('manifest' in parsed)) throw new Error(JSON.stringify(parsed));
      // The image's own digest, as the registry names it: the bucket of artifacts has no part in this.
      const digest = Digest.parse(`sha256:${createHash('sha256').update(what.greeting).digest('hex')}`);
      const { artifact } = await registerArtifact({ ...aws.ports, artifacts: { ...aws.ports.artifacts, has: async () => true } })({ manifest: parsed.manifest, digest, bytes: 0, version: what.greeting.replace(/\W+/g, '-'), repository: null, commit: null, author: ANNA, by: ANNA });
      return await deploy(aws.ports)({ service: artifact.service, version: artifact.version, by: ANNA });
    },
    hand: {
      endOne: async (revision) => {
        const [task] = (await through.send(new ListTasksCommand({ cluster, serviceName: nameOf(revision) }))).taskArns ?? [];
        await hand.send(new StopTaskCommand({ cluster, task, reason: 'somebody stopped it' }));
      },
      setCount: async (revision, desiredCount) => void (await through.send(new UpdateServiceCommand({ cluster, service: nameOf(revision), desiredCount }))),
      count: async (revision) => (await found(revision))?.desiredCount ?? 0,
      isThere: async (revision) => !['INACTIVE', undefined].includes((await found(revision))?.status),
      startedWith: async (revision) => {
        const { taskDefinition } = await hand.send(new DescribeTaskDefinitionCommand({ taskDefinition: (await found(revision))?.taskDefinition }));
        const [container] = taskDefinition?.containerDefinitions ?? [];
        return { greeting: container?.environment?.find(({ name }) => name === 'GREETING')?.value, secret: container?.secrets?.find(({ name }) => name === 'DATABASE_URL')?.valueFrom };
      },
    },
    faults: [
      { service: 'ecs', action: 'CreateService', fault: { kind: 'lost answer' } },
      { service: 'ecs', action: 'RegisterTaskDefinition', fault: { kind: 'lost answer' } },
      { service: 'ecs', action: 'DescribeServices', after: 4, times: 2, fault: { kind: 'throttle' } },
      { service: 'ecs', action: 'ListTasks', after: 2, fault: { kind: 'stale' } },
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
      await scheduler.stop();
      for (const client of [balancers, hand, through]) client.destroy();
    },
  };
});
