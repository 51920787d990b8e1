/** Recorded requests of a service on Lambda: versions that are asked before one gets traffic, and a replay whose requests are in the commit. */
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importRecording } from '../../../src/app/import-recording.ts';
import { EnvironmentName, Identity } from '../../../src/domain/ids.ts';
import { ImportRule } from '../../../src/domain/recording/import.ts';
import type { Tree } from '../../unit/adapters/local/git-repository.ts';
import { clientSettings } from '../emulator.ts';
import { lambdaShim } from '../shims/lambda.ts';
import type { AwsInstallation } from './installation.ts';
import { startLambdaInstallation } from './lambda-installation.ts';
import { lambdaTraffic } from './traffic.ts';

const TEST_MS = 300_000;
/** Where nobody listens: a replay is refused at once there. */
const NOWHERE = 'https://127.0.0.1:9';
const hand = new LambdaClient(clientSettings());
const invoked: { readonly name: string; readonly version: string; readonly path: string }[] = [];
let aws: AwsInstallation;

beforeAll(async () => {
  const { shim } = lambdaShim({ invoked: (name, version, event) => {
    const { rawPath: path, headers } = event as { rawPath: string; headers: Record<string, string> };
    expect(headers['x-slipway-mirror']).toBe('1');
    invoked.push({ name, version, path });
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ path, price: Number(version) }) };
  } });
  aws = await startLambdaInstallation({ shim, traffic: lambdaTraffic(hand, () => [api()]) });
}, TEST_MS);
afterAll(async () => {
  await aws.close();
  hand.destroy();
}, TEST_MS);

const api = (environment = 'production'): string => `${aws.service}-${environment}-api`;
const files = (says: string, more: object = {}): Tree => ({
  'slipway.yaml': JSON.stringify({
    service: aws.service, team: 'shop', target: 'lambda', start: ['lambda'], instances: 1, strategy: 'all-at-once', settings: { functions: { api: { handler: 'index.handler' } }, endpoint: NOWHERE },
    build: { command: ['sh', 'build.sh'], output: 'dist' }, rollout: { watch: 0, drain: 0 }, approval: { required: false }, ...more,
  }),
  'index.js': `exports.handler = async () => '${says}';\n`, 'build.sh': 'set -e\nmkdir dist\ncp index.js dist/\n', 'requests.txt': 'GET /one\nPOST /orders\n/two\n',
});

describe('recorded requests of a service on Lambda', () => {
  it('a release whose version answers otherwise gets no traffic, and its differences are shown', async () => {
    const first = await aws.release(files('one'));
    expect(first.status).toMatchObject({ kind: 'succeeded' });
    const recording = await importRecording(aws.ports)({ service: aws.service, environment: EnvironmentName.parse('production'), by: Identity.parse('anna'), file: 'shop.har', rule: ImportRule.parse({}), requests: Array.from({ length: 30 }, (_, index) => ({ method: 'GET', target: `/products/${index}`, headers: {} })) });
    const pipeline = await aws.release(files('two', { parallelRun: { duration: '3s', interval: '500ms', extensions: 10 } }));
    expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'AnswersDiffer', reason: expect.stringContaining('$.price in 100 %') });
    const { value: deployment } = await aws.deployment(pipeline, 'production');
    expect(deployment.holds[0]?.parallelRun).toMatchObject({ recording: recording.id, report: { unanswered: 0, fields: { '$.price': { stable: 0, both: 0 } } }, verdict: { kind: 'different' } });
    // Versions by themselves, each request twice of the one and once of the other; never the alias with the traffic.
    expect(new Set(invoked.map(({ name, version }) => `${name}:${version}`))).toEqual(new Set([`${api()}:1`, `${api()}:2`]));
    expect(invoked.filter(({ version, path }) => version === '1' && path === '/products/7').length).toBe(2 * invoked.filter(({ version, path }) => version === '2' && path === '/products/7').length);
    expect((await hand.send(new GetAliasCommand({ FunctionName: api(), Name: 'live' }))).FunctionVersion).toBe('1');
    expect(await aws.desired('production')).toMatchObject({ stable: `${first.id}-production`, deployment: null });
  }, TEST_MS);

  it('a replay takes its requests from the commit, and fails where nobody answers', async () => {
    const pipeline = await aws.release(files('three', { tests: [{ name: 'as written', replay: { from: 'requests.txt', rate: 20, duration: '500ms' } }] }));
    expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'TestsFailed', reason: expect.stringMatching(/as written: 2 requests of requests\.txt at 20\/s for 0\.5 s; 1 with other methods left out\n10 requests, 10 failed[\s\S]*GET \/one: ECONNREFUSED/) });
  }, TEST_MS);
});
