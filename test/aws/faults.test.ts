/** The proxy itself: what it records, and that each fault is to the SDK's clients what it is meant to be. */
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NOBODY } from '../../scripts/permissions/calls.ts';
import { clientSettings, makeStateTable, uniqueName } from './emulator.ts';
import { startFaultProxy, type FaultProxy } from './faults.ts';

let proxy: FaultProxy;
let state: Awaited<ReturnType<typeof makeStateTable>>;
beforeAll(async () => {
  proxy = await startFaultProxy();
  state = await makeStateTable();
});
beforeEach(() => proxy.clear());
afterAll(async () => {
  await state.remove();
  await proxy.close();
});

/** One attempt, so that each fault is seen as it comes. */
const settings = () => ({ ...clientSettings(proxy.endpoint), maxAttempts: 1, userAgentAppId: NOBODY });
const dynamo = (more: object = {}) => new DynamoDBClient({ ...settings(), ...more });
const key = { partition: { S: 'p' }, sort: { S: 's' } };
const read = (client = dynamo()) => client.send(new GetItemCommand({ TableName: state.table, Key: key }));
const write = (value: string, client = dynamo()) => client.send(new PutItemCommand({ TableName: state.table, Item: { ...key, value: { S: value } } }));
const seen = () => proxy.calls.map(({ service, action, resource, status }) => ({ service, action, resource, status }));

describe('what is recorded', () => {
  it('JSON services: service, action, table, function and status', async () => {
    await write('a');
    await dynamo().send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: state.table, Item: key } }] }));
    expect(seen()).toEqual([{ service: 'dynamodb', action: 'PutItem', resource: state.table, status: 200 }, { service: 'dynamodb', action: 'TransactWriteItems', resource: state.table, status: 200 }]);
    expect(proxy.calls.map((call) => call.function)).toEqual([NOBODY, NOBODY]);
  });

  it('REST services: the operation that a path stands for', async () => {
    const lambda = new LambdaClient(settings());
    await lambda.send(new ListFunctionsCommand({}));
    await expect(lambda.send(new UpdateAliasCommand({ FunctionName: 'none', Name: 'live' }))).rejects.toThrow();
    expect(seen().map(({ service, action, resource }) => [service, action, resource])).toEqual([['lambda', 'ListFunctions', ''], ['lambda', 'UpdateAlias', 'none/aliases/live']]);
  });

  it('S3: bucket and key', async () => {
    const s3 = new S3Client({ ...settings(), forcePathStyle: true });
    const Bucket = uniqueName('bucket');
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a/b', Body: 'hello' }));
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'a/b' }))).ContentLength).toBe(5);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a/b' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(seen().map(({ action, resource }) => [action, resource])).toEqual([['CreateBucket', Bucket], ['PutObject', `${Bucket}/a/b`], ['HeadObject', `${Bucket}/a/b`], ['GetObject', `${Bucket}/a/b`]]);
  });

  it('query and CBOR services', async () => {
    await new SNSClient(settings()).send(new ListTopicsCommand({}));
    await new CloudWatchClient(settings()).send(new ListMetricsCommand({ Namespace: 'A/B' }));
    expect(seen().map(({ service, action, status }) => [service, action, status])).toEqual([['sns', 'ListTopics', 200], ['cloudwatch', 'ListMetrics', 200]]);
  });
});

describe('faults', () => {
  it.each([
    ['JSON', () => read(), 'ThrottlingException'],
    ['REST', () => new LambdaClient(settings()).send(new ListFunctionsCommand({})), 'TooManyRequestsException'],
    ['query', () => new SNSClient(settings()).send(new ListTopicsCommand({})), 'Throttling'],
    ['CloudWatch', () => new CloudWatchClient(settings()).send(new ListMetricsCommand({})), 'Throttling'],
    ['S3', () => new S3Client({ ...settings(), forcePathStyle: true }).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })), 'SlowDown'],
  ])('a throttle of a %s service has its name, and is over after its times', async (_which, call, name) => {
    const met = proxy.inject({ times: 1, fault: { kind: 'throttle' } });
    const refused = await call().then(() => undefined, (error: unknown) => error as Error & { $retryable?: unknown });
    expect(refused?.name).toMatch(new RegExp(`^${name}`));
    expect(met()).toBe(1);
    await call().catch(() => undefined);
    expect(met()).toBe(1);
  });

  it('a throttle is tried again by the client', async () => {
    proxy.inject({ action: 'PutItem', times: 2, fault: { kind: 'throttle' } });
    await write('again', dynamo({ maxAttempts: 3 }));
    expect(proxy.calls.map(({ status }) => status)).toEqual([400, 400, 200]);
  });

  it('silence: nothing is applied, and the client gives up', async () => {
    await write('before');
    proxy.inject({ action: 'PutItem', fault: { kind: 'silence' } });
    const impatient = dynamo({ requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true } });
    await expect(write('after', impatient)).rejects.toThrow();
    expect((await read()).Item?.['value']).toEqual({ S: 'before' });
  });

  it('a cut connection: nothing is applied', async () => {
    await write('before');
    proxy.inject({ action: 'PutItem', fault: { kind: 'cut' } });
    await expect(write('after')).rejects.toThrow();
    expect((await read()).Item?.['value']).toEqual({ S: 'before' });
  });

  it('a lost answer: applied, and the client does not know', async () => {
    proxy.inject({ action: 'PutItem', fault: { kind: 'lost answer' } });
    await expect(write('applied')).rejects.toThrow();
    expect((await read()).Item?.['value']).toEqual({ S: 'applied' });
  });

  it('a stale read answers as it first did', async () => {
    await write('old');
    await read();
    await write('new');
    proxy.inject({ action: 'GetItem', fault: { kind: 'stale' } });
    expect((await read()).Item?.['value']).toEqual({ S: 'old' });
    expect((await read()).Item?.['value']).toEqual({ S: 'new' });
  });

  it('a rule leaves the first calls and other resources alone', async () => {
    const met = proxy.inject({ resource: state.table, action: 'GetItem', after: 1, fault: { kind: 'error', status: 500, code: 'InternalServerError', message: 'injected' } });
    await read();
    await expect(read()).rejects.toThrow('injected');
    await read();
    expect(met()).toBe(1);
  });

  it('a shim changes what the emulator says', async () => {
    await write('real');
    proxy.shim(async (call, _request, forward) => {
      if (call.action !== 'GetItem') return undefined;
      const answer = await forward();
      return { ...answer, body: Buffer.from(answer.body.toString('utf8').replace('real', 'changed')), headers: { 'content-type': answer.headers['content-type'] ?? '' } };
    });
    expect((await read()).Item?.['value']).toEqual({ S: 'changed' });
  });
});
