/** How recorded calls are held against roles: IAM's rules as far as the templates use them, and what a recording of all suites must leave open. */
import { describe, expect, it } from '@jest/globals';
import { allowedTo, judgeCalls, NOBODY, type Policies, type RecordedCall } from '../../../scripts/permissions/calls.ts';
import { decide, type Ask } from '../../../scripts/permissions/decide.ts';
import { environmentRole } from '../../../scripts/permissions/environment-role.ts';
import { callersOf } from '../../../scripts/permissions/page.ts';
import { statementsOf, trustOf, type Statement } from '../../../scripts/permissions/statements.ts';
import { falselyExcused, REASONS, unexcused } from '../../../scripts/permissions/unused.ts';
import { template } from '../functions/template.ts';

const where = { account: '123456789012', region: 'eu-central-1' };
const policies: Policies = { installation: { Resources: template }, holders: callersOf(template), environment: environmentRole(), ...where };
const arn = (service: string, name: string): string => `arn:aws:${service}:eu-central-1:123456789012:${name}`;
const ask = (action: string, resource: string, context: Ask['context'] = {}): Ask => ({ action, resource, context });

describe('a decision', () => {
  const statement = (more: Partial<Statement>): Statement => ({ effect: 'Allow', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/a/*'], condition: {}, ...more });
  const on = (resource: string, statements: readonly Statement[], context: Ask['context'] = {}) => decide(statements, ask('s3:GetObject', resource, context));

  it.each([
    ['arn:aws:s3:::b/a/k', 'allowed'], ['arn:aws:s3:::b/a/', 'allowed'], ['arn:aws:s3:::b/ab', 'not allowed'], ['arn:aws:s3:::bb/a/k', 'not allowed'], ['', 'allowed'], ['*', 'not allowed'],
  ])('on %j is %s', (resource, expected) => {
    expect(on(resource, [statement({})])).toBe(expected);
  });

  it('of a Deny is stronger than any Allow, but not where it is not known what the call is about', () => {
    const both = [statement({ resources: ['*'] }), statement({ effect: 'Deny', actions: ['s3:*'] })];
    expect([on('arn:aws:s3:::b/a/k', both), on('arn:aws:s3:::b/other', both), on('', both)]).toEqual(['denied', 'allowed', 'allowed']);
  });

  it.each([
    [{ StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true], [{ StringEquals: { k: ['a'] } }, { k: 'ab' }, false], [{ StringEquals: { k: ['a'] } }, {}, false], [{ ArnLike: { k: ['arn:*:x'] } }, { k: 'arn:aws:x' }, true],
    [{ Null: { k: ['false'] } }, { k: '*' }, true], [{ Null: { k: ['false'] } }, {}, false], [{ Null: { k: ['true'] } }, {}, true], [{ StringEquals: { k: ['a'], l: ['b'] } }, { k: 'a' }, false],
  ])('with the condition %j and %j is an Allow: %s', (condition, context, expected) => {
    expect(on('arn:aws:s3:::b/a/k', [statement({ condition })], context as Ask['context'])).toBe(expected ? 'allowed' : 'not allowed');
  });

  it('fills in variables, whose values are no patterns, and fits nothing without them', () => {
    const own = [statement({ resources: ['arn:aws:s3:::b/${codebuild:buildArn}/*'] })];
    expect(on('arn:aws:s3:::b/arn:1/k', own, { 'codebuild:buildArn': 'arn:1' })).toBe('allowed');
    expect(on('arn:aws:s3:::b/arn:1/k', own, { 'codebuild:buildArn': 'arn:?' })).toBe('not allowed');
    expect(on('arn:aws:s3:::b/arn:1/k', own)).toBe('not allowed');
  });

  it('with an operator that is not known is refused aloud', () => {
    expect(() => on('arn:aws:s3:::b/a/k', [statement({ condition: { DateLessThan: { k: ['1'] } } })], { k: '1' })).toThrow('DateLessThan');
  });
});

describe('the role of an environment', () => {
  const parameters = { SlipwayAccount: '123456789012', ExternalId: 'long-and-random', Environment: 'production', PassedRoles: 'arn:aws:iam::123456789012:role/one,arn:aws:iam::123456789012:role/two', Lambda: 'yes', Ecs: 'no', Ec2: 'no', Cluster: 'main', LoadBalancer: 'front/1', LogGroup: 'none' };
  const role = (more: Readonly<Record<string, string>> = {}) => statementsOf(environmentRole(), 'Role', { ...where, parameters: { ...parameters, ...more } });

  it('has what its parameters say, with its names filled in', () => {
    const service = ask('ecs:CreateService', arn('ecs', 'service/main/slipway-shop-1-production'));
    expect([decide(role(), service), decide(role({ Ecs: 'yes' }), service), decide(role({ Ecs: 'yes', Cluster: 'other' }), service)]).toEqual(['not allowed', 'allowed', 'not allowed']);
    const passed = (name: string, to: string) => decide(role(), ask('iam:PassRole', `arn:aws:iam::123456789012:role/${name}`, { 'iam:PassedToService': to }));
    expect([passed('two', 'lambda.amazonaws.com'), passed('three', 'lambda.amazonaws.com'), passed('one', 'glue.amazonaws.com')]).toEqual(['allowed', 'not allowed', 'not allowed']);
  });

  it('may change functions of its environment, and none of Slipway', () => {
    const changed = (name: string) => decide(role(), ask('lambda:UpdateFunctionCode', arn('lambda', `function:${name}`)));
    expect([changed('shop-production-api'), changed('shop-staging-api'), changed('slipway-x-production-y')]).toEqual(['allowed', 'not allowed', 'denied']);
  });

  it('lets targets in with the external id, and its reader those who read', () => {
    const enters = (which: 'Role' | 'Reader', principal: string, externalId: string) =>
      decide(trustOf(environmentRole(), which, { ...where, parameters }), ask('sts:AssumeRole', '*', { 'sts:ExternalId': externalId, 'aws:PrincipalArn': `arn:aws:iam::123456789012:role/slipway-dev-${principal}-1A2B` }));
    expect([enters('Role', 'TargetEcsRole', 'long-and-random'), enters('Role', 'TargetEcsRole', 'guessed'), enters('Role', 'JudgeRole', 'long-and-random'), enters('Reader', 'JudgeRole', 'long-and-random'), enters('Reader', 'TargetEcsRole', 'long-and-random')])
      .toEqual(['allowed', 'not allowed', 'not allowed', 'allowed', 'not allowed']);
  });
});

describe('recorded calls', () => {
  const ENVIRONMENT = { arn: 'arn:aws:iam::123456789012:role/slipway-production', parameters: { SlipwayAccount: '123456789012', ExternalId: 'long-and-random', PassedRoles: '', Lambda: 'no', Ecs: 'yes', Ec2: 'no', Cluster: 'main', LoadBalancer: 'front/1', LogGroup: 'none' } };
  const call = (name: string, asks: readonly Ask[], role: RecordedCall['role'] = null): RecordedCall => ({ function: name, service: 'any', action: 'Any', status: 200, role, asks: asks.map((one) => ({ ...one, context: { ...one.context } })) });
  const table = arn('dynamodb', 'table/slipway-state');
  const assume = (externalId: string) => [ask('sts:AssumeRole', ENVIRONMENT.arn, { 'sts:ExternalId': externalId })];

  it('that a role allows are allowed, others are named with what they were about', () => {
    const { refused } = judgeCalls([
      call('slipway-plan', [ask('dynamodb:PutItem', table), ask('dynamodb:DeleteItem', table)]), call('slipway-plan', [ask('dynamodb:GetItem', arn('dynamodb', 'table/other'))]), call('', [ask('s3:DeleteObject', 'arn:aws:s3:::b/k')]),
      call(NOBODY, [ask('dynamodb:GetItem', '*')]), call('slipway-plan', [ask('states:StartExecution', arn('states', 'stateMachine:slipway-pipeline'))]), call('slipway-nobody', [ask('dynamodb:GetItem', table)]),
    ], policies);
    expect(refused).toEqual([
      'slipway-nobody is no function of the template, and called any:Any', 'slipway-plan may not dynamodb:GetItem on arn:aws:dynamodb:eu-central-1:123456789012:table/other',
      'slipway-plan may not states:StartExecution on arn:aws:states:eu-central-1:123456789012:stateMachine:slipway-pipeline',
    ]);
  });

  it('as a role are held against the role, and not against the function', () => {
    const service = (cluster: string) => [ask('ecs:DeleteService', arn('ecs', `service/${cluster}/slipway-shop-1-production`))];
    const { refused, used } = judgeCalls([
      call('slipway-target-ecs', service('main'), ENVIRONMENT), call('slipway-target-ecs', service('other'), ENVIRONMENT), call('slipway-target-ecs', service('main')), call('slipway-target-ecs', service('main'), { ...ENVIRONMENT, parameters: {} }),
      call('slipway-judge', service('main'), { ...ENVIRONMENT, arn: `${ENVIRONMENT.arn}-reader` }),
    ], policies);
    expect(refused).toEqual([
      'slipway-judge as slipway-<environment>-reader may not ecs:DeleteService on arn:aws:ecs:eu-central-1:123456789012:service/main/slipway-shop-1-production',
      'slipway-target-ecs as slipway-<environment> may not ecs:DeleteService on arn:aws:ecs:eu-central-1:123456789012:service/other/slipway-shop-1-production',
      `slipway-target-ecs called any:Any as ${ENVIRONMENT.arn}, which nobody deployed: say so to the recorder`,
      'slipway-target-ecs may not ecs:DeleteService on arn:aws:ecs:eu-central-1:123456789012:service/main/slipway-shop-1-production',
    ]);
    expect(used['slipway-<environment>']).toEqual(['ecs:DeleteService']);
  });

  it('that assume a role need its trust, too', () => {
    const acts = call('slipway-target-ecs', [ask('ecs:ListTaskDefinitions', '*')], ENVIRONMENT);
    expect(judgeCalls([acts, call('slipway-target-ecs', assume('long-and-random'))], policies).refused).toEqual([]);
    expect(judgeCalls([acts, call('slipway-target-ecs', assume('guessed'))], policies).refused).toEqual([`${ENVIRONMENT.arn} does not let slipway-target-ecs assume it: look at its trust policy, and at the external id`]);
  });

  it('leave open what nobody used and no reason explains', () => {
    const { unused } = judgeCalls([call('slipway-assess-tests', [ask('dynamodb:GetItem', table)])], policies);
    expect(unused['slipway-assess-tests']).not.toContain('dynamodb:GetItem');
    expect(unused['slipway-assess-tests']).toContain('xray:PutTraceSegments');
    expect(unexcused({ one: ['xray:PutTraceSegments', 's3:DeleteBucket'] })).toEqual({ one: ['s3:DeleteBucket'] });
    expect(falselyExcused({ 'slipway-relay': ['dynamodb:GetRecords', 's3:GetObject'], 'slipway-plan': ['dynamodb:GetItem'] })).toEqual({ 'slipway-relay': ['dynamodb:GetRecords'] });
  });
});

it('each reason is one of an action that its holders have, and stands once', () => {
  const allowed = allowedTo(policies);
  const named = REASONS.flatMap(({ actions, holders }) => actions.flatMap((action) => (holders === 'all' ? [] : holders).map((holder) => `${holder} ${action}`)));
  expect(named.filter((one) => !allowed[one.split(' ')[0] ?? '']?.includes(one.split(' ')[1] ?? ''))).toEqual([]);
  expect(named.filter((one, index) => named.indexOf(one) !== index)).toEqual([]);
  const anybody = new Set(Object.values(allowed).flat());
  expect(REASONS.flatMap(({ actions }) => actions).filter((action) => !anybody.has(action))).toEqual([]);
});
