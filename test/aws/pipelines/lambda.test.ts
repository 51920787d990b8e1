/** Whole pipelines of services on Lambda, from a push to traffic: good ones, bad ones, through faults, and what repair does after. */
import { GetAliasCommand, GetFunctionCommand, LambdaClient, ListEventSourceMappingsCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rollback } from '../../../src/app/deploy.ts';
import { EnvironmentName, Identity } from '../../../src/domain/ids.ts';
import type { Tree } from '../../unit/adapters/local/git-repository.ts';
import { clientSettings } from '../emulator.ts';
import { lambdaShim } from '../shims/lambda.ts';
import { makeQueue } from '../targets/lambda-rig.ts';
import type { AwsInstallation } from './installation.ts';
import { startLambdaInstallation } from './lambda-installation.ts';
import { lambdaTraffic } from './traffic.ts';

const TEST_MS = 300_000;
const hand = new LambdaClient(clientSettings());
let aws: AwsInstallation;

beforeAll(async () => {
  aws = await startLambdaInstallation({ shim: lambdaShim().shim, traffic: lambdaTraffic(hand, () => [api(), worker()]) });
}, TEST_MS);
afterAll(async () => {
  await aws.close();
  hand.destroy();
}, TEST_MS);

const manifest = (more: object = {}): string => JSON.stringify({
  service: aws.service, team: 'shop', target: 'lambda', start: ['lambda'], instances: 1, settings: { functions: { api: { handler: 'index.handler' } } },
  build: { test: ['sh', '-c', 'test -s index.js'], command: ['sh', 'build.sh'], output: 'dist' },
  canary: { traffic: 10, duration: '2s', interval: '500ms', judge: { minimumRequests: 200, onInconclusive: 'extend', extensions: 20 } },
  rollout: { batches: [50, 100], watch: '1s', interval: '500ms', drain: 0 }, approval: { required: false }, ...more,
});
const files = (says: string, more: { manifest?: object; build?: string } = {}): Tree => ({
  'slipway.yaml': manifest(more.manifest), 'index.js': `exports.handler = async () => '${says}';\n`, 'build.sh': more.build ?? 'set -e\nmkdir dist\ncp index.js dist/\n',
});
const api = (environment = 'production'): string => `${aws.service}-${environment}-api`;
const worker = (): string => `${aws.service}-production-worker`;
const live = () => hand.send(new GetAliasCommand({ FunctionName: api(), Name: 'live' }));
const versionOf = async (revision: string): Promise<string> => (await hand.send(new GetAliasCommand({ FunctionName: api(), Name: revision }))).FunctionVersion ?? '';

