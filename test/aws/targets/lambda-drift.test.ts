/** What somebody changes by hand on Lambda: observe finds it, and relaunch or route takes it back. */
import {
  DeleteAliasCommand, DeleteFunctionCommand, DeleteFunctionConcurrencyCommand, DeleteProvisionedConcurrencyConfigCommand, GetAliasCommand, GetFunctionCommand, PublishVersionCommand, PutFunctionConcurrencyCommand,
  UpdateAliasCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { zipSync } from 'fflate';
import { Generation } from '../../../src/domain/ids.ts';
import type { RevisionSpec } from '../../../src/domain/revision.ts';
import type { Observed } from '../../../src/domain/state.ts';
import { lambdaRig, TWO_FUNCTIONS, type LambdaRig } from './lambda-rig.ts';

let rig: LambdaRig;
let spec: RevisionSpec;
let api: string;
const generation = Generation.parse(1);
const place = () => ({ service: spec.service, environment: spec.environment, access: spec.access, settings: spec.settings });
const observe = async (): Promise<Observed> => (await rig.target.observe({ verb: 'observe', refs: [place()] })).services[0] as Observed;
const relaunch = () => rig.target.relaunch({ verb: 'relaunch', ...place(), generation, instances: [spec.revision as never], specs: { [spec.revision]: spec }, zonesLost: [] });
const route = (weights: Record<string, number>) => rig.target.route({ verb: 'route', ...place(), generation, weights, stickiness: spec.stickiness });
const launch = (one: RevisionSpec) => rig.target.launch({ verb: 'launch', ...place(), generation, spec: one, count: 1, zonesLost: [] });
const problem = async () => (await observe()).instances[0]?.problem;

beforeEach(async () => {
  rig = await lambdaRig();
  spec = rig.spec({ settings: { ...TWO_FUNCTIONS, reservedConcurrency: 20, provisionedConcurrency: 2 } });
  api = `${rig.service}-production-api`;
  await launch(spec);
  for (let looks = 0; looks < 10 && (await observe()).instances[0]?.health !== 'healthy'; looks += 1) await relaunch();
  await route({ [spec.revision]: 100 });
  expect(await observe()).toMatchObject({ weights: { [spec.revision]: 100 }, instances: [{ health: 'healthy', problem: null }] });
});
afterEach(() => rig.close());

/** Found, said in these words, put right by one relaunch. */
async function isMended(words: RegExp): Promise<void> {
  expect(await observe()).toMatchObject({ instances: [{ health: 'unhealthy', problem: expect.stringMatching(words) }] });
  await relaunch();
  for (let looks = 0; looks < 5 && (await observe()).instances[0]?.health === 'starting'; looks += 1) await relaunch();
  expect(await observe()).toMatchObject({ weights: { [spec.revision]: 100 }, instances: [{ health: 'healthy', problem: null }] });
}

describe('by hand', () => {
  it('the code', async () => {
    await rig.hand.send(new UpdateFunctionCodeCommand({ FunctionName: api, ZipFile: zipSync({ 'index.js': Buffer.from('exports.handler = async () => 666;') }) }));
    await isMended(/the code of \S+-api was changed by hand/);
  });

  it('the configuration', async () => {
    await rig.hand.send(new UpdateFunctionConfigurationCommand({ FunctionName: api, Environment: { Variables: { LEVEL: 'debug' } } }));
    await isMended(/the configuration of \S+-api was changed by hand/);
    const { Configuration } = await rig.hand.send(new GetFunctionCommand({ FunctionName: api }));
    expect(Configuration?.Environment?.Variables).toMatchObject({ LEVEL: 'info', SLIPWAY_REVISION: spec.revision });
  });

  it('the weights: code of somebody else gets traffic', async () => {
    await rig.hand.send(new UpdateFunctionCodeCommand({ FunctionName: api, ZipFile: zipSync({ 'index.js': Buffer.from('exports.handler = async () => 666;') }) }));
    const { Version = '' } = await rig.hand.send(new PublishVersionCommand({ FunctionName: api, Description: 'quick fix' }));
    const { FunctionVersion = '' } = await rig.hand.send(new GetAliasCommand({ FunctionName: api, Name: 'live' }));
    await rig.hand.send(new UpdateAliasCommand({ FunctionName: api, Name: 'live', FunctionVersion, RoutingConfig: { AdditionalVersionWeights: { [Version]: 0.3 } } }));
    // The other function still gives everything to the revision, so there is no one route.
    expect((await observe()).weights).toEqual({});
    expect((await route({ [spec.revision]: 100 })).inForce).toEqual({ [spec.revision]: 100 });
    expect((await rig.hand.send(new GetAliasCommand({ FunctionName: api, Name: 'live' }))).RoutingConfig?.AdditionalVersionWeights ?? {}).toEqual({});
  });

  it('the reserved concurrency, lowered or taken away', async () => {
    await rig.hand.send(new PutFunctionConcurrencyCommand({ FunctionName: api, ReservedConcurrentExecutions: 1 }));
    await isMended(/reserved concurrency of \S+-api is 1 instead of 20/);
    await rig.hand.send(new DeleteFunctionConcurrencyCommand({ FunctionName: api }));
    await isMended(/reserved concurrency of \S+-api is none instead of 20/);
  });

  it('the reserved concurrency set to 0: nothing is in force, and the route is what brings it back', async () => {
    await rig.hand.send(new PutFunctionConcurrencyCommand({ FunctionName: api, ReservedConcurrentExecutions: 0 }));
    expect((await observe()).weights).toEqual({});
    expect((await route({ [spec.revision]: 100 })).inForce).toEqual({ [spec.revision]: 100 });
    expect(await problem()).toBeNull();
  });

  it('the provisioned concurrency taken away', async () => {
    await rig.hand.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: api, Qualifier: '1' }));
    await isMended(/provisioned concurrency of \S+-api is 0 instead of 2/);
    expect(rig.shim.warmthOf(api, '1')).toBe(2);
  });

  it('the revision\'s name taken from a function, or led to another version', async () => {
    await rig.hand.send(new DeleteAliasCommand({ FunctionName: api, Name: spec.revision }));
    await isMended(/its function api is not published/);
    await rig.hand.send(new UpdateFunctionConfigurationCommand({ FunctionName: api, Description: 'mine', MemorySize: 512 }));
    const { Version } = await rig.hand.send(new PublishVersionCommand({ FunctionName: api, Description: 'mine' }));
    await rig.hand.send(new UpdateAliasCommand({ FunctionName: api, Name: spec.revision, FunctionVersion: Version }));
    await isMended(/the code behind \S+ is not the revision's/);
  });

  it('a version deleted while nothing led to it: a new one is published under the same name', async () => {
    const worker = `${rig.service}-production-worker`;
    const other = rig.spec({ revision: `${rig.service}-2-production`, digest: `sha256:${'2'.repeat(64)}`, settings: spec.settings });
    await launch(other);
    const before = await rig.hand.send(new GetAliasCommand({ FunctionName: worker, Name: other.revision }));
    await rig.hand.send(new DeleteAliasCommand({ FunctionName: worker, Name: other.revision }));
    await rig.hand.send(new DeleteFunctionCommand({ FunctionName: worker, Qualifier: before.FunctionVersion }));
    await launch(other);
    const after = await rig.hand.send(new GetAliasCommand({ FunctionName: worker, Name: other.revision }));
    expect(Number(after.FunctionVersion)).toBeGreaterThan(Number(before.FunctionVersion));
    expect((await rig.hand.send(new GetFunctionCommand({ FunctionName: worker, Qualifier: after.FunctionVersion }))).Configuration?.Environment?.Variables).toMatchObject({ SLIPWAY_TRY: '1' });
  });

  it('a function of the service\'s name that Slipway has not made is left alone', async () => {
    const { Configuration } = await rig.hand.send(new GetFunctionCommand({ FunctionName: api }));
    expect(Configuration?.Description).toBe(`slipway ${spec.revision}`);
    const stranger = rig.spec({ service: rig.service.slice(0, -1), revision: `${rig.service.slice(0, -1)}-1-production`, environment: 'production', settings: spec.settings });
    const taken = `${stranger.service}-production-api`;
    const { CreateFunctionCommand } = await import('@aws-sdk/client-lambda');
    await rig.hand.send(new CreateFunctionCommand({ FunctionName: taken, Role: TWO_FUNCTIONS.role, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile: zipSync({ 'index.js': Buffer.from('') }) } }));
    await expect(rig.target.launch({ verb: 'launch', service: stranger.service, environment: stranger.environment, access: stranger.access, settings: stranger.settings, generation, spec: stranger, count: 1, zonesLost: [] })).rejects.toMatchObject({ name: 'Conflict', message: expect.stringContaining('Slipway has not made') });
  });
});
