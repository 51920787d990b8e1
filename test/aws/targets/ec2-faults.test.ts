/** The same verbs when calls are refused for their number, or applied without an answer, or answered by an older state. */
import { randomBytes } from 'node:crypto';
import { DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RevisionSpec } from '../../../src/domain/revision.ts';
import { ec2Rig, type Ec2Rig } from './ec2-rig.ts';
import { said, verbsOf } from './verbs.ts';

let rig: Ec2Rig;
let on: ReturnType<typeof verbsOf>;
beforeEach(async () => {
  rig = await ec2Rig();
  on = verbsOf(rig.target);
});
afterEach(() => rig.close());

const groups = async () => (await rig.foreign.balancers.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.filter(({ VpcId }) => VpcId === rig.network.vpc).length;
const calls = (action: string) => rig.proxy.calls.filter((call) => call.action === action).length;

describe('an answer that is lost after the call was applied', () => {
  it.each([['ec2', 'CreateLaunchTemplate'], ['autoscaling', 'CreateAutoScalingGroup'], ['autoscaling', 'UpdateAutoScalingGroup'], ['autoscaling', 'SuspendProcesses'], ['elasticloadbalancing', 'ModifyRule']])('%s %s makes nothing twice', async (service, action) => {
    const met = rig.proxy.inject({ service, action, fault: { kind: 'lost answer' } });
    const [spec, candidate] = [rig.spec(), rig.spec({ revision: 'catalog-2-production' })];
    await said(() => on.launch(spec, 1));
    await said(() => on.launch(candidate, 1));
    await said(() => on.launch(candidate, 2));
    await on.healthy(candidate, 2);
    await on.healthy(spec, 1);
    expect((await said(() => on.route(spec, { [spec.revision]: 90, [candidate.revision]: 10 }))).inForce).toEqual({ [spec.revision]: 90, [candidate.revision]: 10 });
    expect(met()).toBe(1);
    expect(await groups()).toBe(2);
    expect((await rig.foreign.ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: `slipway-${spec.revision}` }))).LaunchTemplateVersions).toHaveLength(1);
  });
});

describe('too many calls', () => {
  it('are told as passing when trying again does not help', async () => {
    rig.proxy.inject({ service: 'autoscaling', action: 'DescribeAutoScalingGroups', times: 10, fault: { kind: 'throttle' } });
    await expect(on.see(rig.spec())).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('calls a second') });
  });

  it('are few: many services are observed with one list of groups and one of instances', async () => {
    // Names that no other test has: groups of others would make the list longer.
    const base = rig.spec().settings;
    const [catalog, orders] = [1, 2].map((priority) => {
      const service = `s${randomBytes(6).toString('hex')}x`;
      return rig.spec({ service, revision: `${service}-1-production`, settings: { ...base, rule: { priority, paths: [`/${service}`] } } });
    }) as [RevisionSpec, RevisionSpec];
    await on.launch(catalog, 1);
    await on.launch(orders, 1);
    await on.healthy(catalog, 1);
    await on.healthy(orders, 1);
    const before = rig.proxy.calls.length;
    await rig.target.observe({ verb: 'observe', refs: [on.placeOf(catalog), on.placeOf(orders)] });
    const made = rig.proxy.calls.slice(before).map(({ action }) => action);
    expect(['DescribeRules', 'DescribeAutoScalingGroups', 'DescribeInstances', 'DescribeTargetHealth'].map((action) => made.filter((one) => one === action).length)).toEqual([1, 1, 1, 2]);
  });
});

it('a generation that is overtaken between two calls of a verb stops there', async () => {
  const spec = rig.spec();
  rig.proxy.shim(async ({ action }) => {
    if (action === 'CreateLaunchTemplate') rig.setGeneration(2);
    return undefined;
  });
  await expect(on.launch(spec, 1, 1)).rejects.toMatchObject({ name: 'StaleGeneration' });
  expect([calls('CreateLaunchTemplate'), calls('CreateAutoScalingGroup')]).toEqual([1, 0]);
  await on.launch(spec, 1, 2);
  await on.healthy(spec, 1);
});

it('a revision that is to start with something else gets another version of its template', async () => {
  const spec = rig.spec();
  await on.launch(spec, 1);
  await on.launch(rig.spec({ settings: { ...spec.settings, instanceType: 't3.small' } }), 1);
  const { LaunchTemplateVersions = [] } = await rig.foreign.ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: `slipway-${spec.revision}` }));
  expect(LaunchTemplateVersions.map(({ LaunchTemplateData }) => LaunchTemplateData?.InstanceType)).toEqual(expect.arrayContaining(['t3.micro', 't3.small']));
  expect(calls('CreateLaunchTemplateVersion')).toBe(1);
});
