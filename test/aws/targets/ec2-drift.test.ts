/** What others do to a service on EC2 behind the target's back is seen, and repaired by the same verbs. */
import { DescribeAutoScalingGroupsCommand, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplatesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeRulesCommand, DescribeTargetGroupsCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { undocumented } from './documented.ts';
import { ec2Rig, type Ec2Rig } from './ec2-rig.ts';
import { verbsOf } from './verbs.ts';

let rig: Ec2Rig;
let on: ReturnType<typeof verbsOf>;
beforeEach(async () => {
  rig = await ec2Rig();
  on = verbsOf(rig.target);
});
afterEach(async () => {
  expect(undocumented(rig.proxy.calls, 'slipway-target-ec2', ['ec2-target.md', 'ecs-target.md'])).toEqual([]);
  await rig.close();
});

const serving = async (count = 2) => {
  const spec = rig.spec();
  await on.launch(spec, count);
  await on.healthy(spec, count);
  await on.route(spec, { [spec.revision]: 100 });
  return spec;
};
const group = async (name: string) => (await rig.foreign.scaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }))).AutoScalingGroups?.[0];
const calls = (action: string) => rig.proxy.calls.filter((call) => call.action === action).length;

describe('by a foreign hand', () => {
  it('a terminated instance is replaced by its group, and the capacity stays', async () => {
    const spec = await serving();
    const [victim] = (await on.see(spec)).instances;
    await rig.foreign.ec2.send(new TerminateInstancesCommand({ InstanceIds: [victim?.instance as string] }));
    // Seen by whose place is taken: the moment at which one is missing may lie between two looks.
    const seen = await on.until('two healthy others', spec, (now) => now.instances.length === 2 && now.instances.every(({ instance, health }) => health === 'healthy' && instance !== victim?.instance));
    expect(seen.instances.map(({ zone }) => zone).sort()).toEqual(['a', 'b']);
    expect((await group(`slipway-${spec.revision}`))?.DesiredCapacity).toBe(2);
  });

  it('weights are seen as they are, a target group of somebody else too, and put back', async () => {
    const spec = await serving(1);
    const candidate = rig.spec({ revision: 'catalog-2-production' });
    await on.launch(candidate, 1);
    await on.healthy(candidate, 1);
    const rule = (await rig.foreign.balancers.send(new DescribeRulesCommand({ ListenerArn: rig.network.listener }))).Rules?.find(({ Priority }) => Priority === '10');
    const [one, other] = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    await rig.foreign.balancers.send(new ModifyRuleCommand({ RuleArn: rule?.RuleArn, Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ ...one, Weight: 1 }, { ...other, Weight: 1 }] } }] }));
    expect((await on.see(spec)).weights).toEqual({ [spec.revision]: 50, [candidate.revision]: 50 });
    await on.route(spec, { [spec.revision]: 100 });
    expect((await on.see(spec)).weights).toEqual({ [spec.revision]: 100 });
  });

  it('another capacity is put back by a launch', async () => {
    const spec = await serving(2);
    await rig.foreign.scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: `slipway-${spec.revision}`, MinSize: 1, MaxSize: 1, DesiredCapacity: 1 }));
    await on.until('one instance', spec, (seen) => seen.instances.length === 1);
    await on.launch(spec, 2);
    await on.healthy(spec, 2);
  });
});

describe('repair', () => {
  it('finds a stray revision, foreign weights and a missing instance at once, and leaves no drift', async () => {
    const spec = await serving(2);
    const stray = rig.spec({ revision: 'catalog-7-production' });
    await on.launch(stray, 1);
    await on.healthy(stray, 1);
    await on.route(spec, { [spec.revision]: 60, [stray.revision]: 40 });
    await rig.foreign.scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: `slipway-${spec.revision}`, MinSize: 1, MaxSize: 1, DesiredCapacity: 1 }));
    await on.until('the drift', spec, (seen) => on.mine(seen, spec).length === 1);
    const kinds = await on.repaired(spec, 2, async () => (await rig.foreign.balancers.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.filter(({ VpcId }) => VpcId === rig.network.vpc).length === 1);
    expect(kinds).toEqual(expect.arrayContaining(['weights', 'missing-instances', 'unknown-revision']));
    const seen = await on.see(spec);
    expect([seen.weights, seen.instances.length, seen.leftovers]).toEqual([{ [spec.revision]: 100 }, 2, undefined]);
  });
});

describe('relaunch', () => {
  it('marks an instance that fails its health check, and only that; its place is filled before it goes', async () => {
    const spec = rig.spec({ health: { path: '/', interval: 5, timeout: 2, failures: 3, startWithin: 1 } });
    await on.launch(spec, 2);
    const [sick, well] = (await on.healthy(spec, 2)).instances;
    rig.health.fail(sick?.instance ?? '');
    await on.until('one unhealthy', spec, (seen) => seen.instances.some(({ health }) => health === 'unhealthy'));
    await on.relaunch(spec, [sick, well].map((instance) => instance?.instance as never));
    expect(calls('SetInstanceHealth')).toBe(1);
    const seen = await on.healthy(spec, 2);
    expect(seen.instances.map(({ instance }) => instance)).toContain(well?.instance);
    expect(seen.instances.map(({ instance }) => instance)).not.toContain(sick?.instance);
  });
});

describe('an instance that cannot be started', () => {
  it('is shown with what Auto Scaling says', async () => {
    const spec = await serving(1);
    rig.scaling.failStarts(`slipway-${spec.revision}`, 'We currently do not have sufficient t3.micro capacity');
    await on.launch(spec, 2);
    const seen = await on.until('the reason', spec, ({ instances }) => instances.some(({ health }) => health === 'stopped'));
    expect(seen.instances.find(({ health }) => health === 'stopped')?.problem).toContain('sufficient t3.micro capacity');
    rig.scaling.failStarts(`slipway-${spec.revision}`, null);
    await on.healthy(spec, 2);
  });
});

describe('a retired revision', () => {
  it('leaves nothing, in two steps and never by force, and may be launched again', async () => {
    const spec = rig.spec();
    await on.launch(spec, 2);
    await on.healthy(spec, 2);
    expect((await on.retire(spec)).stopping).toHaveLength(2);
    expect(calls('DeleteAutoScalingGroup')).toBe(0);
    const seen = await on.until('leftovers', spec, ({ instances, leftovers }) => instances.length === 0 && leftovers !== undefined);
    expect(seen.leftovers).toEqual([spec.revision]);
    expect(await on.retire(spec)).toEqual({ verb: 'retire', stopping: [] });
    expect(await group(`slipway-${spec.revision}`)).toBeUndefined();
    expect((await rig.foreign.balancers.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.filter(({ VpcId }) => VpcId === rig.network.vpc)).toEqual([]);
    expect((await rig.foreign.ec2.send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates?.filter(({ LaunchTemplateName }) => LaunchTemplateName === `slipway-${spec.revision}`)).toEqual([]);
    await on.launch(spec, 1, 2);
    await on.healthy(spec, 1);
  });
});
