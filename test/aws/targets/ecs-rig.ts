/** The `ecs` target over the clients that its function has, against the emulator with its scheduler. */
import { CreateClusterCommand, ECSClient, StopTaskCommand } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { balancerCommands, ecsCommands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { Generation, type InstanceId } from '../../../src/domain/ids.ts';
import type { RevisionSpec } from '../../../src/domain/revision.ts';
import type { Target } from '../../../src/ports/target.ts';
import { createEcsTarget } from '../../../src/targets/ecs/index.ts';
import { specOf } from '../../unit/targets/process/rig.ts';
import { ACCOUNT, clientSettings, REGION, uniqueName } from '../emulator.ts';
import { startFaultProxy, type FaultProxy } from '../faults.ts';
import { ecsScheduler, holdTasks, type EcsScheduler } from '../shims/ecs-scheduler.ts';
import { makeNetwork, type Network } from '../shims/network.ts';
import { targetHealth, type TargetHealthShim } from '../shims/target-health.ts';
import { accessOf, actingAs, loadBalancerParameter, roleParameters } from './as-role.ts';

export interface EcsRig {
  readonly target: Target;
  readonly proxy: FaultProxy;
  readonly network: Network;
  readonly cluster: string;
  readonly scheduler: EcsScheduler;
  readonly health: TargetHealthShim;
  /** Clients of somebody else, who knows nothing of Slipway. */
  readonly foreign: { readonly ecs: ECSClient; readonly balancers: ElasticLoadBalancingV2Client };
  /** Past the proxy. */
  readonly direct: ElasticLoadBalancingV2Client;
  spec(overrides?: Partial<Record<keyof RevisionSpec, unknown>>): RevisionSpec;
  setGeneration(generation: number): void;
  kill(instance: InstanceId): Promise<void>;
  close(): Promise<void>;
}

const ROLE = `arn:aws:iam::${ACCOUNT}:role/execution`;

export async function ecsRig(): Promise<EcsRig> {
  await holdTasks();
  const network = await makeNetwork();
  const proxy = await startFaultProxy();
  const balancers = new ElasticLoadBalancingV2Client(clientSettings());
  const health = targetHealth(balancers, network.listener);
  const scheduler = ecsScheduler(health);
  proxy.shim(scheduler.shim);
  proxy.shim(health.shim);
  const ecs = new ECSClient(clientSettings(proxy.endpoint));
  const through = new ElasticLoadBalancingV2Client(clientSettings(proxy.endpoint));
  const cluster = uniqueName('cluster');
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  let generation = 1;
  proxy.deployRoles('production', roleParameters([ROLE], { Ecs: 'yes', Cluster: cluster, LoadBalancer: loadBalancerParameter(network.balancer) }));
  const connect = actingAs('ecs', proxy.endpoint, (call) => ({ containers: ecsCommands(call), balancers: balancerCommands(call) }));
  const target = createEcsTarget({ connect, fence: { current: async () => Generation.parse(generation) }, clock: systemClock });
  const settings = (service: string) => ({
    cluster, listener: network.listener, vpc: network.vpc, subnets: network.subnets, securityGroups: [network.securityGroup], image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${service}`, executionRole: ROLE,
    rule: { priority: service === 'catalog' ? 10 : 20, hosts: [`${service}.example.com`] },
  });
  return {
    target, proxy, network, cluster, scheduler, health, foreign: { ecs, balancers: through }, direct: balancers,
    spec: (overrides = {}) => specOf({ health: { path: '/health', interval: 5, timeout: 2, failures: 3, startWithin: 60 }, resources: { memory: 512 * 1024 * 1024, cpu: 0.25 }, access: accessOf('production'), settings: settings(typeof overrides.service === 'string' ? overrides.service : 'catalog'), ...overrides }),
    setGeneration: (next) => void (generation = next),
    kill: async (instance) => void (await ecs.send(new StopTaskCommand({ cluster, task: instance, reason: 'somebody stopped it' }))),
    close: async () => {
      await scheduler.stop();
      await proxy.close();
      for (const client of [balancers, through, ecs]) client.destroy();
    },
  };
}
