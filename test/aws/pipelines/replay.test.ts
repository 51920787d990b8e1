/** Recorded requests on AWS: replayed in staging, and asked of both revisions before a release gets traffic. Instances are on ECS; nobody else's requests are needed. */
import { createHash } from 'node:crypto';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DescribeRulesCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { balancerCommands, ecsCommands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { balancerSources } from '../../../src/adapters/aws/cloudwatch-metrics.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { deploy } from '../../../src/app/deploy.ts';
import { importRecording } from '../../../src/app/import-recording.ts';
import { previewPlan } from '../../../src/app/preview-plan.ts';
import { registerArtifact } from '../../../src/app/register.ts';
import { testResults } from '../../../src/app/state/documents.ts';
import { parseManifest } from '../../../src/contracts/manifest-file.ts';
import { Digest, EnvironmentName, Identity } from '../../../src/domain/ids.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import { addReports } from '../../../src/domain/parallel/report.ts';
import { ImportRule } from '../../../src/domain/recording/import.ts';
import { balancerOf, targetGroupName } from '../../../src/targets/_aws/names.ts';
import { createEcsTarget } from '../../../src/targets/ecs/index.ts';
import { ACCOUNT, clientSettings, REGION, uniqueName } from '../emulator.ts';
import { type BalancerRequests, balancerRequests } from '../shims/balancer-requests.ts';
import { ecsScheduler, holdTasks } from '../shims/ecs-scheduler.ts';
import { makeNetwork } from '../shims/network.ts';
import { targetHealth } from '../shims/target-health.ts';
import { actingAs, awsOf, loadBalancerParameter, roleParameters } from '../targets/as-role.ts';
import { undocumented } from '../targets/documented.ts';
import { manifestOf, PRIORITIES } from './balanced-service.ts';
import { type AwsInstallation, startAwsInstallation } from './installation.ts';
import { balancerTraffic } from './traffic.ts';

const TEST_MS = 300_000;
const EXECUTION_ROLE = `arn:aws:iam::${ACCOUNT}:role/execution`;
const [ANNA, PRODUCTION] = [Identity.parse('anna'), EnvironmentName.parse('production')];
/** So long a load balancer's machines take to hear of a rule: longer than two looks of the judge. */
const LATE_MS = 1200;

const balancers = new ElasticLoadBalancingV2Client(clientSettings());
const hand = new ECSClient(clientSettings());
let aws: AwsInstallation;
let listener: string;
let stop: () => Promise<void>;
const requests = new Map<keyof typeof PRIORITIES, BalancerRequests>();
const at = (environment: keyof typeof PRIORITIES): BalancerRequests => requests.get(environment)!;

beforeAll(async () => {
  await holdTasks();
  const network = await makeNetwork();
  listener = network.listener;
  for (const environment of ['staging', 'production'] as const) requests.set(environment, await balancerRequests({ client: balancers, listener, priority: PRIORITIES[environment], lateMs: LATE_MS }));
  const health = targetHealth(balancers, listener);
  const scheduler = ecsScheduler(health);
  const cluster = uniqueName('cluster');
  await hand.send(new CreateClusterCommand({ clusterName: cluster }));
  const environment = (name: keyof typeof PRIORITIES, wave: number) => ({
    name, kind: name, wave, zones: ['a', 'b'], aws: awsOf(name),
    targets: { ecs: {
      cluster, listener, vpc: network.vpc, subnets: network.subnets, securityGroups: [network.securityGroup], executionRole: EXECUTION_ROLE, endpoint: at(name).endpoint,
      rule: { priority: PRIORITIES[name], hosts: [`${name}.example.com`] },
    } },
  });
  const parameters = roleParameters([EXECUTION_ROLE], { Ecs: 'yes', Cluster: cluster, LoadBalancer: loadBalancerParameter(network.balancer) });
  aws = await startAwsInstallation({
    kind: 'ecs', shims: [scheduler.shim, health.shim], traffic: balancerTraffic(balancers, listener),
    sources: (places) => balancerSources(places, { group: targetGroupName, balancer: balancerOf }),
    environments: () => ({ environments: [environment('staging', 1), environment('production', 2)], defaults: { approvers: ['anna'] } }),
    roles: { staging: parameters, production: parameters },
    target: ({ fence, endpoint }) => createEcsTarget({ connect: actingAs('ecs', endpoint, (call) => ({ containers: ecsCommands(call), balancers: balancerCommands(call) })), fence, clock: systemClock }),
  });
  stop = () => scheduler.stop();
}, TEST_MS);
afterAll(async () => {
  await aws.close();
  await stop();
  for (const one of requests.values()) await one.close();
  for (const client of [balancers, hand]) client.destroy();
}, TEST_MS);

/** The image's own digest, as the registry names it: the bucket of artifacts has no part in this. */
async function register(greeting: string, manifest: object): Promise<string> {
  const parsed = parseManifest(manifestOf(aws.service, 'ecs', { greeting, manifest: { strategy: 'all-at-once', ...manifest } }, { settings: { image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop` } }), 'slipway.yaml');
  if (!('manifest' in parsed)) throw new Error(JSON.stringify(parsed));
  const digest = Digest.parse(`sha256:${createHash('sha256').update(greeting).digest('hex')}`);
  await registerArtifact({ ...aws.ports, artifacts: { ...aws.ports.artifacts, has: async () => true } })({ manifest: parsed.manifest, digest, bytes: 0, version: greeting, repository: null, commit: null, author: ANNA, by: ANNA });
  return greeting;
}
const release = async (greeting: string, manifest: object): Promise<Pipeline> => aws.ended((await deploy(aws.ports)({ service: aws.service, version: await register(greeting, manifest), by: ANNA })).id);
/** Whose revision it is, by the number of the pipeline. */
const numberOf = (revision: string): number => Number(revision.slice(aws.service.length + 1).split('-')[0]);
const reasonOf = ({ status }: Pipeline): string | null => ('reason' in status ? status.reason : null);
const askedRules = async () => ((await balancers.send(new DescribeRulesCommand({ ListenerArn: listener }))).Rules ?? []).filter(({ Conditions }) => Conditions?.some(({ Field }) => Field === 'http-header') === true);

const PARALLEL = { parallelRun: { duration: '3s', interval: '500ms', minimumComparisons: 50, extensions: 10 } };
const REPLAY = { tests: [{ name: 'as recorded', replay: { from: 'recording', rate: 50, duration: '1200ms', compare: true } }] };

describe('recorded requests on AWS', () => {
  it('a first release has nothing to replay and to compare with', async () => {
    expect((await release('one', {})).status).toMatchObject({ kind: 'succeeded' });
  }, TEST_MS);

  it('a plan with a parallel run is refused while nothing is recorded, with how to import', async () => {
    const version = await register('unrecorded', PARALLEL);
    await expect(previewPlan(aws.ports)({ service: aws.service, version, environment: PRODUCTION })).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining(`slipway recording import ${aws.service} FILE --environment production`) });
    await expect(previewPlan(aws.ports)({ service: aws.service, version: await register('unlimited', { tests: [{ name: 'long', replay: { from: 'recording', duration: '10m' } }] }), environment: EnvironmentName.parse('staging') })).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('"long" replays for 600 s') });
  }, TEST_MS);

  it('a good release answers a replay in staging, and in production as the one before does', async () => {
    const recording = await importRecording(aws.ports)({
      service: aws.service, environment: PRODUCTION, by: ANNA, file: 'shop.har', rule: ImportRule.parse({ methods: ['GET', 'HEAD', 'POST'], bodies: 'json' }),
      requests: [...Array.from({ length: 30 }, (_, index) => ({ method: 'GET', target: `/products/${index}?token=abcdefgh`, headers: { cookie: 'session=1', accept: 'application/json' } })), { method: 'POST', target: '/orders', headers: {}, body: '{"item":1}' }],
    });
    for (const one of requests.values()) one.answer = ({ target }) => ({ body: { path: target, price: 1, at: Math.random() } });
    const pipeline = await release('two', { ...REPLAY, ...PARALLEL });
    expect([pipeline.status.kind, reasonOf(pipeline)]).toEqual(['succeeded', null]);

    const staging = await aws.deployment(pipeline, 'staging');
    const [test] = await testResults(aws.ports.store, staging.value.id);
    expect(test).toMatchObject({ name: 'as recorded', outcome: 'passed', detail: expect.stringMatching(/^30 requests of recording at 50\/s for 1\.2 s; 1 with other methods left out\n60 requests, 0 failed; [\s\S]*Compared with the stable revision: same: 60 requests/) });
    const { value: deployment } = await aws.deployment(pipeline, 'production');
    const [hold] = deployment.holds;
    expect(hold?.parallelRun).toMatchObject({ recording: recording.id, verdict: { kind: 'same' } });
    const found = addReports(hold!.parallelRun!.earlier, hold!.parallelRun!.report);
    expect(found.compared).toBeGreaterThanOrEqual(50);
    // What differs between two answers of the same release is no difference; and that it was seen at all says that answers were compared.
    expect(found.fields['$.at']?.both).toBe(found.compared);
    expect(found.unanswered).toBe(0);

    const byAsking = at('production').served.filter(({ headers }) => headers['x-slipway-ask'] !== undefined);
    // Whether the rules are taken is asked of the address itself: until they are, the stable revision may hear it.
    const asked = byAsking.filter(({ target }) => target !== '/');
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(asked[0]).toMatchObject({ target: expect.stringMatching(/^\/products\/\d+\?token=REDACTED$/), headers: { accept: 'application/json', 'x-slipway-mirror': '1' } });
    expect(asked[0]?.headers).not.toHaveProperty('cookie');
    const of = (number: number) => asked.filter(({ revision }) => numberOf(revision) === number).length;
    // What was asked while a machine had not taken the rules counts for nothing.
    expect(of(pipeline.number)).toBeGreaterThanOrEqual(found.compared);
    expect(of(numberOf(deployment.plan.stable!))).toBeGreaterThanOrEqual(2 * found.compared);
    expect(await askedRules()).toEqual([]);
  }, TEST_MS);

  it('a release that fails the replay ends in staging, with the failures', async () => {
    at('staging').answer = ({ revision, target }) => ({ status: numberOf(revision) >= 3 && target.startsWith('/products/7?') ? 500 : 200, body: {} });
    const pipeline = await release('three', REPLAY);
    expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'TestsFailed', reason: expect.stringMatching(/as recorded: 30 requests of recording[\s\S]*2 of 60 requests failed[\s\S]*GET \/products\/7\?token=REDACTED: 500/) });
    expect((await aws.desired('production')).stable).not.toContain(pipeline.id);
    await aws.eventually('its rules are gone', async () => (await askedRules()).length === 0);
  }, TEST_MS);

  it('a release whose answers differ gets no traffic, and its differences are shown', async () => {
    const before = (await aws.desired('production')).stable;
    at('staging').answer = () => ({ body: {} });
    at('production').answer = ({ revision, target }) => ({ body: { path: target, price: numberOf(revision) >= 4 ? 2 : 1, at: Math.random() } });
    const pipeline = await release('four', PARALLEL);
    expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'AnswersDiffer', reason: expect.stringContaining('$.price in 100 %') });
    const { value: deployment } = await aws.deployment(pipeline, 'production');
    const { earlier, report, verdict } = deployment.holds[0]!.parallelRun!;
    expect(verdict).toMatchObject({ kind: 'different', fields: ['$.price'] });
    expect([...earlier.examples, ...report.examples]).toContainEqual({ field: '$.price', request: expect.stringMatching(/^GET \/products\/\d+\?token=REDACTED$/), stable: '1', candidate: '2' });
    expect(await aws.desired('production')).toMatchObject({ stable: before, deployment: null, weights: { [before!]: 100 } });
    // No user was ever answered by it: all that it was asked has the header.
    expect(at('production').served.filter(({ revision, headers }) => numberOf(revision) === pipeline.number && headers['x-slipway-ask'] === undefined)).toEqual([]);
    await aws.eventually('its rules are gone', async () => (await askedRules()).length === 0);
  }, TEST_MS);

  it('made no call that the role of the environment does not have', () => {
    expect(undocumented(aws.proxy.calls, 'slipway-target-ecs', ['ecs-target.md'])).toEqual([]);
  });
});
