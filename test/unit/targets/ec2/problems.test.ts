import { DescribeRulesCommand, DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client, TargetGroupNotFoundException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { DescribeRequest, type PlanQuestion } from '../../../../src/contracts/target.ts';
import { Generation } from '../../../../src/domain/ids.ts';
import { createEc2Target } from '../../../../src/targets/ec2/index.ts';
import { samplesOf } from '../../functions/samples.ts';

const balancers = new ElasticLoadBalancingV2Client({ region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
const mock = mockClient(balancers);
const target = createEc2Target({ connect: () => ({ machines: {} as never, scaling: {} as never, balancers }), fence: { current: async () => Generation.parse(0) }, clock: { now: () => 0 } });
const plan = DescribeRequest.parse(samplesOf('target-ec2').find(({ name }) => name === 'describe-plan.json')?.event).plan as PlanQuestion;
const problems = async (changed: PlanQuestion) => (await target.describe({ verb: 'describe', plan: changed })).problems;
const candidate = (overrides: Partial<PlanQuestion['candidate']>): PlanQuestion => ({ ...plan, candidate: { ...plan.candidate, ...overrides } });

beforeEach(() => {
  mock.reset();
  mock.on(DescribeRulesCommand).resolves({ Rules: [] });
  mock.on(DescribeTargetGroupsCommand).rejects(new TargetGroupNotFoundException({ $metadata: {}, message: 'not found' }));
});

describe('a plan on EC2', () => {
  it('that can be carried out has no problems, also on a load balancer without target groups', async () => {
    expect(await problems(plan)).toEqual([]);
  });

  it.each<[string, PlanQuestion, RegExp]>([
    ['an image that is none', candidate({ settings: { ...plan.candidate.settings, ami: 'ubuntu' } }), /Setting ami.*ami-/],
    ['a setting that is another target\'s', candidate({ settings: { ...plan.candidate.settings, cluster: 'production' } }), /cluster/],
    ['more configuration than an instance is started with', candidate({ configuration: { LARGE: 'x'.repeat(20_000) } }), /EC2 takes 16384/],
    ['a secret that could be another', candidate({ secrets: { A: { from: 'catalog-abcdef' } } }), /another name/],
    ['a zone without subnets', candidate({ zones: ['z'] }), /subnets\.z/],
  ])('with %s says so', async (_what, wrong, said) => {
    expect(await problems(wrong)).toContainEqual(expect.stringMatching(said));
  });
});
