/** The machines of the kill test: every kind of thing that can be under way when the process dies. */
import { call, machine, NESTED, TOKEN } from './running.ts';

export const KILL_EXECUTIONS = Array.from({ length: 8 }, (_, index) => `e${index}`);

const key = (what: string): object => ({ key: `{% $states.context.Execution.Name & ".${what}" %}` });

export const KILL_MACHINES = {
  main: machine('First', {
    First: call('f', key('first'), { Assign: { began: '{% $states.result.Payload %}' }, Next: 'Rest' }),
    Rest: { Type: 'Wait', Seconds: '{% 0.02 %}', Next: 'Each' },
    Each: {
      Type: 'Map', Items: ['a', 'b', 'c'], MaxConcurrency: 2, Next: 'Both',
      ItemProcessor: { StartAt: 'One', States: { One: call('f', { key: '{% $states.context.Execution.Name & ".one-" & $states.input %}' }, { Next: 'Two' }), Two: call('f', { key: '{% $states.input & "-two" %}' }) } },
    },
    Both: { Type: 'Parallel', Next: 'Done', Output: '{% $states.result %}', Branches: [
      { StartAt: 'Nested', States: { Nested: { Type: 'Task', Resource: NESTED, Arguments: { StateMachineArn: 'child', Name: '{% $states.context.Execution.Name & "-child" %}', Input: {} }, Output: '{% $states.result.Output %}', End: true } } },
      { StartAt: 'Flaky', States: { Flaky: call('f', { ...key('flaky'), retries: '{% $states.context.State.RetryCount %}' }, { Retry: [{ ErrorEquals: ['Flaky'], MaxAttempts: 1, IntervalSeconds: 1 }], End: true }) } },
      { StartAt: 'Ask', States: { Ask: { Type: 'Task', Resource: TOKEN, Arguments: { FunctionName: 'ask', Payload: { ...key('ask'), token: '{% $states.context.Task.Token %}' } }, End: true } } },
    ] },
    Done: { Type: 'Pass', Output: { began: '{% $began %}', both: '{% $states.input %}' }, End: true },
  }),
  child: machine('ChildOne', { ChildOne: call('f', key('1'), { Next: 'ChildTwo' }), ChildTwo: call('f', { key: '{% $states.input & "2" %}' }) }),
};
