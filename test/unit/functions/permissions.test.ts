/** docs/permissions.md is what the roles allow; the packaged template is held to it as well, by npm run lint:template. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { grantsOf, type Resources } from '../../../scripts/permissions/grants.ts';
import { holdersOf, onEverything, permissionsPage } from '../../../scripts/permissions/page.ts';
import { WITHOUT_RESOURCE } from '../../../scripts/permissions/without-resource.ts';
import { ROOT } from './samples.ts';
import { template } from './template.ts';

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
