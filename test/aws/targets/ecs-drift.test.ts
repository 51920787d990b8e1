/** What others do to a service on ECS behind the target's back is seen, and repaired by the same verbs. */
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, StopTaskCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DescribeRulesCommand, DescribeTargetGroupsCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { undocumented } from './documented.ts';
import { ecsRig, type EcsRig } from './ecs-rig.ts';
import { verbsOf } from './verbs.ts';

let rig: EcsRig;
let on: ReturnType<typeof verbsOf>;
beforeEach(async () => {
  rig = await ecsRig();
  on = verbsOf(rig.target);
});
afterEach(async () => {
  expect(undocumented(rig.proxy.calls, 'slipway-target-ecs', ['ecs-target.md'])).toEqual([]);
  await rig.close();
});

const serving = async (count = 2) => {
  const spec = rig.spec();
  await on.launch(spec, count);
  await on.healthy(spec, count);
  await on.route(spec, { [spec.revision]: 100 });
  return spec;
};
const rules = async () => ((await rig.foreign.balancers.send(new DescribeRulesCommand({ ListenerArn: rig.network.listener }))).Rules ?? []).filter(({ Priority }) => Priority !== 'default');
const groups = async () => (await rig.foreign.balancers.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.filter(({ VpcId }) => VpcId === rig.network.vpc) ?? [];

describe('by a foreign hand', () => {
  it('a stopped task is replaced by ECS, and the count stays', async () => {
    const spec = await serving();
    const [victim] = (await on.see(spec)).instances;
    await rig.foreign.ecs.send(new StopTaskCommand({ cluster: rig.cluster, task: victim?.instance }));
    // Seen by whose place is taken: the moment at which one is missing may lie between two looks.
    const seen = await on.until('two healthy others', spec, (now) => now.instances.length === 2 && now.instances.every(({ instance, health }) => health === 'healthy' && instance !== victim?.instance));
    expect(seen.instances.map(({ zone }) => zone).sort()).toEqual(['a', 'b']);
  });

  it('weights are seen as they are, and put back', async () => {
    const spec = await serving(1);
    const candidate = rig.spec({ revision: 'catalog-2-production' });
    await on.launch(candidate, 1);
    await on.healthy(candidate, 1);
    const [rule] = await rules();
    const [one, other] = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    await rig.foreign.balancers.send(new ModifyRuleCommand({ RuleArn: rule?.RuleArn, Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ ...one, Weight: 3 }, { ...other, Weight: 1 }] } }] }));
    expect((await on.see(spec)).weights).toEqual({ [spec.revision]: 75, [candidate.revision]: 25 });
    expect((await on.route(spec, { [spec.revision]: 100 })).inForce).toEqual({ [spec.revision]: 100 });
    expect((await on.see(spec)).weights).toEqual({ [spec.revision]: 100 });
  });

  it('a target group that was taken out of the rule makes its tasks useless until relaunch puts it back', async () => {
    const spec = await serving(1);
    const candidate = rig.spec({ revision: 'catalog-2-production', health: { path: '/', interval: 5, timeout: 2, failures: 3, startWithin: 1 } });
    await on.launch(candidate, 1);
    await on.healthy(candidate, 1);
    const [rule] = await rules();
    const [first] = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    await rig.foreign.balancers.send(new ModifyRuleCommand({ RuleArn: rule?.RuleArn, Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: first?.TargetGroupArn, Weight: 100 }] } }] }));
    const seen = await on.until('no health for the candidate', spec, (now) => on.mine(now, candidate).every(({ health, startedAt }) => health === 'starting' && Date.now() - startedAt > 1000));
    await on.relaunch(candidate, on.mine(seen, candidate).map(({ instance }) => instance));
    await on.healthy(candidate, 1);
    expect((await on.see(spec)).weights).toEqual({ [spec.revision]: 100 });
  });

  it('another task definition makes tasks unhealthy, and a launch brings the revision\'s own back', async () => {
    const spec = await serving(1);
    const other = rig.spec({ revision: 'catalog-2-production' });
    await on.launch(other, 1);
    const { taskDefinition } = await rig.foreign.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: `slipway-${other.revision}` }));
    await rig.foreign.ecs.send(new UpdateServiceCommand({ cluster: rig.cluster, service: `slipway-${spec.revision}`, taskDefinition: taskDefinition?.taskDefinitionArn }));
    const seen = await on.until('an unhealthy one', spec, (now) => on.mine(now, spec).some(({ health }) => health === 'unhealthy'));
    expect(on.mine(seen, spec).find(({ health }) => health === 'unhealthy')?.problem).toContain('not this revision\'s');
    await on.launch(spec, 1);
    await on.healthy(spec, 1);
  });

  it('another desired count is put back by a launch', async () => {
    const spec = await serving(2);
    await rig.foreign.ecs.send(new UpdateServiceCommand({ cluster: rig.cluster, service: `slipway-${spec.revision}`, desiredCount: 1 }));
    await on.until('one instance', spec, (seen) => seen.instances.length === 1);
    await on.launch(spec, 2);
    await on.healthy(spec, 2);
  });
});

