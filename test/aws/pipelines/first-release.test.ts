/** First releases, of which nothing runs before and, when they fail, nothing after: gates that look first, a way back that has nowhere to go, and repair of nothing. */
import { LambdaClient, ListAliasesCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { reconcile } from '../../../src/app/reconcile.ts';
import type { Tree } from '../../unit/adapters/local/git-repository.ts';
import { clientSettings } from '../emulator.ts';
import { lambdaShim } from '../shims/lambda.ts';
import type { AwsInstallation } from './installation.ts';
import { startLambdaInstallation } from './lambda-installation.ts';
import { lambdaTraffic } from './traffic.ts';

const TEST_MS = 300_000;
const hand = new LambdaClient(clientSettings());
let aws: AwsInstallation;

beforeAll(async () => {
  aws = await startLambdaInstallation({ shim: lambdaShim().shim, traffic: lambdaTraffic(hand, () => []), places: ['staging'] });
}, TEST_MS);
afterAll(async () => {
  await aws.close();
  hand.destroy();
}, TEST_MS);

const files = (more: object): Tree => ({
  'slipway.yaml': JSON.stringify({
    service: aws.service, team: 'shop', target: 'lambda', start: ['lambda'], instances: 1, settings: { functions: { api: { handler: 'index.handler' } } }, build: { command: ['sh', '-c', 'mkdir dist && cp index.js dist/'], output: 'dist' },
    gates: [{ kind: 'command', name: 'audit', stage: 'staging', when: 'before', command: ['test', '-f', 'index.js'] }], ...more,
  }),
  'index.js': 'exports.handler = async () => 1;\n',
});

it('one that a gate refuses before anything was launched has nothing to take back', async () => {
  const pipeline = await aws.release(files({ gates: [{ kind: 'command', name: 'audit', stage: 'staging', when: 'before', command: ['false'] }] }));
  expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'TestsFailed', reason: expect.stringContaining('audit') });
}, TEST_MS);

it('one that fails its tests is taken back whole, and repair looks at what is left without a fault', async () => {
  const pipeline = await aws.release(files({ tests: [{ name: 'never', command: ['false'] }] }));
  expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });
  expect(await aws.desired('staging')).toMatchObject({ deployment: null, stable: null, revisions: {} });
  // The alias that callers use stays, with their permissions; the revision's own goes.
  expect(((await hand.send(new ListAliasesCommand({ FunctionName: `${aws.service}-staging-api` }))).Aliases ?? []).map(({ Name }) => Name)).toEqual(['live']);
  expect(await reconcile(aws.ports)({ places: 'all' })).toMatchObject({ drifted: [] });
}, TEST_MS);

it('and the next one, good, goes through its gate', async () => {
  expect((await aws.release(files({}))).status).toMatchObject({ kind: 'succeeded' });
}, TEST_MS);
