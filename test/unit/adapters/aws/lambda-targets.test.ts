/** What a target's Lambda answers, in the port's words. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { sdkFunctions } from '../../../fakes/sdk-calls.ts';
import { createLambdaTargets } from '../../../../src/adapters/aws/lambda-targets.ts';
import { EnvironmentName, ServiceName } from '../../../../src/domain/ids.ts';

const client = new LambdaClient({ region: 'eu-central-1' });
const service = mockClient(client);
beforeEach(() => {
  service.reset();
});

const targets = createLambdaTargets({ call: sdkFunctions(client), names: ['ecs'] });
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) as never;
const described = { verb: 'describe', kind: 'ecs', weights: true, zones: true, scaleToZero: true, limits: {}, problems: [] };
const named = (name: string) => Object.assign(new Error(name), { name });
const refusalOf = (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => error);

describe('a target', () => {
  it('is the function with the prefix, and is asked in the contract\'s words', async () => {
    service.on(InvokeCommand).resolves({ Payload: bytes({ verb: 'observe', services: [] }) });
    const refs = [{ service: ServiceName.parse('catalog'), environment: EnvironmentName.parse('production'), access: null, settings: {} }];
    expect(await targets.observe('my-own', refs)).toEqual([]);
    const { FunctionName, Payload } = service.commandCalls(InvokeCommand)[0]?.args[0].input ?? {};
    expect([FunctionName, JSON.parse(Buffer.from(Payload as Uint8Array).toString())]).toEqual(['slipway-target-my-own', { verb: 'observe', refs }]);
  });

  it('describes itself', async () => {
    service.on(InvokeCommand).resolves({ Payload: bytes(described) });
    expect(await targets.describe('ecs')).toEqual(described);
    expect(targets.names()).toEqual(['ecs']);
  });

  it('that is not there is not supported, and the others are named', async () => {
    service.on(InvokeCommand).rejects(named('ResourceNotFoundException'));
    expect(await refusalOf(targets.describe('ec2'))).toMatchObject({ name: 'NotSupported', message: expect.stringContaining('Registered: ecs') });
  });

  it.each(['ECS', 'a b', '../x', '', 'a'.repeat(60), 'x:1'])('named %p is never called', async (name) => {
    expect(await refusalOf(targets.describe(name))).toMatchObject({ name: 'NotSupported' });
    expect(service.calls()).toHaveLength(0);
  });

  it.each(['StaleGeneration', 'Conflict', 'NotFound', 'InvalidInput', 'Forbidden', 'ProviderUnavailable', 'NotSupported', 'LimitExceeded', 'ArtifactRefused', 'InstancesUnhealthy'])('throws %s as itself', async (errorType) => {
    service.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: bytes({ errorType, errorMessage: 'what and why', trace: [] }) });
    expect(await refusalOf(targets.describe('ecs'))).toMatchObject({ name: errorType, message: 'what and why', evidence: { target: 'ecs', verb: 'describe' } });
  });

  it.each([[{ errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 55.00 seconds' }], [{ errorType: 'constructor', errorMessage: '' }], [{ errorMessage: 'RequestId: x Error: Runtime exited' }], ['no JSON'], ['']])('that breaks down with %j may answer the next time', async (payload) => {
    service.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: bytes(payload) });
    expect(await refusalOf(targets.describe('ecs'))).toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('/aws/lambda/slipway-target-ecs') });
  });

  it.each([[{ ...described, kind: undefined }], [{ verb: 'observe', services: [] }], ['no JSON'], ['']])('that answers %j answers no description', async (payload) => {
    service.on(InvokeCommand).resolves({ Payload: bytes(payload) });
    expect(await refusalOf(targets.describe('ecs'))).toMatchObject({ name: 'NotSupported', message: expect.stringContaining('slipway-target-ecs') });
  });

  it.each([['TooManyRequestsException', 'ProviderUnavailable'], ['ServiceException', 'ProviderUnavailable'], ['AccessDeniedException', 'Forbidden'], ['RequestTooLargeException', 'LimitExceeded']])('%s of the service is %s', async (said, meant) => {
    service.on(InvokeCommand).rejects(named(said));
    expect(await refusalOf(targets.describe('ecs'))).toMatchObject({ name: meant, evidence: { error: said } });
  });
});
