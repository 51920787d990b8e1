/** Recorded requests of a service on virtual machines: a plan that shows a parallel run, and instances that are asked before a release gets traffic. */
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importRecording } from '../../../src/app/import-recording.ts';
import { previewPlan } from '../../../src/app/preview-plan.ts';
import { EnvironmentName, Identity } from '../../../src/domain/ids.ts';
import { ImportRule } from '../../../src/domain/recording/import.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import { clientSettings } from '../emulator.ts';
import { type BalancerRequests, balancerRequests } from '../shims/balancer-requests.ts';
import { undocumented } from '../targets/documented.ts';
import { manifestOf, PRIORITIES } from './balanced-service.ts';
import { type Ec2Installation, startEc2Installation } from './ec2-installation.ts';

const TEST_MS = 300_000;
const PRODUCTION = EnvironmentName.parse('production');
const PARALLEL = { parallelRun: { duration: '3s', interval: '500ms', minimumComparisons: 50, extensions: 10 } };
const balancers = new ElasticLoadBalancingV2Client(clientSettings());
let on: Ec2Installation;
let requests: BalancerRequests;

beforeAll(async () => {
  on = await startEc2Installation(async (place, network) => {
    if (place === 'staging') return undefined;
    requests = await balancerRequests({ client: balancers, listener: network.listener, priority: PRIORITIES.production, lateMs: 1200 });
    return requests.endpoint;
  });
}, TEST_MS);
afterAll(async () => {
  await on.close();
  await requests.close();
  balancers.destroy();
}, TEST_MS);

const release = (greeting: string, manifest: object): Promise<Pipeline> => on.aws.release({
  'slipway.yaml': manifestOf(on.aws.service, 'ec2', { greeting, manifest: { strategy: 'all-at-once', ...manifest } }, { build: { command: ['sh', '-c', 'mkdir dist && cp server.js dist/'], output: 'dist' } }),
  'server.js': `// ${greeting}\n`,
});
/** Whose revision it is, by the number of the pipeline. */
const numberOf = (revision: string): number => Number(revision.slice(on.aws.service.length + 1).split('-')[0]);

describe('recorded requests of a service on virtual machines', () => {
  it('a release whose instances answer as those before do takes their place', async () => {
    expect((await release('one', {})).status).toMatchObject({ kind: 'succeeded' });
    await importRecording(on.aws.ports)({ service: on.aws.service, environment: PRODUCTION, by: Identity.parse('anna'), file: 'shop.har', rule: ImportRule.parse({}), requests: Array.from({ length: 30 }, (_, index) => ({ method: 'GET', target: `/products/${index}`, headers: {} })) });
    requests.answer = ({ target }) => ({ body: { path: target, price: 1 } });
    const pipeline = await release('two', PARALLEL);
    expect(pipeline.status).toMatchObject({ kind: 'succeeded' });
    const { value: deployment } = await on.aws.deployment(pipeline, 'production');
    expect(deployment.holds[0]?.parallelRun).toMatchObject({ verdict: { kind: 'same' } });
    const asked = requests.served.filter(({ headers, target }) => headers['x-slipway-ask'] !== undefined && target !== '/');
    expect(new Set(asked.map(({ revision }) => numberOf(revision)))).toEqual(new Set([numberOf(deployment.plan.stable!), pipeline.number]));
  }, TEST_MS);

  it('a plan says what a release that failed before would do, and changes nothing', async () => {
    const pipeline = await release('three', { ...PARALLEL, strategy: 'canary', tests: [{ name: 'never', command: ['false'] }] });
    expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });
    const before = await on.aws.desired('production');
    const { plan, lines } = await previewPlan(on.aws.ports)({ service: on.aws.service, version: pipeline.version, environment: PRODUCTION });
    expect(plan).toMatchObject({ stable: before.stable, strategy: 'canary' });
    expect(lines.join('\n')).toMatch(/to production: canary, 2 instances on ec2[\s\S]*traffic 100 % stable; compare the candidate's answers[\s\S]*traffic 90 % stable, 10 % candidate; watch and judge[\s\S]*traffic 100 % candidate/);
    expect(await on.aws.desired('production')).toEqual(before);
  }, TEST_MS);

  it('a release whose answers differ gets no traffic, and its differences are shown', async () => {
    const before = (await on.aws.desired('production')).stable;
    requests.answer = ({ revision, target }) => ({ body: { path: target, price: revision === before ? 1 : 2 } });
    const pipeline = await release('four', PARALLEL);
    expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'AnswersDiffer', reason: expect.stringContaining('$.price in 100 %') });
    expect(await on.aws.desired('production')).toMatchObject({ stable: before, deployment: null, weights: { [before!]: 100 } });
    // No user was ever answered by it: all that it was asked has the header.
    expect(requests.served.filter(({ revision, headers }) => numberOf(revision) === pipeline.number && headers['x-slipway-ask'] === undefined)).toEqual([]);
  }, TEST_MS);

  it('made no call that the role of the environment does not have', () => {
    expect(undocumented(on.aws.proxy.calls, 'slipway-target-ec2', ['ec2-target.md', 'ecs-target.md'])).toEqual([]);
  });
});
