/** The packaged template in the emulator, as far as it knows the types: what is made of it, and the machines that it drops the definitions of. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand, type FunctionConfiguration } from '@aws-sdk/client-lambda';
import { GetBucketEncryptionCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { substitute } from '../../src/engine/index.ts';
import { ROOT, STEMS } from '../unit/functions/samples.ts';
import { AWS_CLI_FOLDER, clientSettings } from './emulator.ts';
import { makeStack, type Stack } from './template/stack.ts';

const PACKAGED_MS = 600_000;
let stack: Stack;
let functions: readonly FunctionConfiguration[];
beforeAll(async () => {
  stack = await makeStack();
  const client = stack.inAccount(new LambdaClient(clientSettings()));
  functions = (await client.send(new ListFunctionsCommand({ MaxItems: 10_000 }))).Functions ?? [];
  client.destroy();
}, PACKAGED_MS);
afterAll(() => stack.remove());

const ofType = (type: string) => Object.entries(stack.template.Resources).filter(([, { Type }]) => Type === type);

describe('the stack', () => {
  it('has everything of the types that the emulator knows', () => {
    expect(stack.status).toBe('UPDATE_COMPLETE');
    expect([...stack.made.keys()].sort()).toEqual(Object.keys(stack.part.Resources).sort());
    expect(stack.made.size).toBeGreaterThan(190);
  });

  it('leaves out the types that docs/emulator-gaps.md lists, and no others', () => {
    const missing = [...new Set(Object.entries(stack.template.Resources).filter(([name]) => !(name in stack.part.Resources)).map(([, { Type }]) => Type))].sort();
    const listed = [...new Set(readFileSync(join(ROOT, 'docs/emulator-gaps.md'), 'utf8').match(/AWS::\w+::\w+/g) ?? [])].sort();
    expect(listed).toEqual(missing);
  });

  it('has a function for each bundle, as the template has it, each with a role of its own', () => {
    expect(functions.map(({ FunctionName = '' }) => FunctionName).sort()).toEqual(STEMS.map((stem) => `slipway-${stem}`).sort());
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      const { Runtime, Handler, Timeout, MemorySize } = Properties;
      expect(functions.find(({ FunctionName }) => FunctionName === Properties['FunctionName'])).toMatchObject({ Runtime, Handler, Timeout, MemorySize });
    }
    expect(new Set(functions.map(({ Role }) => Role)).size).toBe(functions.length);
    for (const { CodeSize } of functions) expect(CodeSize).toBeGreaterThan(1000);
  });

  it('has the table, on demand, with its stream, and protected', async () => {
    const client = stack.inAccount(new DynamoDBClient(clientSettings()));
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'slipway-state' }));
    expect(Table).toMatchObject({ KeySchema: [{ AttributeName: 'partition', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }], BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' }, StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' }, DeletionProtectionEnabled: true });
    client.destroy();
  });

  it('has the bucket of artifacts, encrypted', async () => {
    const client = stack.inAccount(new S3Client({ ...clientSettings(), forcePathStyle: true }));
    const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket: stack.made.get('ArtifactBucket') }));
    expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
    client.destroy();
  });

  it('would have what the emulator drops, by the template', () => {
    const of = (name: string) => stack.template.Resources[name]?.Properties;
    expect(of('StateTable')).toMatchObject({ TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true }, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, SSESpecification: { SSEEnabled: true } });
    expect(of('ArtifactBucket')).toMatchObject({ VersioningConfiguration: { Status: 'Enabled' }, PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true } });
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], TracingConfig: { Mode: 'Active' } });
  });
});

describe('what the emulator does not know', () => {
  it('alarms are of resources that the template has, and tell the topic', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(10);
    for (const [, { Properties }] of alarms) {
      const [dimension] = Properties['Dimensions'] as { Value: { Ref?: string; 'Fn::GetAtt'?: [string, string] } }[];
      expect(stack.template.Resources).toHaveProperty(dimension?.Value.Ref ?? dimension?.Value['Fn::GetAtt']?.[0] ?? 'none');
      expect(Properties['AlarmActions']).toEqual([{ Ref: 'Alerts' }]);
    }
  });

  it('only EventBridge of this account may put into the queue of missed events', () => {
    expect(ofType('AWS::SQS::QueuePolicy').map(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: unknown }).Statement)).toEqual([[{
      Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['MissedEvents', 'Arn'] }, Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }]]);
  });

  it('what events call asynchronously is tried again as its events are, and its failures are kept', () => {
    const configured = ofType('AWS::Lambda::EventInvokeConfig');
    expect(configured.length).toBeGreaterThan(10);
    for (const [, { Properties }] of configured) expect(Properties).toMatchObject({ MaximumEventAgeInSeconds: expect.any(Number), MaximumRetryAttempts: expect.any(Number), DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^Missed(?:Events|Schedules)$/), 'Arn'] } } } });
  });
});

describe('the machines', () => {
  /** What the template gives for a placeholder: the ARN of what has been made. */
  const arnOf = (given: unknown): string => {
    const { Ref, 'Fn::GetAtt': attribute } = given as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
    const id = stack.made.get(Ref ?? attribute?.[0] ?? '') ?? '';
    const found = attribute === undefined ? id : functions.find(({ FunctionName }) => FunctionName === id)?.FunctionArn ?? '';
    if (!found.startsWith('arn:')) throw new Error(`${JSON.stringify(given)} is nothing that the stack has`);
    return found;
  };

  it('are created by the API from their definitions, with what the template gives for each placeholder', async () => {
    const client = stack.inAccount(new SFNClient(clientSettings()));
    const machines = ofType('AWS::StepFunctions::StateMachine');
    expect(machines).toHaveLength(9);
    for (const [name, { Properties }] of machines) {
      const given = Object.fromEntries(Object.entries(Properties['DefinitionSubstitutions'] as object).map(([placeholder, value]) => [placeholder, arnOf(value)]));
      const definition = JSON.stringify(substitute(Properties['Definition'], given));
      expect(definition).not.toContain('${');
      const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name: `substituted-${name}`, definition, roleArn: 'arn:aws:iam::123456789012:role/any' }));
      expect(JSON.parse((await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition ?? '')).toEqual(JSON.parse(definition));
    }
    client.destroy();
  });

  it('with a placeholder that the template gives nothing for are not', () => {
    const definition = stack.template.Resources['PipelineMachine']?.Properties['Definition'];
    expect(() => substitute(definition, {})).toThrow(/for which no value was given/);
  });
});

