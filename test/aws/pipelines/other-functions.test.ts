/** What the functions call that no release needs: the API, schedules, events of the platform and of a registry, a command as gate. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import { invoke } from '../../../src/main/compose.ts';
import { clientSettings } from '../emulator.ts';
import { lambdaShim } from '../shims/lambda.ts';
import { type AwsInstallation, TOKEN } from './installation.ts';
import { startLambdaInstallation } from './lambda-installation.ts';
import { lambdaTraffic } from './traffic.ts';

const TEST_MS = 300_000;
const hand = new LambdaClient(clientSettings());
let aws: AwsInstallation;
let pipeline: Pipeline;

beforeAll(async () => {
  aws = await startLambdaInstallation({ shim: lambdaShim().shim, traffic: lambdaTraffic(hand, () => []), places: ['staging'] });
}, TEST_MS);
afterAll(async () => {
  await aws.close();
  hand.destroy();
}, TEST_MS);

/** The calls that were made meanwhile, by function. */
async function calledBy(name: string, work: () => Promise<unknown>): Promise<string[]> {
  const before = aws.proxy.calls.length;
  await work();
  return [...new Set(aws.proxy.calls.slice(before).filter((call) => call.function === name).map(({ service, action }) => `${service}:${action}`))].sort();
}
const asked = async (method: string, path: string, body?: unknown, name = 'slipway-api') => {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  const answer = (await invoke(name, {
    version: '2.0', rawPath, rawQueryString, headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }, requestContext: { http: { method, path: rawPath } }, isBase64Encoded: false,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })) as { statusCode: number; body: string };
  return { status: answer.statusCode, body: JSON.parse(answer.body) as never };
};

it('a release whose gate is a command goes through it', async () => {
  pipeline = await aws.release({
    'slipway.yaml': JSON.stringify({
      service: aws.service, team: 'shop', target: 'lambda', start: ['lambda'], instances: 1, settings: { functions: { api: { handler: 'index.handler' } } }, build: { command: ['sh', '-c', 'mkdir dist && cp index.js dist/'], output: 'dist' },
      gates: [{ kind: 'command', name: 'audit', stage: 'staging', when: 'after', command: ['test', '-f', 'index.js'] }],
    }),
    'index.js': 'exports.handler = async () => 1;\n',
  });
  expect(pipeline.status).toMatchObject({ kind: 'succeeded' });
  expect(aws.codeBuild.runs.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
}, TEST_MS);

describe('the API', () => {
  it('reads executions, asks targets, and starts pipelines', async () => {
    const calls = await calledBy('slipway-api', async () => {
      expect(await asked('GET', `/v1/services/${aws.service}`)).toMatchObject({ status: 200 });
      expect(await asked('GET', `/v1/pipelines/${pipeline.id}/history`)).toMatchObject({ status: 200, body: expect.arrayContaining([expect.objectContaining({ machine: 'pipeline' })]) });
      expect(await asked('GET', `/v1/pipelines/${pipeline.id}/executions/pipeline/${pipeline.id}`)).toMatchObject({ status: 200 });
      expect(await asked('POST', '/v1/plans', { service: aws.service, version: pipeline.version, environment: 'staging' })).toMatchObject({ status: 200 });
      expect(await asked('POST', '/v1/deployments', { service: aws.service, version: pipeline.version })).toMatchObject({ status: 202 });
    });
    expect(calls).toEqual(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:TransactWriteItems', 'lambda:Invoke', 'states:DescribeExecution', 'states:DescribeStateMachineForExecution', 'states:GetExecutionHistory', 'states:StartExecution']);
  }, TEST_MS);

  it('registers an artifact that the bucket has', async () => {
    const manifest = JSON.stringify({ service: aws.service, team: 'shop', target: 'lambda', start: ['lambda'], instances: 1, settings: { functions: { api: { handler: 'index.handler' } } } });
    const calls = await calledBy('slipway-register-artifact', async () => {
      expect(await asked('POST', '/v1/artifacts', { manifest, digest: pipeline.digest, bytes: 1, version: 'from-elsewhere' }, 'slipway-register-artifact')).toMatchObject({ status: 201 });
    });
    expect(calls).toContain('s3:HeadObject');
  }, TEST_MS);
});

describe('schedules and events', () => {
  it.each([
    ['slipway-sweep', () => ({ at: new Date().toISOString(), minutes: 1 }), 'lambda:Invoke'], ['slipway-sweep-repositories', () => ({}), 'dynamodb:Query'],
    ['slipway-platform-event', () => ({ id: '1', account: '123456789012', region: 'eu-central-1', source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', detail: { alarmName: `slipway/${aws.service}/staging/errors`, state: { value: 'ALARM' } } }), 'lambda:Invoke'],
    ['slipway-image-pushed', () => ({ id: 'e1', source: 'aws.ecr', 'detail-type': 'ECR Image Action', account: '123456789012', region: 'eu-central-1', detail: { result: 'SUCCESS', 'repository-name': 'shop/catalog', 'image-digest': `sha256:${'7'.repeat(64)}`, 'action-type': 'PUSH', 'image-tag': 'v1' } }), 'dynamodb:Query'],
  ] as const)('%s looks where it has to', async (name, event, call) => {
    expect(await calledBy(name, () => invoke(name, event()))).toContain(call);
  }, TEST_MS);
});
