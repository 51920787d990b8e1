/** What stands against a plan, before anything runs. */
import { DescribeRulesCommand, DescribeTagsCommand, DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client, TargetGroupNotFoundException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { DescribeRequest, type PlanQuestion } from '../../../../src/contracts/target.ts';
import { Generation } from '../../../../src/domain/ids.ts';
import { createEcsTarget } from '../../../../src/targets/ecs/index.ts';
import { samplesOf } from '../../functions/samples.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const balancers = new ElasticLoadBalancingV2Client({ region: 'eu-central-1', credentials });
const containers = new ECSClient({ region: 'eu-central-1', credentials });
const mock = mockClient(balancers);
const target = createEcsTarget({ connect: () => ({ containers, balancers }), fence: { current: async () => Generation.parse(0) }, clock: { now: () => 0 } });
const plan = DescribeRequest.parse(samplesOf('target-ecs').find(({ name }) => name === 'describe-plan.json')?.event).plan as PlanQuestion;
const problems = async (changed: PlanQuestion) => (await target.describe({ verb: 'describe', plan: changed })).problems;
const candidate = (overrides: Partial<PlanQuestion['candidate']>): PlanQuestion => ({ ...plan, candidate: { ...plan.candidate, ...overrides } });
const groups = (count: number) => Array.from({ length: count }, (_, index) => ({ TargetGroupArn: `group-${index}` }));
const rule = (count: number) => ({ Rules: [{ RuleArn: 'rule', Priority: '10', Actions: [{ Type: 'forward' as const, ForwardConfig: { TargetGroups: groups(count) } }] }] });
const tags = (service: string) => ({ TagDescriptions: [{ ResourceArn: 'rule', Tags: [{ Key: 'slipway:service', Value: service }, { Key: 'slipway:environment', Value: 'production' }] }] });

beforeEach(() => {
  mock.reset();
  mock.on(DescribeTargetGroupsCommand).callsFake((input: { Names?: string[] }) => {
    if (input.Names !== undefined) throw new TargetGroupNotFoundException({ $metadata: {}, message: 'not found' });
    return { TargetGroups: groups(20) };
  });
  mock.on(DescribeRulesCommand).resolves({ Rules: [] });
  mock.on(DescribeTagsCommand).resolves(tags('catalog'));
});

describe('a plan', () => {
  it('that can be carried out has no problems', async () => {
    expect(await problems(plan)).toEqual([]);
    expect((await target.describe({ verb: 'describe' })).problems).toEqual([]);
  });

  it.each<[string, PlanQuestion, RegExp]>([
    ['a zone without subnets', candidate({ zones: ['a', 'c'] }), /zone "c".*subnets\.c/],
    ['health checks that are too frequent', candidate({ health: { ...plan.candidate.health, interval: 1 } }), /health\.interval/],
    ['a timeout as long as the interval', candidate({ health: { ...plan.candidate.health, interval: 5, timeout: 5 } }), /shorter than health\.interval/],
    ['a single failure that counts', candidate({ health: { ...plan.candidate.health, failures: 1 } }), /health\.failures/],
    ['draining for longer than an hour', candidate({ drainSeconds: 4000 }), /rollout\.drain/],
    ['stopping for longer than Fargate waits', candidate({ stopSeconds: 121 }), /stopWithin/],
    ['clients that stick by a cookie', candidate({ stickiness: { by: 'cookie', name: 'session' } }), /routing/],
    ['more memory than Fargate has', candidate({ resources: { cpu: 1, memory: 200 * 1024 ** 3 } }), /No size of Fargate/],
    ['a listener of another region', { ...plan, place: { ...plan.place, access: { account: null, region: 'eu-west-1', role: null, externalId: null } } }, /eu-west-1/],
    ['a listener of another account', { ...plan, place: { ...plan.place, access: { account: '999999999999', region: null, role: null, externalId: null } } }, /999999999999/],
    ['settings that are missing', { ...plan, place: { ...plan.place, settings: {} } }, /Setting listener/],
  ])('with %s says so, and what to do', async (_what, wrong, said) => {
    expect(await problems(wrong)).toContainEqual(expect.stringMatching(said));
  });

  it('for a full load balancer says to add one', async () => {
    mock.on(DescribeTargetGroupsCommand, { LoadBalancerArn: 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/production/50dc6c495c0c9188' }).resolves({ TargetGroups: groups(100) });
    expect(await problems(plan)).toEqual([expect.stringContaining('Add an ALB')]);
  });

  it('for a full rule says to wait, unless the group is there already', async () => {
    mock.on(DescribeRulesCommand).resolves(rule(5));
    expect(await problems(plan)).toEqual([expect.stringContaining('5 target groups')]);
    mock.on(DescribeTargetGroupsCommand).resolves({ TargetGroups: groups(1) });
    expect(await problems(plan)).toEqual([]);
  });

  it('for a priority of somebody else says so', async () => {
    mock.on(DescribeRulesCommand).resolves(rule(1));
    mock.on(DescribeTagsCommand).resolves(tags('orders'));
    expect(await problems(plan)).toEqual([expect.stringContaining('Choose another priority')]);
  });
});