/** Sample events as AWS documents them, and the rules that let them through. */
const EXPECTED: readonly (readonly [string, readonly string[]])[] = [
  ['platform-event/alarm.json', ['slipway-alarms']], ['platform-event/alias-edited.json', ['slipway-edits']], ['platform-event/listener-edited.json', ['slipway-edits']], ['platform-event/auto-scaling.json', ['slipway-auto-scaling-changes']],
  ['platform-event/ec2-instance.json', ['slipway-ec2-changes']], ['platform-event/ecs-service.json', ['slipway-ecs-changes']], ['platform-event/ecs-task.json', ['slipway-ecs-changes']],
  ['image-pushed/pushed.json', ['slipway-image-pushes']], ['image-pushed/untagged.json', []], ['build-finished/succeeded.json', ['slipway-jobs-ended']],
];

/** By the emulator's own matcher; its TestEventPattern answers nothing. */
const MATCH = `import json, sys
from moto.events.models import EventPattern
asked = json.load(sys.stdin)
print(json.dumps({path: [name for name, pattern in asked["rules"].items() if EventPattern(None, pattern).matches_event(event)] for path, event in asked["events"].items()}))`;
function letThrough(rules: object, paths: readonly string[]): Record<string, string[]> {
  const events = Object.fromEntries(paths.map((path) => [path, JSON.parse(readFileSync(join(ROOT, 'events', path), 'utf8')) as unknown]));
  return JSON.parse(execFileSync(join(AWS_CLI_FOLDER, 'python'), ['-c', MATCH], { input: JSON.stringify({ rules, events }), encoding: 'utf8' })) as Record<string, string[]>;
}

describe('the rules of events', () => {
  let through: Readonly<Record<string, readonly string[]>>;
  beforeAll(() => void (through = letThrough(Object.fromEntries(ofType('AWS::Events::Rule').map(([, { Properties }]) => [String(Properties['Name']), Properties['EventPattern']])), EXPECTED.map(([path]) => path))));

  it.each(EXPECTED)('%s is let through by %j', (path, expected) => {
    expect(through[path]).toEqual(expected);
  });

  it('call the function that takes their event, and are as the template says', async () => {
    for (const [, { Properties }] of ofType('AWS::Events::Rule')) {
      const { Targets } = await stack.json('events', 'AWSEvents.ListTargetsByRule', { Rule: Properties['Name'] }) as { Targets: { Arn: string }[] };
      expect(functions.map(({ FunctionArn }) => FunctionArn)).toEqual(expect.arrayContaining(Targets.map(({ Arn }) => Arn)));
      expect(Targets).toHaveLength(1);
      expect(await stack.json('events', 'AWSEvents.DescribeRule', { Name: Properties['Name'] })).toMatchObject({ State: Properties['State'] });
    }
  });
});
