/** How a revision comes to Lambda and goes: what changes take time, what is tried again, what is refused. */
import { CreateAliasCommand, CreateEventSourceMappingCommand, GetAliasCommand, GetFunctionCommand, ListEventSourceMappingsCommand, ListVersionsByFunctionCommand, UpdateAliasCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Generation } from '../../../src/domain/ids.ts';
import type { RevisionSpec } from '../../../src/domain/revision.ts';
import type { Observed } from '../../../src/domain/state.ts';
import type { LambdaShimOptions } from '../shims/lambda.ts';
import { lambdaRig, makeQueue, ROLE, TWO_FUNCTIONS, type LambdaRig } from './lambda-rig.ts';

let rig: LambdaRig;
afterEach(() => rig.close());

const on = async (options: LambdaShimOptions = {}) => {
  rig = await lambdaRig(options);
  return rig;
};
const placeOf = ({ service, environment, access, settings }: RevisionSpec) => ({ service, environment, access, settings });
const generation = Generation.parse(1);
const launch = (spec: RevisionSpec, count = 1) => rig.target.launch({ verb: 'launch', ...placeOf(spec), generation, spec, count, zonesLost: [] });
const route = (spec: RevisionSpec, weights: Record<string, number>) => rig.target.route({ verb: 'route', ...placeOf(spec), generation, weights, stickiness: spec.stickiness });
const retire = (spec: RevisionSpec) => rig.target.retire({ verb: 'retire', ...placeOf(spec), generation, revision: spec.revision });
const observe = async (spec: RevisionSpec): Promise<Observed> => (await rig.target.observe({ verb: 'observe', refs: [placeOf(spec)] })).services[0] as Observed;
const relaunch = (spec: RevisionSpec) => rig.target.relaunch({ verb: 'relaunch', ...placeOf(spec), generation, instances: [spec.revision as never], specs: { [spec.revision]: spec }, zonesLost: [] });
const second = (overrides: Partial<Record<keyof RevisionSpec, unknown>> = {}) => rig.spec({ revision: `${rig.service}-2-production`, digest: `sha256:${'2'.repeat(64)}`, ...overrides });
const versionsOf = async (name: string): Promise<string[]> => ((await rig.hand.send(new ListVersionsByFunctionCommand({ FunctionName: name }))).Versions ?? []).map(({ Version }) => Version ?? '').filter((version) => version !== '$LATEST');
const alias = (name: string, key = 'api') => rig.hand.send(new GetAliasCommand({ FunctionName: `${rig.service}-production-${key}`, Name: name }));

/** As a stage does it: looks, and says again what is missing or has failed. */
async function settled(spec: RevisionSpec): Promise<readonly string[]> {
  const healths: string[] = [];
  for (let looks = 0; looks < 40; looks += 1) {
    const health = (await observe(spec)).instances.find(({ revision }) => revision === spec.revision)?.health ?? 'missing';
    healths.push(health);
    if (health === 'healthy') return healths;
    if (health === 'missing') await launch(spec);
    else if (health === 'unhealthy') await relaunch(spec);
  }
  throw new Error(`not healthy: ${healths.join(' ')}`);
}

