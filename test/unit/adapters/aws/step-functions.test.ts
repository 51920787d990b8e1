/** What Step Functions answers, in the port's words. The service itself is mocked: these are its documented errors. */
import { DescribeExecutionCommand, GetExecutionHistoryCommand, type HistoryEvent as AwsEvent, SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { sdkExecutions } from '../../../fakes/sdk-calls.ts';
import { TraceParent } from '../../../../src/domain/trace/trace-parent.ts';
import { createStepFunctions } from '../../../../src/adapters/aws/step-functions.ts';

const client = new SFNClient({ region: 'eu-central-1' });
const service = mockClient(client);
beforeEach(() => {
  service.reset();
});

const PREFIX = 'arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-';
const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-pipeline:catalog-12';
const orchestrator = createStepFunctions({ call: sdkExecutions(client), machineArnPrefix: PREFIX });
const start = () => orchestrator.start({ machine: 'pipeline', name: 'catalog-12', input: { pipelineId: 'catalog-12' } });
const named = (name: string) => Object.assign(new Error(`said by the service: ${name}`), { name });
const refusalOf = (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => error);

describe('starting', () => {
  it('names the execution by the idempotency key', async () => {
    service.on(StartExecutionCommand).resolves({});
    await start();
    expect(service.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({ stateMachineArn: `${PREFIX}pipeline`, name: 'catalog-12', input: '{"pipelineId":"catalog-12"}' });
  });

  it('goes on in a trace, as X-Ray writes it, which is no part of the input', async () => {
    service.on(StartExecutionCommand).resolves({});
    await orchestrator.start({ machine: 'pipeline', name: 'catalog-12', input: { pipelineId: 'catalog-12' }, trace: TraceParent.parse('00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01') });
    expect(service.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({ stateMachineArn: `${PREFIX}pipeline`, name: 'catalog-12', input: '{"pipelineId":"catalog-12"}', traceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1' });
  });

  it('again is success', async () => {
    service.on(StartExecutionCommand).rejects(named('ExecutionAlreadyExists'));
    await expect(start()).resolves.toBeUndefined();
  });

  it.each([['ThrottlingException', 'ProviderUnavailable'], ['ServiceUnavailable', 'ProviderUnavailable'], ['CredentialsProviderError', 'ProviderUnavailable'], ['ETIMEDOUT', 'ProviderUnavailable'],
    ['AccessDeniedException', 'Forbidden'], ['InvalidName', 'InvalidInput'], ['InvalidExecutionInput', 'InvalidInput'], ['ExecutionLimitExceeded', 'LimitExceeded']])('%s is %s', async (said, meant) => {
    service.on(StartExecutionCommand).rejects(named(said));
    expect(await refusalOf(start())).toMatchObject({ name: meant, evidence: { error: said }, message: expect.stringContaining('start pipeline catalog-12') });
  });

  it('is refused where the function was not told where the machines are', async () => {
    const blind = createStepFunctions({ call: sdkExecutions(client), machineArnPrefix: null });
    expect(await refusalOf(blind.start({ machine: 'pipeline', name: 'a', input: {} }))).toMatchObject({ name: 'NotSupported', message: expect.stringContaining('SLIPWAY_MACHINE_ARN_PREFIX') });
    expect(service.calls()).toHaveLength(0);
  });
});

describe('describing and stopping', () => {
  it('gives what the service has, with documents parsed', async () => {
    service.on(DescribeExecutionCommand, { executionArn: EXECUTION }).resolves({ status: 'FAILED', startDate: new Date(1000), stopDate: new Date(2000), input: '{"a":1}', error: 'TestsFailed', cause: 'one' });
    expect(await orchestrator.describe('pipeline', 'catalog-12')).toEqual({ machine: 'pipeline', name: 'catalog-12', status: 'FAILED', startedAt: 1000, stoppedAt: 2000, input: { a: 1 }, error: 'TestsFailed', cause: 'one' });
  });

  it('one that waits to be redriven still runs, and an unknown status is no guess', async () => {
    service.on(DescribeExecutionCommand).resolvesOnce({ status: 'PENDING_REDRIVE', startDate: new Date(0) }).resolves({ status: 'NEW' as never, startDate: new Date(0) });
    expect(await orchestrator.describe('pipeline', 'a')).toMatchObject({ status: 'RUNNING' });
    expect(await refusalOf(orchestrator.describe('pipeline', 'a'))).toMatchObject({ name: 'NotSupported' });
  });

  it('nothing is there under that name', async () => {
    for (const command of [DescribeExecutionCommand, GetExecutionHistoryCommand, StopExecutionCommand]) service.on(command as typeof StopExecutionCommand).rejects(named('ExecutionDoesNotExist'));
    expect(await orchestrator.describe('pipeline', 'a')).toBeUndefined();
    expect(await orchestrator.history('pipeline', 'a', { limit: 5 })).toEqual([]);
    await expect(orchestrator.stop('pipeline', 'a', 'E', 'why')).resolves.toBeUndefined();
  });

  it('keeps error and cause within what the service takes', async () => {
    service.on(StopExecutionCommand).resolves({});
    await orchestrator.stop('pipeline', 'catalog-12', 'E'.repeat(300), 'c'.repeat(40_000));
    const sent = service.commandCalls(StopExecutionCommand)[0]?.args[0].input;
    expect([sent?.executionArn, sent?.error?.length, sent?.cause?.length]).toEqual([EXECUTION, 256, 32_768]);
  });
});

describe('tokens', () => {
  const both = () => [orchestrator.succeedTask('secret-token', { passed: true }), orchestrator.failTask('secret-token', 'E', 'why')];

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('%s closes the token for good, and the message does not repeat it', async (said) => {
    service.on(SendTaskSuccessCommand).rejects(named(said)).on(SendTaskFailureCommand).rejects(named(said));
    for (const call of both()) {
      const refusal = (await refusalOf(call)) as Error;
      expect(refusal).toMatchObject({ name: 'TokenRefused', evidence: { error: said } });
      expect(refusal.message).not.toContain('secret-token');
    }
  });

  it('a throttle is no refusal: the token is tried again', async () => {
    service.on(SendTaskSuccessCommand).rejects(named('ThrottlingException')).on(SendTaskFailureCommand).rejects(named('ThrottlingException'));
    for (const call of both()) expect(await refusalOf(call)).toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('answers with JSON, also when there is nothing to say', async () => {
    service.on(SendTaskSuccessCommand).resolves({});
    await orchestrator.succeedTask('t', { passed: true });
    await orchestrator.succeedTask('t', undefined);
    expect(service.commandCalls(SendTaskSuccessCommand).map((call) => call.args[0].input.output)).toEqual(['{"passed":true}', 'null']);
  });
});

describe('history', () => {
  const at = new Date(5000);
  const event = (id: number, previousEventId: number, type: string, details: object = {}): AwsEvent => ({ id, previousEventId, type: type as never, timestamp: at, ...details });
  const events = [
    event(1, 0, 'ExecutionStarted', { executionStartedEventDetails: { input: '{"pipelineId":"catalog-12"}', roleArn: 'arn:aws:iam::111122223333:role/x' } }),
    event(2, 1, 'TaskStateEntered', { stateEnteredEventDetails: { name: 'Build', input: '{}' } }),
    event(3, 2, 'TaskScheduled', { taskScheduledEventDetails: { resourceType: 'lambda', resource: 'invoke.waitForTaskToken', region: 'eu-central-1', parameters: '{"FunctionName":"slipway-build","Payload":{"token":"AQCEAAAAKgAAAAM","pipelineId":"catalog-12"}}' } }),
    event(4, 3, 'TaskSucceeded', { taskSucceededEventDetails: { resourceType: 'lambda', resource: 'invoke', output: '{"cut off' } }),
    event(5, 4, 'TaskStateExited', { stateExitedEventDetails: { name: 'Build', output: '{}' } }),
    event(6, 5, 'ExecutionSucceeded'),
  ];

  it('says for each event which state it belongs to, and parses documents', async () => {
    service.on(GetExecutionHistoryCommand).resolves({ events });
    const history = await orchestrator.history('pipeline', 'catalog-12', { limit: 100 });
    expect(history.map(({ id, type, state }) => [id, type, state])).toEqual([[1, 'ExecutionStarted', undefined], [2, 'TaskStateEntered', 'Build'], [3, 'TaskScheduled', 'Build'], [4, 'TaskSucceeded', 'Build'], [5, 'TaskStateExited', 'Build'], [6, 'ExecutionSucceeded', undefined]]);
    expect(history[0]).toEqual({ id: 1, previousId: 0, at: 5000, type: 'ExecutionStarted', detail: { input: { pipelineId: 'catalog-12' } } });
    expect(history[3]?.detail).toMatchObject({ output: '{"cut off' });
  });

  it('keeps task tokens out', async () => {
    service.on(GetExecutionHistoryCommand).resolves({ events });
    const history = await orchestrator.history('pipeline', 'catalog-12', { limit: 100 });
    expect(JSON.stringify(history)).not.toContain('AQCEAAAAKgAAAAM');
    expect(history[2]?.detail).toMatchObject({ parameters: { FunctionName: 'slipway-build', Payload: { token: '<task token>', pipelineId: 'catalog-12' } } });
  });

  it('reads on from page to page until it has enough, and answers only what comes after', async () => {
    service.on(GetExecutionHistoryCommand).resolvesOnce({ events: events.slice(0, 3), nextToken: 'more' }).resolvesOnce({ events: events.slice(3), nextToken: 'even more' }).rejects(new Error('one page too many'));
    expect((await orchestrator.history('pipeline', 'catalog-12', { limit: 2, after: 3 })).map(({ id, state }) => [id, state])).toEqual([[4, 'Build'], [5, 'Build']]);
    expect(service.commandCalls(GetExecutionHistoryCommand)[1]?.args[0].input).toMatchObject({ executionArn: EXECUTION, nextToken: 'more' });
  });
});
