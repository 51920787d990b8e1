import { describe, expect, it } from '@jest/globals';
import { retryDelayMs } from '../../../src/engine/step/retry.ts';
import { matchesError } from '../../../src/engine/failure.ts';
import { call, machine, named, runOne } from './running.ts';

const CAUGHT = { Caught: { Type: 'Pass', End: true } };

describe('Retry and Catch', () => {
  it('counts retries per Retrier, tells the count, then fails with the last error', async () => {
    const counts: unknown[] = [];
    const done = await runOne(machine('T', { T: call('f', { n: '{% $states.context.State.RetryCount %}' }, { Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 1 }, { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 1 }], End: true }) }), {}, {
      invoke: async (_name, payload) => { counts.push((payload as { n: number }).n); throw named(counts.length === 1 ? 'A' : 'B'); },
    });
    expect(counts).toEqual([0, 1, 2]);
    expect(done).toMatchObject({ status: 'FAILED', error: 'B' });
    expect(done.types.filter((type) => type === 'TaskStateEntered T')).toHaveLength(1);
    expect(done.types.filter((type) => type === 'TaskScheduled T')).toHaveLength(3);
  });

  it('a Catcher sees the error, and its Assign and Output replace the state\'s own', async () => {
    const done = await runOne(machine('T', {
      T: call('f', {}, { Assign: { by: 'state' }, Catch: [{ ErrorEquals: ['Other'], Next: 'Caught' }, { ErrorEquals: ['States.TaskFailed'], Next: 'Show', Assign: { by: '{% $states.errorOutput.Error %}' } }], Next: 'Caught' }),
      Show: { Type: 'Pass', Output: { by: '{% $by %}', error: '{% $states.input.Error %}', type: '{% $parse($states.input.Cause).errorType %}' }, End: true }, ...CAUGHT,
    }), {}, { invoke: async () => { throw named('Boom'); } });
    expect(done.output).toEqual({ by: 'Boom', error: 'Boom', type: 'Boom' });
  });

  it('catches a failed expression of its own state, but not that of the catcher', async () => {
    const of = (Output: string) => machine('T', { T: call('f', {}, { Output: '{% $states.result.nothing %}', Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught', Output }], Next: 'Caught' }), ...CAUGHT });
    expect((await runOne(of('caught'))).output).toBe('caught');
    const failed = await runOne(of('{% $states.errorOutput.nothing %}'));
    expect(failed).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(failed.types).toContain('EvaluationFailed T');
  });

  it('refuses payloads over 262,144 bytes, which States.ALL does not catch', async () => {
    const done = await runOne(machine('T', { T: call('f', {}, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }], Next: 'Caught' }), ...CAUGHT }), {}, { invoke: async () => 'x'.repeat(262_144) });
    expect(done).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it('a task that does not answer in time fails with States.Timeout, from its journaled start', async () => {
    const done = await runOne(machine('T', { T: call('f', {}, { TimeoutSeconds: 1, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Caught', Output: '{% $states.errorOutput.Error %}' }], Next: 'Caught' }), ...CAUGHT }), {}, { invoke: () => new Promise(() => undefined) });
    expect(done.output).toBe('States.Timeout');
    expect(done.types).toContain('TaskTimedOut T');
  });

  it('an execution over its own TimeoutSeconds is TIMED_OUT, without error as in Step Functions', async () => {
    const done = await runOne(machine('W', { W: { Type: 'Wait', Seconds: 60, End: true } }, { TimeoutSeconds: 1 }));
    expect(done).toMatchObject({ status: 'TIMED_OUT' });
    expect(done.error).toBeUndefined();
    expect(done.events.at(-1)).toMatchObject({ type: 'ExecutionTimedOut', previousId: 0 });
  });

  it('event 25,000 is the failure of an execution that never ends', async () => {
    const done = await runOne(machine('A', { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }), {});
    expect(done).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: 'The execution reached the maximum number of history events (25000).' });
    expect(done.events.at(-1)).toMatchObject({ id: 25_000, previousId: 24_999, type: 'ExecutionFailed' });
  }, 60_000);

  it('matches wildcards as documented', () => {
    const table: [string[], string, boolean][] = [
      [['States.ALL'], 'Any', true], [['States.ALL'], 'States.DataLimitExceeded', false], [['States.ALL'], 'States.Runtime', false], [['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
      [['States.TaskFailed'], 'Any', true], [['States.TaskFailed'], 'States.Timeout', false], [['States.Timeout'], 'States.HeartbeatTimeout', true], [['A', 'B'], 'B', true], [['A'], 'B', false],
    ];
    for (const [list, error, matches] of table) expect([list, error, matchesError(list, error)]).toEqual([list, error, matches]);
  });

  it('backs off up to the limit, with jitter inside it', () => {
    const retrier = { ErrorEquals: ['x'], IntervalSeconds: 2, BackoffRate: 3, MaxDelaySeconds: 10 };
    expect([0, 1, 2].map((attempt) => retryDelayMs(retrier, attempt, () => 1))).toEqual([2000, 6000, 10_000]);
    expect(retryDelayMs({ ...retrier, JitterStrategy: 'FULL' }, 1, () => 0.5)).toBe(3000);
  });
});
