import { describe, expect, it } from '@jest/globals';
import { call, INVOKE, machine, named, runOne } from './running.ts';

const pass = (more: object) => ({ Type: 'Pass', ...more });

describe('each type of state', () => {
  it('Pass hands its input on, or its Output; Assign and Output see the values at entry only', async () => {
    const done = await runOne(machine('A', {
      A: pass({ Assign: { x: 1 }, Next: 'B' }),
      B: pass({ Assign: { x: '{% $x + 1 %}', y: '{% $x %}' }, Output: { x: '{% $x %}' }, Next: 'C' }),
      C: pass({ Output: { input: '{% $states.input %}', x: '{% $x %}', y: '{% $y %}' }, End: true }),
    }), { a: 1 });
    expect(done.output).toEqual({ input: { x: 1 }, x: 2, y: 1 });
  });

  it('Choice takes the first rule that holds, whose Assign and Output replace its own', async () => {
    const given = machine('Choose', {
      Choose: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n > 10 %}', Next: 'End', Assign: { by: 'rule' }, Output: 'big' }, { Condition: '{% $states.input.n > 5 %}', Next: 'End', Assign: { by: 'second' } }], Default: 'End', Assign: { by: 'own' }, Output: 'own' },
      End: { Type: 'Succeed', Output: { by: '{% $by %}', out: '{% $states.input %}' } },
    });
    expect((await runOne(given, { n: 11 })).output).toEqual({ by: 'rule', out: 'big' });
    expect((await runOne(given, { n: 7 })).output).toEqual({ by: 'second', out: { n: 7 } });
    expect((await runOne(given, { n: 1 })).output).toEqual({ by: 'own', out: 'own' });
  });

  it('Choice without a match and a Condition that is no boolean fail', async () => {
    const of = (Condition: string) => machine('C', { C: { Type: 'Choice', Choices: [{ Condition, Next: 'S' }] }, S: { Type: 'Succeed' } });
    expect(await runOne(of('{% false %}'))).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
    expect(await runOne(of('{% 1 %}'))).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  it('Wait keeps to Seconds and Timestamp, given or computed', async () => {
    const at = new Date(Date.now() + 60).toISOString();
    const done = await runOne(machine('S', {
      S: { Type: 'Wait', Seconds: '{% $states.input.s %}', Next: 'T' },
      T: { Type: 'Wait', Timestamp: '{% $states.input.at %}', End: true },
    }), { s: 0.02, at });
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { s: 0.02, at } });
    expect(done.stoppedAt).toBeGreaterThanOrEqual(Date.parse(at));
    expect(await runOne(machine('T', { T: { Type: 'Wait', Timestamp: '{% "tomorrow" %}', End: true } }))).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  it('Fail computes Error and Cause', async () => {
    const done = await runOne(machine('F', { F: { Type: 'Fail', Error: '{% $states.input.e %}', Cause: '{% "because " & $states.input.e %}' } }), { e: 'Worse' });
    expect(done).toMatchObject({ status: 'FAILED', error: 'Worse', cause: 'because Worse' });
    expect(done.types).toEqual(['ExecutionStarted', 'FailStateEntered F', 'ExecutionFailed']);
  });

  it('Task gives lambda:invoke\'s result, and Lambda\'s error and cause', async () => {
    const ok = await runOne(machine('T', { T: { Type: 'Task', Resource: INVOKE, Arguments: { FunctionName: 'f', Payload: { a: '{% $states.input.a %}' } }, End: true } }), { a: 2 });
    expect(ok.output).toEqual({ ExecutedVersion: '$LATEST', Payload: { a: 2 }, StatusCode: 200 });
    expect(ok.types).toEqual(['ExecutionStarted', 'TaskStateEntered T', 'TaskScheduled T', 'TaskStarted T', 'TaskSucceeded T', 'TaskStateExited T', 'ExecutionSucceeded']);
    expect(ok.events.map(({ previousId }) => previousId)).toEqual([0, 0, 2, 3, 4, 5, 6]);
    const bad = await runOne(machine('T', { T: call('f') }), {}, { invoke: async () => { throw named('TestsFailed', 'two of three'); } });
    expect(bad).toMatchObject({ status: 'FAILED', error: 'TestsFailed' });
    expect(JSON.parse(bad.cause!)).toMatchObject({ errorType: 'TestsFailed', errorMessage: 'two of three', trace: expect.any(Array) });
  });

  it('Parallel gathers in order, each branch with its own variables and sight of the outer ones', async () => {
    const branch = (n: number) => ({ StartAt: `A${n}`, States: { [`A${n}`]: pass({ Assign: { mine: `{% $outer + ${n} %}` }, Next: `B${n}` }), [`B${n}`]: pass({ Output: '{% [$mine, $states.input] %}', End: true }) } });
    const done = await runOne(machine('V', {
      V: pass({ Assign: { outer: 10 }, Next: 'P' }),
      P: { Type: 'Parallel', Arguments: { q: '{% $outer %}' }, Branches: [branch(1), branch(2)], Assign: { got: '{% $states.result[1][0] %}' }, Next: 'E' },
      E: pass({ Output: { got: '{% $got %}', all: '{% $states.input %}' }, End: true }),
    }));
    expect(done.output).toEqual({ got: 12, all: [[11, { q: 10 }], [12, { q: 10 }]] });
  });

  it('Map runs at most MaxConcurrency at once, gives index and value, and keeps the order', async () => {
    let now = 0;
    let most = 0;
    const done = await runOne(machine('M', {
      M: { Type: 'Map', Items: '{% $states.input.items %}', MaxConcurrency: 3, ItemSelector: { v: '{% $states.context.Map.Item.Value %}', i: '{% $states.context.Map.Item.Index %}' }, ItemProcessor: { StartAt: 'I', States: { I: call('slow') } }, End: true },
    }), { items: [5, 1, 9, 2, 7, 3, 8] }, {
      invoke: async (_name, payload) => {
        most = Math.max(most, now += 1);
        const { v, i } = payload as { v: number; i: number };
        await new Promise((resolve) => { setTimeout(resolve, v); });
        now -= 1;
        return v * 10 + i;
      },
    });
    expect(done.output).toEqual([50, 11, 92, 23, 74, 35, 86]);
    expect(most).toBe(3);
    expect((await runOne(machine('M', { M: { Type: 'Map', Items: [], ItemProcessor: { StartAt: 'I', States: { I: pass({ End: true }) } }, End: true } }))).output).toEqual([]);
  });

  it('a failed iteration aborts its siblings, and the Map can catch it', async () => {
    const done = await runOne(machine('M', {
      M: { Type: 'Map', Items: [1, 2], ItemProcessor: { StartAt: 'I', States: { I: call('f') } }, Catch: [{ ErrorEquals: ['Oops'], Next: 'C', Output: '{% $states.errorOutput.Error %}' }], Next: 'C' },
      C: pass({ End: true }),
    }), {}, { invoke: async (_name, item) => { if (item === 2) throw named('Oops'); return new Promise(() => undefined); } });
    expect(done.output).toBe('Oops');
    expect(done.types).toEqual([
      'ExecutionStarted', 'MapStateEntered M', 'MapStateStarted M', 'MapIterationStarted', 'MapIterationStarted', 'TaskStateEntered I', 'TaskScheduled I', 'TaskStarted I',
      'TaskStateEntered I', 'TaskScheduled I', 'TaskStarted I', 'TaskFailed I', 'MapIterationFailed', 'TaskStateAborted I', 'MapIterationAborted', 'MapStateFailed M', 'MapStateExited M',
      'PassStateEntered C', 'PassStateExited C', 'ExecutionSucceeded',
    ]);
  });

  it('the context has the documented form', async () => {
    const done = await runOne(machine('P', { P: pass({ Output: '{% $states.context %}', End: true }) }), { a: 1 });
    expect(done.output).toEqual({
      Execution: { Id: 'arn:aws:states:local:000000000000:execution:it:one', Input: { a: 1 }, Name: 'one', RoleArn: expect.any(String), StartTime: new Date(done.startedAt).toISOString(), RedriveCount: 0 },
      StateMachine: { Id: 'arn:aws:states:local:000000000000:stateMachine:it', Name: 'it' },
      State: { EnteredTime: expect.stringMatching(/^\d{4}-.*Z$/), Name: 'P', RetryCount: 0 },
    });
  });
});