describe('repair', () => {
  it('finds what a foreign hand did to weights, counts and tasks at once, and leaves no drift', async () => {
    const spec = await serving(2);
    const stray = rig.spec({ revision: 'catalog-7-production' });
    await on.launch(stray, 1);
    await on.healthy(stray, 1);
    const [rule] = await rules();
    const weighted = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    await rig.foreign.balancers.send(new ModifyRuleCommand({ RuleArn: rule?.RuleArn, Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: weighted.map((group) => ({ ...group, Weight: 1 })) } }] }));
    await rig.foreign.ecs.send(new UpdateServiceCommand({ cluster: rig.cluster, service: `slipway-${spec.revision}`, desiredCount: 1 }));
    await on.until('the drift', spec, (seen) => on.mine(seen, spec).length === 1);
    const kinds = await on.repaired(spec, 2, async () => (await groups()).length === 1);
    expect(kinds).toEqual(expect.arrayContaining(['weights', 'missing-instances', 'unknown-revision']));
    const seen = await on.see(spec);
    expect([seen.weights, seen.instances.length, seen.leftovers]).toEqual([{ [spec.revision]: 100 }, 2, undefined]);
  });
});

describe('relaunch', () => {
  it('stops a task that fails its health check, and only that', async () => {
    const spec = rig.spec({ health: { path: '/', interval: 5, timeout: 2, failures: 3, startWithin: 1 } });
    await on.launch(spec, 2);
    const [sick, well] = (await on.healthy(spec, 2)).instances;
    rig.health.fail(sick?.address?.split(':')[0] ?? '');
    await on.until('one unhealthy', spec, (seen) => seen.instances.some(({ health }) => health === 'unhealthy'));
    await on.relaunch(spec, [sick, well].map((instance) => instance?.instance as never));
    const seen = await on.healthy(spec, 2);
    expect(seen.instances.map(({ instance }) => instance)).toContain(well?.instance);
    expect(seen.instances.map(({ instance }) => instance)).not.toContain(sick?.instance);
  });
});

describe('a deployment that the circuit breaker ended', () => {
  it('is shown as given up, with the reason of the last task, and tried again by the next launch', async () => {
    const spec = rig.spec();
    await on.launch(spec, 1);
    const [task] = (await on.healthy(spec, 1)).instances;
    rig.scheduler.giveUp(`slipway-${spec.revision}`);
    await rig.kill(task?.instance as never);
    const seen = await on.until('given up', spec, (now) => now.instances.some(({ quarantined }) => quarantined));
    expect(seen.instances).toEqual([expect.objectContaining({ instance: task?.instance, health: 'stopped', problem: expect.stringContaining('somebody stopped it') })]);
    await on.launch(spec, 1);
    await on.healthy(spec, 1);
  });
});

describe('a retired revision', () => {
  it('leaves nothing: service, target group, rule and definitions go, in two steps', async () => {
    const spec = rig.spec();
    await on.launch(spec, 2);
    await on.healthy(spec, 2);
    expect((await on.retire(spec)).stopping).toHaveLength(2);
    expect(await groups()).toHaveLength(1);
    const seen = await on.until('leftovers', spec, ({ instances, leftovers }) => instances.length === 0 && leftovers !== undefined);
    expect(seen.leftovers).toEqual([spec.revision]);
    expect(await on.retire(spec)).toEqual({ verb: 'retire', stopping: [] });
    expect([await groups(), await rules()]).toEqual([[], []]);
    expect((await rig.foreign.ecs.send(new DescribeServicesCommand({ cluster: rig.cluster, services: [`slipway-${spec.revision}`] }))).services?.map(({ status }) => status)).toEqual(['INACTIVE']);
    expect(await on.see(spec)).toEqual({ service: spec.service, environment: spec.environment, weights: {}, instances: [], endpoint: null });
  });

  it('can be launched again', async () => {
    const spec = rig.spec();
    await on.launch(spec, 1);
    await on.healthy(spec, 1);
    await on.retire(spec);
    await on.until('gone', spec, ({ leftovers }) => leftovers !== undefined);
    await on.retire(spec);
    await on.launch(spec, 1, 2);
    await on.healthy(spec, 1);
  });
});
