import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { call, ended, machine, NESTED, running, TOKEN, until } from './running.ts';

const asks = (more: object = {}) => machine('Ask', { Ask: { Type: 'Task', Resource: TOKEN, Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } }, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'No', Output: '{% $states.errorOutput %}' }], End: true, ...more }, No: { Type: 'Pass', End: true } });
const askedFor = (tokens: string[]) => async (_name: string, payload: unknown) => { tokens.push((payload as { token: string }).token); return 'asked'; };

describe('task tokens', () => {
  it('answers once; a used, unknown or expired token is refused', async () => {
    const tokens: string[] = [];
    const { engine, seen } = running({ machines: { it: asks() }, invoke: askedFor(tokens) });
    await engine.start({ machine: 'it', name: 'a', input: {} });
    await until(() => seen.some(({ type }) => type === 'TaskSubmitted'));
    const results = await Promise.allSettled([engine.succeedTask(tokens[0]!, { yes: 1 }), engine.succeedTask(tokens[0]!, { yes: 2 })]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(engine.failTask(tokens[0]!, 'E', 'c')).rejects.toMatchObject({ name: 'TokenRefused' });
    await expect(engine.succeedTask('f'.repeat(64), 1)).rejects.toMatchObject({ name: 'TokenRefused' });
    expect((await ended(engine, 'it', 'a')).output).toEqual({ yes: 1 });
    const history = await engine.history('it', 'a', { limit: 100 });
    expect(history.map(({ type }) => type)).toEqual(['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded']);
    expect(JSON.stringify(history)).not.toContain(tokens[0]);
    await engine.close();
  });

  it('failTask raises its error; an answer after the time is up is refused, by the clock and not by the timer', async () => {
    const tokens: string[] = [];
    let now = 1_000_000;
    const { engine } = running({ machines: { it: asks({ TimeoutSeconds: 100, HeartbeatSeconds: 50 }) }, invoke: askedFor(tokens), clock: { now: () => now } });
    await engine.start({ machine: 'it', name: 'a', input: {} });
    await engine.start({ machine: 'it', name: 'b', input: {} });
    await until(() => tokens.length === 2);
    await engine.failTask(tokens[0]!, 'ApprovalRejected', 'no');
    expect((await ended(engine, 'it', 'a')).output).toEqual({ Error: 'ApprovalRejected', Cause: 'no' });
    now += 49_000;
    await engine.heartbeatTask(tokens[1]!);
    now += 49_000;
    await engine.heartbeatTask(tokens[1]!);
    now += 2000;
    await expect(engine.succeedTask(tokens[1]!, 1)).rejects.toMatchObject({ name: 'TokenRefused' });
    expect((await ended(engine, 'it', 'b')).output).toMatchObject({ Error: 'States.Timeout' });
    await engine.close();
  });

  it('survives a restart: the same token answers, and a request that was taken is not sent again', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'engine-'));
    const database = path.join(folder, 'engine.db');
    const tokens: string[] = [];
    const first = running({ machines: { it: asks() }, database, invoke: askedFor(tokens) });
    await first.engine.start({ machine: 'it', name: 'taken', input: {} });
    await until(() => first.seen.some(({ type }) => type === 'TaskSubmitted'));
    await first.engine.close();

    const unanswered: string[] = [];
    const second = running({ machines: { it: asks() }, database, invoke: async (name, payload) => { await askedFor(unanswered)(name, payload); return new Promise(() => undefined); } });
    expect(await second.engine.recover()).toBe(1);
    await second.engine.start({ machine: 'it', name: 'lost', input: {} });
    await until(() => unanswered.length === 1);
    await second.engine.close();

    const again: string[] = [];
    const third = running({ machines: { it: asks() }, database, invoke: askedFor(again) });
    expect(await third.engine.recover()).toBe(2);
    await until(() => again.length === 1);
    expect(again).toEqual(unanswered);
    await third.engine.succeedTask(tokens[0]!, 'old');
    await third.engine.succeedTask(again[0]!, 'new');
    expect([(await ended(third.engine, 'it', 'taken')).output, (await ended(third.engine, 'it', 'lost')).output]).toEqual(['old', 'new']);
    await third.engine.close();
    rmSync(folder, { recursive: true });
  });
});

