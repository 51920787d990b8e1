/** The SDK's commands over signed calls, beside the SDK's own clients: the same is sent, and the same is read. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AutoScalingClient, CreateAutoScalingGroupCommand, DeleteAutoScalingGroupCommand, DescribeAutoScalingGroupsCommand, SetInstanceHealthCommand } from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateServiceCommand, DescribeServicesCommand, ECSClient, StopTaskCommand } from '@aws-sdk/client-ecs';
import { CreateRuleCommand, DescribeRulesCommand, ElasticLoadBalancingV2Client, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateFunctionCommand, DeleteAliasCommand, DeleteFunctionCommand, GetFunctionCommand, InvokeCommand, InvokeWithResponseStreamCommand, LambdaClient, ListAliasesCommand, ListEventSourceMappingsCommand, PutFunctionConcurrencyCommand, UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { autoScalingCommands, balancerCommands, ec2Commands, ecsCommands, lambdaCommands } from '../../../../src/adapters/aws/calls/command-clients.ts';
import { createSignedCall } from '../../../../src/adapters/aws/calls/signed-call.ts';

interface Sent { readonly method: string | undefined; readonly url: string; readonly type: string | undefined; readonly target: string | undefined; readonly body: string; readonly scope: string | undefined }
let server: Server;
let endpoint: string;
let sent: Sent[] = [];
let answer: { status: number; type: string; body: string; headers?: Record<string, string> };

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const { authorization = '', 'content-type': type, 'x-amz-target': target } = request.headers;
      sent.push({ method: request.method, url: request.url ?? '', type, target: target as string | undefined, body: Buffer.concat(parts).toString(), scope: /Credential=[^/]+\/\d+\/([^,]+),/.exec(authorization)?.[1] });
      response.writeHead(answer.status, { 'content-type': answer.type, 'x-amzn-requestid': 'one', ...answer.headers }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [sent, answer] = [[], { status: 200, type: 'application/json', body: '{}' }];
});

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'key' };
const settings = () => ({ region: 'eu-central-1', credentials, endpoint, maxAttempts: 1 });
const call = () => createSignedCall({ region: 'eu-central-1', credentials, endpoint, attempts: 1 });
interface Client { send(command: unknown): Promise<unknown> }
const CLIENTS = {
  lambda: () => [lambdaCommands(call()), new LambdaClient(settings())], ecs: () => [ecsCommands(call()), new ECSClient(settings())], ec2: () => [ec2Commands(call()), new EC2Client(settings())],
  autoScaling: () => [autoScalingCommands(call()), new AutoScalingClient(settings())], balancers: () => [balancerCommands(call()), new ElasticLoadBalancingV2Client(settings())],
} satisfies Record<string, () => readonly [unknown, unknown]>;

/** What both clients make of the same answer. */
async function both(kind: keyof typeof CLIENTS, command: () => unknown): Promise<{ ours: unknown; theirs: unknown }> {
  const [ours, theirs] = CLIENTS[kind]() as unknown as readonly [Client, Client];
  const outcome = async (client: Client) => await client.send(command()).catch((error: unknown) => error);
  return { ours: await outcome(ours), theirs: await outcome(theirs) };
}

const XML = 'text/xml';
const AT = '2026-05-04T06:30:00.000Z';