describe('launch', () => {
  it('gives the function what the revision says', async () => {
    await on();
    const spec = rig.spec({ configuration: { LEVEL: 'warn' }, secrets: { DATABASE_URL: { from: 'shop/database' } }, settings: { ...TWO_FUNCTIONS, timeout: 7 } });
    await launch(spec);
    const { Configuration, Tags } = await rig.hand.send(new GetFunctionCommand({ FunctionName: `${rig.service}-production-api`, Qualifier: spec.revision }));
    expect(Configuration).toMatchObject({ Handler: 'index.handler', MemorySize: 256, Timeout: 7, Role: ROLE, Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(Configuration?.Environment?.Variables).toEqual({ LEVEL: 'warn', DATABASE_URL_FROM: 'shop/database', SLIPWAY_SERVICE: rig.service, SLIPWAY_ENVIRONMENT: 'production', SLIPWAY_VERSION: '1', SLIPWAY_REVISION: spec.revision });
    expect(Tags).toEqual({ 'slipway:service': rig.service, 'slipway:environment': 'production' });
  });

  it('goes on from where it was, when every change takes a while', async () => {
    await on({ looksToChange: 3, looksToWarm: 2 });
    const spec = rig.spec({ settings: { ...TWO_FUNCTIONS, provisionedConcurrency: 3 } });
    await launch(spec);
    const healths = await settled(spec);
    expect(healths[0]).toBe('missing');
    expect(healths).toContain('starting');
    await route(spec, { [spec.revision]: 100 });
    const candidate = second({ settings: spec.settings });
    await launch(candidate);
    await settled(candidate);
    expect(await versionsOf(`${rig.service}-production-api`)).toHaveLength(2);
    expect(rig.shim.warmthOf(`${rig.service}-production-worker`, '2')).toBe(3);
  });

  it('says why when environments cannot be kept ready, and tries them again', async () => {
    await on();
    const spec = rig.spec({ settings: { ...TWO_FUNCTIONS, provisionedConcurrency: 3 } });
    rig.shim.failWarmth();
    await launch(spec);
    expect((await observe(spec)).instances).toMatchObject([{ health: 'unhealthy', problem: expect.stringContaining('FUNCTION_ERROR_INIT_FAILURE') }]);
    await settled(spec);
  });

  it('is refused for more than one instance, with what to say instead', async () => {
    await on();
    await expect(launch(rig.spec(), 2)).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('instances: 1') });
  });

  it('publishes a release that changes only the configuration, and the one before stays as it was', async () => {
    await on();
    const spec = rig.spec();
    const candidate = second({ digest: spec.digest, configuration: { LEVEL: 'debug' } });
    await launch(spec);
    await launch(candidate);
    const levels = await Promise.all([spec, candidate].map(async ({ revision }) => (await rig.hand.send(new GetFunctionCommand({ FunctionName: `${rig.service}-production-api`, Qualifier: revision }))).Configuration?.Environment?.Variables?.['LEVEL']));
    expect(levels).toEqual(['info', 'debug']);
  });

  it.each([
    ['throttled', { kind: 'throttle' } as const], ['answered and never heard', { kind: 'lost answer' } as const],
  ])('loses nothing when a call is %s: said again, there is one version', async (_how, fault) => {
    for (const action of ['CreateFunction', 'UpdateFunctionConfiguration', 'UpdateFunctionCode', 'PublishVersion', 'CreateAlias']) {
      await on();
      const spec = rig.spec();
      await launch(spec);
      const candidate = second();
      const failing = action === 'CreateFunction' ? rig.spec({ service: `${rig.service}-b`, revision: `${rig.service}-b-1-production` }) : candidate;
      rig.proxy.inject({ service: 'lambda', action, fault });
      await expect(launch(failing)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
      await launch(failing);
      await settled(failing);
      expect(await versionsOf(`${failing.service}-production-api`)).toHaveLength(failing === candidate ? 2 : 1);
      if (action !== 'CreateAlias') await rig.close();
    }
  });
});

describe('route', () => {
  it('gives weights to both functions, to two revisions at most, and a share of 12.5 % set by hand is no route of ours', async () => {
    await on();
    const spec = rig.spec();
    const candidate = second();
    await launch(spec);
    await launch(candidate);
    await route(spec, { [spec.revision]: 93, [candidate.revision]: 7 });
    for (const key of ['api', 'worker']) expect(await alias('live', key)).toMatchObject({ FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 0.07 } } });
    await expect(route(spec, { [spec.revision]: 50, [candidate.revision]: 25, [`${rig.service}-3-production`]: 25 })).rejects.toMatchObject({ name: 'NotSupported' });
    for (const key of ['api', 'worker']) await rig.hand.send(new UpdateAliasCommand({ FunctionName: `${rig.service}-production-${key}`, Name: 'live', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 0.125 } } }));
    expect((await observe(spec)).weights).toEqual({});
    await route(candidate, { [candidate.revision]: 100 });
    expect((await observe(candidate)).weights).toEqual({ [candidate.revision]: 100 });
  });

  it('that is cut off between two functions shows as no route, and saying it again finishes it', async () => {
    await on();
    const spec = rig.spec();
    const candidate = second();
    await launch(spec);
    await launch(candidate);
    await route(spec, { [spec.revision]: 100 });
    rig.proxy.inject({ service: 'lambda', action: 'UpdateAlias', resource: 'worker', fault: { kind: 'throttle' } });
    await expect(route(spec, { [spec.revision]: 90, [candidate.revision]: 10 })).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect((await observe(spec)).weights).toEqual({});
    expect((await route(spec, { [spec.revision]: 90, [candidate.revision]: 10 })).inForce).toEqual({ [spec.revision]: 90, [candidate.revision]: 10 });
  });

  it('loses against a writer who came between its look and its change', async () => {
    await on();
    const spec = rig.spec();
    const candidate = second();
    await launch(spec);
    await launch(candidate);
    await route(spec, { [spec.revision]: 100 });
    // The change is on its way for a moment, and somebody else's is there first.
    const underWay = rig.proxy.inject({ service: 'lambda', action: 'UpdateAlias', resource: '-api', fault: { kind: 'slow', ms: 3000 } });
    const late = route(spec, { [candidate.revision]: 100 }).catch((error: unknown) => error);
    while (underWay() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await rig.hand.send(new UpdateAliasCommand({ FunctionName: `${rig.service}-production-api`, Name: 'live', FunctionVersion: '1', Description: 'mine' }));
    expect(await late).toMatchObject({ name: 'Conflict' });
    expect((await observe(spec)).weights).toEqual({ [spec.revision]: 100 });
  });

  it('to nothing stops the functions, and a revision scaled to zero comes back', async () => {
    await on();
    const spec = rig.spec({ settings: { ...TWO_FUNCTIONS, provisionedConcurrency: 2 } });
    await launch(spec);
    await settled(spec);
    await route(spec, { [spec.revision]: 100 });
    expect((await route(spec, {})).inForce).toEqual({});
    await launch(spec, 0);
    expect(await observe(spec)).toMatchObject({ weights: {}, instances: [] });
    expect(await versionsOf(`${rig.service}-production-api`)).toEqual(['1']);
    await launch(spec);
    await settled(spec);
    expect((await route(spec, { [spec.revision]: 100 })).inForce).toEqual({ [spec.revision]: 100 });
  });

  it('moves a release that adds a function and drops another', async () => {
    await on();
    const spec = rig.spec();
    const candidate = second({ settings: { role: ROLE, functions: { api: { handler: 'index.handler' }, mailer: { handler: 'mail.handler' } } } });
    await launch(spec);
    await route(spec, { [spec.revision]: 100 });
    await launch(candidate);
    expect((await route(candidate, { [spec.revision]: 90, [candidate.revision]: 10 })).inForce).toEqual({ [spec.revision]: 90, [candidate.revision]: 10 });
    expect((await route(candidate, { [candidate.revision]: 100 })).inForce).toEqual({ [candidate.revision]: 100 });
    await rig.target.retire({ verb: 'retire', ...placeOf(candidate), generation, revision: spec.revision });
    expect(await observe(candidate)).toMatchObject({ weights: { [candidate.revision]: 100 }, instances: [{ revision: candidate.revision, health: 'healthy' }] });
  });

  it('makes event sources read with the first traffic, keeps them as the settings say, and stops them with it', async () => {
    await on();
    const arn = await makeQueue();
    const spec = rig.spec({ settings: { role: ROLE, functions: { worker: { handler: 'worker.handler', eventSources: [{ arn, batchSize: 5 }] } } } });
    const sources = async () => (await rig.hand.send(new ListEventSourceMappingsCommand({ FunctionName: `${rig.service}-production-worker:live` }))).EventSourceMappings ?? [];
    await launch(spec);
    expect(await sources()).toEqual([]);
    await route(spec, { [spec.revision]: 100 });
    expect(await sources()).toMatchObject([{ EventSourceArn: arn, BatchSize: 5, State: 'Enabled' }]);
    await rig.hand.send(new UpdateEventSourceMappingCommand({ UUID: (await sources())[0]?.UUID, FunctionName: `${rig.service}-production-worker:live`, Enabled: false }));
    expect((await observe(spec)).instances).toMatchObject([{ health: 'unhealthy', problem: expect.stringContaining('is off') }]);
    await relaunch(spec);
    expect((await observe(spec)).instances).toMatchObject([{ health: 'healthy' }]);
    await rig.hand.send(new CreateEventSourceMappingCommand({ FunctionName: `${rig.service}-production-worker:live`, EventSourceArn: await makeQueue() }));
    expect((await observe(spec)).instances).toMatchObject([{ health: 'unhealthy', problem: expect.stringContaining('which its settings do not name') }]);
    await relaunch(spec);
    expect((await sources()).filter(({ State }) => State !== 'Deleting').map(({ EventSourceArn }) => EventSourceArn)).toEqual([arn]);
    await route(spec, {});
    expect(await sources()).toMatchObject([{ State: 'Disabled' }]);
  });
});

describe('retire', () => {
  it('deletes a version only when no request can still run on it', async () => {
    await on();
    const spec = rig.spec();
    const candidate = second();
    const name = `${rig.service}-production-api`;
    await launch(spec);
    await launch(candidate);
    await route(spec, { [spec.revision]: 100 });
    await route(candidate, { [candidate.revision]: 100 });
    await retire(spec);
    expect((await observe(candidate)).instances.map(({ revision }) => revision)).toEqual([candidate.revision]);
    expect(await versionsOf(name)).toEqual(['1', '2']);
    rig.advance(31_000 + 60_000);
    await launch(rig.spec({ revision: `${rig.service}-3-production`, digest: `sha256:${'3'.repeat(64)}` }));
    expect(await versionsOf(name)).toEqual(['2', '3']);
  });

  it('never deletes a version that an alias leads to, whoever has made that', async () => {
    await on();
    const spec = rig.spec();
    await launch(spec);
    const name = `${rig.service}-production-api`;
    await rig.hand.send(new CreateAliasCommand({ FunctionName: name, Name: 'mine', FunctionVersion: '1' }));
    rig.advance(3_600_000);
    await retire(spec);
    expect(await versionsOf(name)).toEqual(['1']);
  });
});
