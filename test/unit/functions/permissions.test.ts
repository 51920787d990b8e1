/** docs/permissions.md is what the roles allow; the packaged template is held to it as well, by npm run lint:template. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { grantsOf, type Resources } from '../../../scripts/permissions/grants.ts';
import { isOn, judgeCalls, type RecordedCall } from '../../../scripts/permissions/calls.ts';
import { JUSTIFIED } from '../../../scripts/permissions/unused.ts';
import { holdersOf, onEverything, permissionsPage } from '../../../scripts/permissions/page.ts';
import { WITHOUT_RESOURCE } from '../../../scripts/permissions/without-resource.ts';
import { ROOT } from './samples.ts';
import { logicalId, resources, serverless } from './serverless-files.ts';

/** The template as the framework would write it, as far as roles go. */
const template: Resources = { ...resources, ...Object.fromEntries(Object.entries(serverless.functions).map(([stem, { name, role }]) => [logicalId(stem), { Type: 'AWS::Lambda::Function', Properties: { FunctionName: name, Role: role } }])) };

it('docs/permissions.md is what the roles allow', () => {
  expect(permissionsPage(holdersOf(template), template)).toBe(readFileSync(join(ROOT, 'docs/permissions.md'), 'utf8'));
});

it('each reason for an action on every resource is one of an action that somebody has', () => {
  const { functions, machines, others } = holdersOf(template);
  expect(onEverything([...functions, ...machines, ...others], template)).toEqual(Object.keys(WITHOUT_RESOURCE).sort());
});

describe('a role', () => {
  const role = (statements: unknown[], attached: unknown[] = []): Resources => ({
    R: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: attached, Policies: [{ PolicyDocument: { Statement: statements } }] } },
    P: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { 'Fn::GetAtt': ['T', 'Arn'] } }] } } },
    T: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'items' } },
  });

  it('allows what its policies allow together, with readable names', () => {
    const both = role([{ Effect: 'Allow', Action: ['dynamodb:GetItem', 'states:StartExecution'], Resource: [{ 'Fn::Sub': 'arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:slipway-x' }] }], [{ Ref: 'P' }]);
    expect(grantsOf(both, 'R')).toEqual([
      { action: 'dynamodb:GetItem', resources: ['dynamodb:table/items', 'states:stateMachine:slipway-x'], condition: '' }, { action: 'states:StartExecution', resources: ['states:stateMachine:slipway-x'], condition: '' },
    ]);
  });

  it('with a policy of AWS, a Deny or a resource that cannot be shown is refused', () => {
    expect(() => grantsOf(role([], [{ Ref: 'Elsewhere' }]), 'R')).toThrow('not in the template');
    expect(() => grantsOf(role([{ Effect: 'Deny', Action: 'a:b', Resource: '*' }]), 'R')).toThrow('Deny');
    expect(() => grantsOf(role([{ Effect: 'Allow', Action: 'a:b', Resource: { 'Fn::Select': [] } }]), 'R')).toThrow('cannot show');
  });

  it('with an action on everything needs a reason', () => {
    const wide = role([{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }]);
    expect(() => permissionsPage({ functions: [{ name: 'f', role: 'R' }], machines: [], others: [] }, wide)).toThrow('s3:GetObject is allowed on every resource');
  });
});

describe('recorded calls', () => {
  const roles = Object.fromEntries(holdersOf(template).functions.map(({ name, role }) => [name, grantsOf(template, role)]));
  const call = (name: string, service: string, action: string, resource = ''): RecordedCall => ({ function: name, service, action, resource });

  it.each([
    ['slipway-state', 'dynamodb:table/slipway-state', true], ['slipway-target-ecs', 'lambda:function:slipway-target-*', true], ['arn:aws:lambda:eu-central-1:111122223333:function:slipway-target-ecs', 'lambda:function:slipway-target-*', true],
    ['slipway-plan', 'lambda:function:slipway-target-*', false], ['arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-pipeline', 'states:stateMachine:slipway-repair', false], ['arn:aws:states:eu-central-1:111122223333:execution:slipway-pipeline:catalog-12', 'states:execution:slipway-*', true],
    ['anything', '*', true], ['slipway-stateful', 'dynamodb:table/slipway-state', false],
  ])('%s is on %s: %s', (resource, pattern, expected) => {
    expect(isOn(resource, pattern)).toBe(expected);
  });

  it('that a role allows are allowed, others are named', () => {
    const { refused } = judgeCalls([
      call('slipway-plan', 'dynamodb', 'TransactWriteItems', 'slipway-state'), call('slipway-plan', 'dynamodb', 'GetItem', 'a-table-of-a-test'), call('', 's3', 'DeleteObject', 'slipway-artifacts'),
      call('slipway-plan', 'states', 'StartExecution', 'arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-pipeline'), call('slipway-reconcile', 'states', 'StartExecution', 'arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-gate'), call('slipway-nobody', 'dynamodb', 'GetItem'),
    ], roles, JUSTIFIED);
    expect(refused).toEqual([
      'slipway-nobody is no function of the template, and called dynamodb:GetItem', 'slipway-plan may not states:StartExecution on arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-pipeline',
      'slipway-reconcile may not states:StartExecution on arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-gate',
    ]);
  });

  it('that no run makes leave their actions unused, but for what Lambda itself does', () => {
    const { unused } = judgeCalls([call('slipway-assess-tests', 'dynamodb', 'GetItem', 'slipway-state')], roles, JUSTIFIED);
    expect(unused).toEqual({ 'slipway-assess-tests': ['dynamodb:Query'] });
  });
});