describe.each<readonly [keyof typeof CLIENTS, string, () => unknown, string, string]>([
  ['lambda', 'CreateFunction', () => new CreateFunctionCommand({ FunctionName: 'shop-api', Role: 'arn:aws:iam::123456789012:role/shop', Code: { ZipFile: Buffer.from([0, 255, 1]) }, Environment: { Variables: { A: 'ä"b' } }, Publish: true, Tags: { x: 'y' }, MemorySize: 256 }), 'application/json', '{"FunctionName":"shop-api","CodeSize":3,"Version":"1"}'],
  ['lambda', 'GetFunction of a version', () => new GetFunctionCommand({ FunctionName: 'arn:aws:lambda:eu-central-1:123456789012:function:shop-api', Qualifier: '7' }), 'application/json', '{"Configuration":{"FunctionName":"shop-api","MemorySize":256},"Concurrency":{"ReservedConcurrentExecutions":3},"Tags":{"a":"b"}}'],
  ['lambda', 'ListAliases', () => new ListAliasesCommand({ FunctionName: 'shop-api', Marker: 'a/b+c=', MaxItems: 50 }), 'application/json', '{"Aliases":[{"Name":"live","RoutingConfig":{"AdditionalVersionWeights":{"2":0.1}}}],"NextMarker":"n"}'],
  ['lambda', 'UpdateAlias', () => new UpdateAliasCommand({ FunctionName: 'shop-api', Name: 'live', FunctionVersion: '1', RevisionId: 'r', RoutingConfig: { AdditionalVersionWeights: { 2: 0.25 } } }), 'application/json', '{"Name":"live"}'],
  ['lambda', 'DeleteAlias', () => new DeleteAliasCommand({ FunctionName: 'shop-api', Name: 'live' }), 'application/json', ''],
  ['lambda', 'DeleteFunction', () => new DeleteFunctionCommand({ FunctionName: 'shop-api', Qualifier: '3' }), 'application/json', ''],
  ['lambda', 'PutFunctionConcurrency', () => new PutFunctionConcurrencyCommand({ FunctionName: 'shop-api', ReservedConcurrentExecutions: 0 }), 'application/json', '{"ReservedConcurrentExecutions":0}'],
  ['lambda', 'ListEventSourceMappings', () => new ListEventSourceMappingsCommand({ FunctionName: 'shop-api:live' }), 'application/json', '{"EventSourceMappings":[{"UUID":"u","LastModified":1777876200.5,"BatchSize":10}]}'],
  ['lambda', 'Invoke of a version', () => new InvokeCommand({ FunctionName: 'shop-api', Qualifier: '7', Payload: JSON.stringify({ rawPath: '/ä' }) }), 'application/json', '{"statusCode":200,"body":"ü"}'],
  ['ecs', 'CreateService', () => new CreateServiceCommand({ cluster: 'c', serviceName: 's', desiredCount: 2, loadBalancers: [{ targetGroupArn: 'arn', containerPort: 8080 }], tags: [{ key: 'k', value: 'v' }], enableECSManagedTags: true }), 'application/x-amz-json-1.1', '{"service":{"serviceName":"s","createdAt":1777876200}}'],
  ['ecs', 'DescribeServices', () => new DescribeServicesCommand({ cluster: 'c', services: ['s'], include: ['TAGS'] }), 'application/x-amz-json-1.1', '{"services":[{"serviceName":"s","desiredCount":2,"deployments":[{"status":"PRIMARY","updatedAt":1777876200.25}]}],"failures":[]}'],
  ['ecs', 'StopTask', () => new StopTaskCommand({ cluster: 'c', task: 't', reason: 'why' }), 'application/x-amz-json-1.1', '{"task":{"taskArn":"t"}}'],
  ['ec2', 'DescribeInstances', () => new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: ['i-1', 'i-2'] }], NextToken: 'a&b' }), XML, `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState><launchTime>${AT}</launchTime><ebsOptimized>false</ebsOptimized><tagSet><item><key>a</key><value>b &amp; c</value></item></tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`],
  ['ec2', 'CreateLaunchTemplate', () => new CreateLaunchTemplateCommand({ LaunchTemplateName: 'l', ClientToken: 'token', LaunchTemplateData: { ImageId: 'ami-1', SecurityGroupIds: ['sg-1', 'sg-2'], MetadataOptions: { HttpTokens: 'required' }, TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }] } }), XML, `<CreateLaunchTemplateResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><launchTemplate><launchTemplateId>lt-1</launchTemplateId><createTime>${AT}</createTime><latestVersionNumber>1</latestVersionNumber></launchTemplate></CreateLaunchTemplateResponse>`],
  ['autoScaling', 'DescribeAutoScalingGroups', () => new DescribeAutoScalingGroupsCommand({ Filters: [{ Name: 'tag:slipway:service', Values: ['catalog'] }], MaxRecords: 100 }), XML, `<DescribeAutoScalingGroupsResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeAutoScalingGroupsResult><AutoScalingGroups><member><AutoScalingGroupName>g</AutoScalingGroupName><MinSize>1</MinSize><CreatedTime>${AT}</CreatedTime><Instances><member><InstanceId>i-1</InstanceId><ProtectedFromScaleIn>true</ProtectedFromScaleIn></member></Instances><SuspendedProcesses/></member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`],
  ['autoScaling', 'CreateAutoScalingGroup', () => new CreateAutoScalingGroupCommand({ AutoScalingGroupName: 'g', MinSize: 0, MaxSize: 2, TargetGroupARNs: ['arn:a'], Tags: [{ Key: 'k', Value: 'v', PropagateAtLaunch: true }] }), XML, '<CreateAutoScalingGroupResponse/>'],
  ['autoScaling', 'SetInstanceHealth', () => new SetInstanceHealthCommand({ InstanceId: 'i-1', HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false }), XML, '<SetInstanceHealthResponse/>'],
  ['balancers', 'DescribeRules', () => new DescribeRulesCommand({ ListenerArn: 'arn:l', Marker: 'm' }), XML, '<DescribeRulesResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeRulesResult><Rules><member><RuleArn>r</RuleArn><Priority>10</Priority><IsDefault>false</IsDefault><Actions><member><Type>forward</Type><ForwardConfig><TargetGroups><member><TargetGroupArn>t</TargetGroupArn><Weight>90</Weight></member></TargetGroups></ForwardConfig></member></Actions></member></Rules><NextMarker>n</NextMarker></DescribeRulesResult></DescribeRulesResponse>'],
  ['balancers', 'CreateRule by a header', () => new CreateRuleCommand({ ListenerArn: 'arn:l', Priority: 9, Conditions: [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-slipway-ask', Values: ['0a'] } }], Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503', ContentType: 'text/plain', MessageBody: 'not yet' } }], Tags: [{ Key: 'a', Value: 'b' }] }), XML, '<CreateRuleResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><CreateRuleResult><Rules><member><RuleArn>r</RuleArn><Priority>9</Priority><Conditions><member><Field>http-header</Field><HttpHeaderConfig><HttpHeaderName>x-slipway-ask</HttpHeaderName><Values><member>0a</member></Values></HttpHeaderConfig></member></Conditions></member></Rules></CreateRuleResult></CreateRuleResponse>'],
  ['balancers', 'ModifyRule', () => new ModifyRuleCommand({ RuleArn: 'r', Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: 't', Weight: 0 }], TargetGroupStickinessConfig: { Enabled: false } } }] }), XML, '<ModifyRuleResponse><ModifyRuleResult><Rules/></ModifyRuleResult></ModifyRuleResponse>'],
])('%s: %s', (kind, _name, command, type, body) => {
  it('is sent and read as the SDK does', async () => {
    answer = { status: body === '' ? 204 : 200, type, body };
    const { ours, theirs } = await both(kind, command);
    expect(sent).toHaveLength(2);
    expect(sent[0]).toEqual(sent[1]);
    expect(ours).not.toBeInstanceOf(Error);
    const { $metadata: _ours, ...read } = ours as Record<string, unknown>;
    const { $metadata: _theirs, ...expected } = theirs as Record<string, unknown>;
    expect(read).toEqual(expected);
  });
});

