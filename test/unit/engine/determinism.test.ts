import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, nat } from 'fast-check';
import { Machine } from '../../../src/engine/asl.ts';
import { dueOf, newExecution, type Branch, type EngineEvent, type ExecutionState } from '../../../src/engine/state.ts';
import { step } from '../../../src/engine/step.ts';
import { call, machine, NESTED, TOKEN } from './running.ts';

const DEFINITION = Machine.parse(machine('Start', {
  Start: { Type: 'Pass', Assign: { id: '{% $uuid() %}', chance: '{% $random() %}', at: '{% $now() %}' }, Next: 'Each' },
  Each: { Type: 'Map', Items: '{% $range(1, 4, 1) %}', MaxConcurrency: 2, ItemProcessor: { StartAt: 'One', States: { One: call('f', '{% $states.input + $floor($random() * 10) %}', { Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'FULL' }], Next: 'Rest' }), Rest: { Type: 'Wait', Seconds: 1, End: true } } }, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Both' }], Next: 'Both' },
  Both: { Type: 'Parallel', Branches: [
    { StartAt: 'Ask', States: { Ask: { Type: 'Task', Resource: TOKEN, TimeoutSeconds: 100, HeartbeatSeconds: 20, Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' }, End: true } } },
    { StartAt: 'Nest', States: { Nest: { Type: 'Task', Resource: NESTED, Arguments: { StateMachineArn: 'x' }, Retry: [{ ErrorEquals: ['States.ALL'] }], End: true } } },
  ], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Start' }], Next: 'Again' },
  Again: { Type: 'Choice', Choices: [{ Condition: '{% $chance > 0.5 %}', Next: 'Start' }], Default: 'End' },
  End: { Type: 'Succeed', Output: '{% $shuffle([1,2,3,4,5]) %}' },
}, { TimeoutSeconds: 5000 }).definition);

/** What the engine's journal keeps, and what it reads back. */
const text = ({ branches, ...head }: ExecutionState): string => JSON.stringify({ head, branches: [...branches.values()] });
const back = (state: ExecutionState): ExecutionState => {
  const { head, branches } = JSON.parse(text(state)) as { head: Omit<ExecutionState, 'branches'>; branches: Branch[] };
  return { ...head, branches: new Map(branches.map((branch) => [branch.id, branch])) };
};

const eventFor = (state: ExecutionState, choice: number): EngineEvent => {
  const active = [...state.branches.values()].filter(({ phase }) => ['task', 'waiting', 'retrying'].includes(phase.kind));
  const branch = active[choice % Math.max(1, active.length)];
  if (branch === undefined || choice % 97 === 0) return { type: 'advance' };
  const at = { branch: branch.id, ticket: choice % 11 === 0 ? branch.ticket - 1 : branch.ticket };
  const kinds: EngineEvent[] = [
    { type: 'taskSucceeded', ...at, output: choice % 5 }, { type: 'taskFailed', ...at, error: choice % 3 === 0 ? 'A' : 'B', cause: '' },
    { type: 'due', ...at }, { type: 'due', ...at }, { type: 'taskSubmitted', ...at, output: {} }, { type: 'heartbeat', ...at }, { type: 'deadline' },
  ];
  return kinds[(choice >> 4) % kinds.length]!;
};

describe('step', () => {
  it('gives the same for the same, before and after the journal, and keeps its books', async () => {
    await assert(asyncProperty(array(nat(100_000), { minLength: 1, maxLength: 60 }), async (choices) => {
      let state = newExecution({ machine: 'it', name: 'one', input: { a: 1 }, startedAt: 1000, seed: 'seed', startAt: DEFINITION.StartAt, timeoutSeconds: 5000 });
      let now = 1000;
      let last = 0;
      for (const choice of [0, ...choices]) {
        now += choice % 13 === 0 ? 30_000 : choice % 1500;
        const event = eventFor(state, choice);
        const before = text(state);
        const [one, two] = [await step(DEFINITION, state, event, now), await step(DEFINITION, back(state), event, now)];
        expect(text(state)).toBe(before);
        expect([text(one.state), one.history, one.effects, one.removed]).toEqual([text(two.state), two.history, two.effects, two.removed]);
        for (const { id, previousId } of one.history) {
          expect(id).toBe(last += 1);
          expect(previousId).toBeLessThan(id);
        }
        for (const branch of one.state.branches.values()) if (branch.phase.kind === 'waiting') expect(dueOf(branch)).toBeDefined();
        state = one.state;
        if (state.status !== 'RUNNING') {
          expect(state.branches.size).toBe(0);
          expect((await step(DEFINITION, state, { type: 'advance' }, now)).taken).toBe(false);
          return;
        }
        expect([...state.branches.values()].some(({ phase }) => ['task', 'waiting', 'retrying', 'ready', 'gathering'].includes(phase.kind))).toBe(true);
      }
    }), { numRuns: 60, seed: 20_260 });
  });

  it('takes nothing from a stale answer', async () => {
    const fresh = newExecution({ machine: 'it', name: 'one', input: {}, startedAt: 0, seed: 's', startAt: DEFINITION.StartAt });
    const { state } = await step(DEFINITION, fresh, { type: 'advance' }, 0);
    const task = state.branches.get('/0')!;
    expect(task.phase.kind).toBe('task');
    for (const event of [{ type: 'taskSucceeded', branch: '/0', ticket: task.ticket - 1, output: 1 }, { type: 'taskSucceeded', branch: '/9', ticket: 1, output: 1 }, { type: 'deadline' }] as const) {
      expect(await step(DEFINITION, state, event, 0)).toMatchObject({ taken: false, history: [], effects: [] });
    }
  });
});