const nests = (Name: unknown = '{% $states.context.Execution.Name & "-c" %}', more: object = {}) => ({ Type: 'Task', Resource: NESTED, Arguments: { StateMachineArn: 'child', Name, Input: '{% $states.input %}' }, End: true, ...more });

describe('nested executions', () => {
  it('give their description with Input and Output as JSON', async () => {
    const { engine, seen } = running({ machines: { it: machine('N', { N: nests() }), child: machine('P', { P: { Type: 'Pass', Output: { got: '{% $states.input.a %}' }, End: true } }) } });
    await engine.start({ machine: 'it', name: 'p', input: { a: 1 } });
    const { output } = await ended(engine, 'it', 'p');
    expect(output).toMatchObject({ Status: 'SUCCEEDED', Output: { got: 1 }, Input: { a: 1 }, Name: 'p-c', ExecutionArn: 'arn:aws:states:local:000000000000:execution:child:p-c' });
    expect(seen.filter((one) => one.machine === 'it').map(({ type }) => type)).toEqual(['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded']);
    await engine.close();
  });

  it('fail their task with States.TaskFailed and the child\'s Error and Cause', async () => {
    const { engine } = running({ machines: { it: machine('N', { N: nests() }), child: machine('F', { F: { Type: 'Fail', Error: 'CandidateWorse', Cause: 'p99' } }) } });
    await engine.start({ machine: 'it', name: 'p', input: {} });
    const failed = await ended(engine, 'it', 'p');
    expect(failed.error).toBe('States.TaskFailed');
    expect(JSON.parse(failed.cause!)).toMatchObject({ Error: 'CandidateWorse', Cause: 'p99', Status: 'FAILED', Name: 'p-c' });
    await engine.close();
  });

  it('are refused when their name is closed already', async () => {
    const { engine } = running({ machines: { it: machine('N', { N: nests('same') }), child: machine('P', { P: { Type: 'Pass', End: true } }) } });
    for (const name of ['a', 'b']) {
      await engine.start({ machine: 'it', name, input: {} });
      await ended(engine, 'it', name);
    }
    expect(await engine.describe('it', 'b')).toMatchObject({ status: 'FAILED', error: 'StepFunctions.ExecutionAlreadyExistsException' });
    await engine.close();
  });

  it('stop with their parent, at any depth, and with a sibling that fails', async () => {
    const machines = { it: machine('N', { N: { ...nests(), Arguments: { StateMachineArn: 'middle', Name: 'm', Input: {} } } }), middle: machine('N', { N: nests('c') }), child: machine('W', { W: { Type: 'Wait', Seconds: 1000, End: true } }),
      par: machine('P', { P: { Type: 'Parallel', Branches: [{ StartAt: 'N', States: { N: nests('d') } }, { StartAt: 'F', States: { F: call('fail') } }], End: true } }) };
    let release = (): void => undefined;
    const { engine } = running({ machines, invoke: () => new Promise((_resolve, reject) => { release = () => reject(new Error('now')); }) });
    await engine.start({ machine: 'it', name: 'p', input: {} });
    await until(async () => (await engine.describe('child', 'c')) !== undefined);
    await engine.stop('it', 'p', 'Cancelled', 'by hand');
    expect(await engine.describe('it', 'p')).toMatchObject({ status: 'ABORTED', error: 'Cancelled', cause: 'by hand' });
    expect([(await ended(engine, 'middle', 'm')).status, (await ended(engine, 'child', 'c')).status]).toEqual(['ABORTED', 'ABORTED']);
    await engine.start({ machine: 'par', name: 'p', input: {} });
    await until(async () => (await engine.describe('child', 'd')) !== undefined);
    release();
    expect((await ended(engine, 'child', 'd')).status).toBe('ABORTED');
    await engine.close();
  });
});