it('a function that failed is told apart from what it answers', async () => {
  answer = { status: 200, type: 'application/json', body: '{"errorMessage":"broken"}', headers: { 'x-amz-function-error': 'Unhandled' } };
  const { ours, theirs } = (await both('lambda', () => new InvokeCommand({ FunctionName: 'shop-api', Payload: '{}' }))) as { ours: { FunctionError?: string }; theirs: { FunctionError?: string } };
  expect([ours.FunctionError, theirs.FunctionError]).toEqual(['Unhandled', 'Unhandled']);
});

describe('a refusal', () => {
  const json = (name: string) => ({ status: 400, type: 'application/x-amz-json-1.1', body: JSON.stringify({ __type: name, message: 'why it is so' }) });
  const xml = (name: string) => ({ status: 400, type: XML, body: `<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>why it is so</Message></Error></ErrorResponse>` });

  it.each<readonly [keyof typeof CLIENTS, () => unknown, typeof answer]>([
    ['ecs', () => new StopTaskCommand({ task: 't' }), json('ClusterNotFoundException')], ['lambda', () => new GetFunctionCommand({ FunctionName: 'f' }), json('ResourceNotFoundException')],
    ['balancers', () => new DescribeRulesCommand({}), xml('TargetGroupNotFound')], ['autoScaling', () => new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'g' }), xml('ScalingActivityInProgress')],
    ['ec2', () => new DescribeInstancesCommand({}), { status: 400, type: XML, body: '<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>why it is so</Message></Error></Errors></Response>' }],
  ])('of %s has the name and the reason that the SDK gives it', async (kind, command, refused) => {
    answer = refused;
    const { ours, theirs } = (await both(kind, command)) as { ours: Error; theirs: Error };
    // The service's own name for it, or the SDK's with an ending: targets know both (src/targets/_aws/fault.ts).
    const plain = ({ name }: Error) => name.replace(/(?:Exception|Fault)$/, '');
    expect([plain(ours), ours.message]).toEqual([plain(theirs), theirs.message]);
  });
});

it('what streams is refused, and not sent', async () => {
  const [ours] = CLIENTS.lambda() as unknown as readonly [Client];
  const { Readable } = await import('node:stream');
  const streaming = { input: { FunctionName: 'f', Payload: Readable.from([]) }, schema: (new InvokeWithResponseStreamCommand({ FunctionName: 'f' }) as unknown as { schema: unknown }).schema };
  await expect(ours.send(streaming)).rejects.toThrow();
  expect(sent).toEqual([]);
});
