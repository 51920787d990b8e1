/** Signed calls against a server of this process: what is sent, what an answer means, what is tried again. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ATTEMPTS_MAX, createSignedCall, ServiceFault, type SignedCallOptions } from '../../../../src/adapters/aws/calls/signed-call.ts';
import { signedExecutions, signedFunctions, signedTable } from '../../../../src/adapters/aws/calls/signed-services.ts';
import { createDynamoStore } from '../../../../src/adapters/aws/dynamodb-store.ts';
import { signingConfig } from '../../../../src/config.ts';

interface Seen { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }
interface Answer { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(2 ** 20, 'x');
}

let server: Server;
let seen: Seen[] = [];
let answers: (Answer | 'cut' | 'silence' | 'endless')[] = [];
let pauses: number[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer === undefined || answer === 'cut') return void request.socket.destroy();
      if (answer === 'silence') return;
      if (answer === 'endless') return void pipeline(Readable.from(endless()), response).catch(() => undefined);
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [seen, answers, pauses] = [[], [], []];
});

const options = (): SignedCallOptions => ({ region: 'eu-central-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret', sessionToken: 'of a role' }, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pause: async (ms) => void pauses.push(ms) });
const ok = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });
const refusal = (status: number, type: string, more: object = {}): Answer => ({ status, body: JSON.stringify({ __type: type, message: 'why', ...more }) });
const refusalOf = (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => error);

describe('a request', () => {
  it('is signed for its service and region, with the token of a role', async () => {
    answers = [ok({ Item: { a: { S: '1' } } })];
    expect(await signedTable(createSignedCall(options()))('GetItem', { TableName: 't', Key: {} })).toEqual({ Item: { a: { S: '1' } } });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ path: '/', body: '{"TableName":"t","Key":{}}', headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-json-1.0', 'x-amz-security-token': 'of a role' } });
    expect(seen[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/);
  });

  it('says which function makes it', async () => {
    answers = [ok({})];
    await signedTable(createSignedCall({ ...options(), caller: 'slipway-plan' }))('GetItem', { TableName: 't', Key: {} });
    expect(seen[0]?.headers['user-agent']).toBe('slipway app/slipway-plan');
  });

  it('of Step Functions gives its times as dates, and documents as they are', async () => {
    answers = [ok({ status: 'RUNNING', startDate: 1.5, input: '{"timestamp":3}' })];
    expect(await signedExecutions(createSignedCall(options()))('DescribeExecution', { executionArn: 'arn' })).toEqual({ status: 'RUNNING', startDate: new Date(1500), input: '{"timestamp":3}' });
  });

  it('of Lambda says whether the function threw', async () => {
    answers = [{ ...ok({ errorType: 'NotFound' }), headers: { 'x-amz-function-error': 'Unhandled' } }];
    expect(await signedFunctions(createSignedCall(options()))('Invoke', { FunctionName: 'slipway-target-ecs', Payload: '{}' })).toEqual({ Payload: '{"errorType":"NotFound"}', FunctionError: 'Unhandled' });
    expect(seen[0]?.path).toBe('/2015-03-31/functions/slipway-target-ecs/invocations');
  });

  it('without credentials is not sent', async () => {
    const call = signedTable(createSignedCall({ ...options(), credentials: null }));
    expect(await refusalOf(call('GetItem', { TableName: 't', Key: {} }))).toMatchObject({ name: 'CredentialsProviderError', message: expect.stringContaining('AWS_ACCESS_KEY_ID') });
    expect(seen).toHaveLength(0);
  });
});

describe('an answer', () => {
  const ask = (timeoutMs: number) => createSignedCall({ ...options(), attempts: 1 })({ service: 'ecs', path: '/', headers: {}, body: null, timeoutMs });

  it('that does not come in time is a TimeoutError', async () => {
    answers = ['silence'];
    expect(await refusalOf(ask(50))).toMatchObject({ name: 'TimeoutError', message: expect.stringContaining('50 ms') });
  });

  it('that leads elsewhere is not followed', async () => {
    answers = [{ status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } }];
    expect(await refusalOf(ask(5000))).toMatchObject({ name: 'Http307' });
    expect(seen).toHaveLength(1);
  });

  it('that does not end is given up, and not asked for again', async () => {
    answers = ['endless'];
    expect(await refusalOf(createSignedCall(options())({ service: 'ecs', path: '/', headers: {}, body: null, timeoutMs: 60_000 }))).toMatchObject({ name: 'AnswerTooLarge' });
    expect(seen).toHaveLength(1);
  });
});

describe('a refusal', () => {
  const get = () => signedTable(createSignedCall(options()))('GetItem', { TableName: 't', Key: {} });

  it.each([
    [refusal(400, 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException'), 'ResourceNotFoundException'], [refusal(400, 'ValidationException'), 'ValidationException'],
    [{ status: 404, body: '{"Message":"why"}', headers: { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal.amazon.com/' } }, 'ResourceNotFoundException'], [{ status: 403, body: 'no JSON' }, 'Http403'],
  ])('%j is named as the service names it, and not tried again', async (answer, name) => {
    answers = [answer];
    const error = await refusalOf(get());
    expect(error).toBeInstanceOf(ServiceFault);
    expect(error).toMatchObject({ name });
    expect(seen).toHaveLength(1);
  });

  it.each([['a throttle', refusal(400, 'ThrottlingException')], ['a fault of the service', refusal(500, 'InternalServerError')], ['one without a name', { status: 503, body: '' }], ['a connection that broke', 'cut' as const]])('%s is tried again', async (_name, answer) => {
    answers = [answer, ok({})];
    expect(await get()).toEqual({});
    expect(seen).toHaveLength(2);
    expect(pauses).toHaveLength(1);
  });

  it.each([['ThrottlingException', 400, 1000], ['EC2ThrottledException', 400, 1000], ['Unnamed', 429, 1000], ['RequestTimeout', 408, 100], ['ServiceUnavailable', 503, 100]])('%s of another service than the table is tried again after a pause of its kind', async (name, status, pauseMsMax) => {
    answers = [refusal(status, name), ok({})];
    await createSignedCall(options())({ service: 'ecs', path: '/', headers: {}, body: '{}', timeoutMs: 5000 });
    expect(seen).toHaveLength(2);
    expect(pauses[0]).toBeLessThanOrEqual(pauseMsMax);
    expect(pauses).toHaveLength(1);
  });

  it('is the last one for whoever asks once', async () => {
    answers = [refusal(500, 'InternalServerError')];
    await refusalOf(signedTable(createSignedCall({ ...options(), attempts: 1 }))('GetItem', { TableName: 't', Key: {} }));
    expect(seen).toHaveLength(1);
  });

  it('ends after the last attempt with what was said last', async () => {
    answers = [refusal(500, 'InternalServerError')];
    expect(await refusalOf(get())).toMatchObject({ name: 'InternalServerError' });
    expect(seen).toHaveLength(ATTEMPTS_MAX);
  });

  it('of a transaction carries its reasons to the store', async () => {
    answers = [refusal(400, 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException', { CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { generation: { N: '7' } } }, { Code: 'None' }] })];
    const store = createDynamoStore({ call: signedTable(createSignedCall(options())), table: 't', pause: async () => undefined });
    const key = { partition: 'p', sort: 'a' };
    expect(await refusalOf(store.transact([{ kind: 'put', key, value: 1, condition: { absent: true } }, { kind: 'put', key: { partition: 'p', sort: 'b' }, value: 1, condition: { absent: true } }])))
      .toMatchObject({ name: 'Conflict', evidence: { failed: [{ key, condition: { absent: true }, found: 7 }] } });
    expect(seen).toHaveLength(1);
  });
});

it('the variables of a function say what to sign with, and a wrong one is named', () => {
  expect(signingConfig({ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c', AWS_ENDPOINT_URL: 'http://127.0.0.1:5000/' }))
    .toEqual({ region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' }, endpoint: 'http://127.0.0.1:5000', caller: undefined });
  expect(signingConfig({ AWS_REGION: 'us-gov-west-1' })).toEqual({ region: 'us-gov-west-1', credentials: null, endpoint: undefined, caller: undefined });
  expect(() => signingConfig({})).toThrow('AWS_REGION');
});