describe('a service on Lambda', () => {
  let stable = '';

  it('its first release goes from a push through build, staging and production', async () => {
    const pipeline = await aws.release(files('one'));
    expect(pipeline.status).toMatchObject({ kind: 'succeeded' });
    expect(await aws.ports.artifacts.has(pipeline.digest ?? ('' as never))).toBe(true);
    const desired = await aws.desired('production');
    stable = `${pipeline.id}-production`;
    expect(desired).toMatchObject({ stable, deployment: null, weights: { [stable]: 100 } });
    const alias = await live();
    expect(alias.FunctionVersion).toBe(await versionOf(stable));
    expect(alias.RoutingConfig?.AdditionalVersionWeights ?? {}).toEqual({});
    expect((await hand.send(new GetFunctionCommand({ FunctionName: api('staging'), Qualifier: 'live' }))).Configuration?.State).toBe('Active');
  }, TEST_MS);

  it('a good release goes over the canary and takes its place', async () => {
    const pipeline = await aws.release(files('two'));
    expect(pipeline.status).toMatchObject({ kind: 'succeeded' });
    const revision = `${pipeline.id}-production`;
    stable = revision;
    expect((await aws.desired('production')).weights).toEqual({ [revision]: 100 });
    expect((await live()).FunctionVersion).toBe(await versionOf(revision));
    // What was in force on the way, as the service heard it: a tenth for the canary, half, all.
    const shares = aws.proxy.calls.filter(({ action, resource, status }) => action === 'UpdateAlias' && resource.startsWith(`${api()}/`) && (status ?? 500) < 300);
    expect(shares.length).toBeGreaterThanOrEqual(3);
  }, TEST_MS);

  it('a release that fails on its canary is taken back, and stays at 0', async () => {
    const before = await live();
    const pipeline = await aws.push(files('three'));
    await aws.eventually('its version is published', async () => (await versionOf(`${pipeline.id}-production`).catch(() => '')) !== '');
    aws.traffic.trouble.set(`${api()}:${await versionOf(`${pipeline.id}-production`)}`, { fails: 0.3 });
    expect((await aws.ended(pipeline.id)).status).toMatchObject({ kind: 'failed', error: 'CandidateWorse' });
    expect(await aws.desired('production')).toMatchObject({ stable, deployment: null, weights: { [stable]: 100 } });
    await aws.pass();
    const after = await live();
    expect([after.FunctionVersion, after.RoutingConfig?.AdditionalVersionWeights ?? {}]).toEqual([before.FunctionVersion, {}]);
    expect(after.FunctionVersion).toBe(await versionOf(stable));
  }, TEST_MS);

  it('a build that fails touches nothing', async () => {
    const before = aws.proxy.calls.filter(({ service, action }) => service === 'lambda' && /^(?:Create|Update|Publish|Put|Delete)/.test(action)).length;
    const pipeline = await aws.release(files('four', { build: 'echo this build is broken; exit 9\n' }));
    expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'BuildFailed', reason: expect.stringContaining('this build is broken') });
    expect(aws.proxy.calls.filter(({ service, action }) => service === 'lambda' && /^(?:Create|Update|Publish|Put|Delete)/.test(action))).toHaveLength(before);
  }, TEST_MS);

  it('traffic that somebody moves by hand is moved back', async () => {
    const version = await versionOf(stable);
    await hand.send(new UpdateAliasCommand({ FunctionName: api(), Name: 'live', FunctionVersion: version, RoutingConfig: { AdditionalVersionWeights: { '1': 0.4 } } }));
    expect((await live()).RoutingConfig?.AdditionalVersionWeights).toEqual({ '1': 0.4 });
    await aws.eventually('the alias leads to the stable version only', async () => {
      const alias = await live();
      return alias.FunctionVersion === version && Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {}).length === 0;
    });
  }, TEST_MS);

  it('a release goes through throttles, lost answers, cut connections and lost events', async () => {
    const { proxy } = aws;
    const rules = [
      proxy.inject({ service: 'dynamodb', action: 'TransactWriteItems', after: 3, times: 3, fault: { kind: 'throttle' } }),
      proxy.inject({ service: 'dynamodb', action: 'TransactWriteItems', after: 9, times: 1, fault: { kind: 'lost answer' } }),
      proxy.inject({ service: 'dynamodb', action: 'GetItem', after: 5, times: 2, fault: { kind: 'cut' } }),
      proxy.inject({ service: 'codebuild', action: 'StartBuild', fault: { kind: 'lost answer' } }),
      proxy.inject({ service: 's3', action: 'GetObject', fault: { kind: 'throttle' } }),
      proxy.inject({ service: 'lambda', action: 'PublishVersion', fault: { kind: 'lost answer' } }),
      proxy.inject({ service: 'lambda', action: 'UpdateAlias', after: 1, fault: { kind: 'lost answer' } }),
      proxy.inject({ service: 'lambda', action: 'UpdateAlias', after: 3, times: 2, fault: { kind: 'throttle' } }),
    ];
    const { onEnded } = aws.codeBuild;
    aws.codeBuild.onEnded = () => undefined;
    const builds = aws.codeBuild.runs.length;
    const pipeline = await aws.release(files('five'));
    aws.codeBuild.onEnded = onEnded;
    expect(pipeline.status).toMatchObject({ kind: 'succeeded' });
    expect(rules.map((met) => met() > 0)).toEqual(rules.map(() => true));
    expect(aws.codeBuild.runs).toHaveLength(builds + 1);
    const revision = `${pipeline.id}-production`;
    expect((await live()).FunctionVersion).toBe(await versionOf(revision));
    expect((await aws.desired('production')).weights).toEqual({ [revision]: 100 });
  }, TEST_MS);

  it('several functions shift together, with their event source and reserved concurrency, and go back together with configuration and secrets', async () => {
    const queue = await makeQueue();
    const release = (level: string) => aws.release(files(level, { manifest: {
      configuration: { LEVEL: level }, secrets: { DATABASE_URL: { from: `shop/${level}` } },
      settings: { functions: { api: { handler: 'index.handler' }, worker: { handler: 'index.handler', reservedConcurrency: 5, eventSources: [{ arn: queue }] } } },
    } }));
    const liveOf = async (name: string) => {
      const { Configuration, Concurrency } = await hand.send(new GetFunctionCommand({ FunctionName: name, Qualifier: 'live' }));
      return { level: Configuration?.Environment?.Variables?.['LEVEL'], secret: Configuration?.Environment?.Variables?.['DATABASE_URL_FROM'], reserved: Concurrency?.ReservedConcurrentExecutions };
    };
    expect((await release('six')).status).toMatchObject({ kind: 'succeeded' });
    const before = aws.proxy.calls.length;
    expect((await release('seven')).status).toMatchObject({ kind: 'succeeded' });
    const moved = (name: string) => aws.proxy.calls.slice(before).filter(({ action, resource, status }) => action === 'UpdateAlias' && resource === `${name}/aliases/live` && (status ?? 500) < 300).length;
    // A tenth, half, all: both functions each time.
    expect(moved(api())).toBeGreaterThanOrEqual(3);
    expect(moved(worker())).toBe(moved(api()));
    expect([await liveOf(api()), await liveOf(worker())]).toMatchObject([{ level: 'seven', secret: 'shop/seven' }, { level: 'seven', secret: 'shop/seven', reserved: 5 }]);
    const sources = await hand.send(new ListEventSourceMappingsCommand({ FunctionName: `${worker()}:live` }));
    expect(sources.EventSourceMappings).toMatchObject([{ EventSourceArn: queue, State: 'Enabled' }]);
    const back = await rollback(aws.ports)({ service: aws.service, environment: EnvironmentName.parse('production'), by: Identity.parse('ben') });
    expect((await aws.ended(back.id)).status).toMatchObject({ kind: 'succeeded' });
    expect([await liveOf(api()), await liveOf(worker())]).toMatchObject([{ level: 'six', secret: 'shop/six' }, { level: 'six', secret: 'shop/six', reserved: 5 }]);
  }, TEST_MS);
});
