/** Entering a state, and what each type does then. */
import type { ChoiceState, FailState, WaitState } from '../asl.ts';
import { evaluate } from '../expressions.ts';
import { StateFailure } from '../failure.ts';
import type { Turn } from '../turn.ts';
import { bindingsOf } from './bindings.ts';
import { startMap, startParallel } from './fanout.ts';
import { leaveState } from './leave.ts';
import { startTask } from './task.ts';

const choose = async (turn: Turn, id: string, state: ChoiceState): Promise<void> => {
  const branch = turn.branch(id);
  const bindings = bindingsOf(turn, branch);
  for (const rule of state.Choices) {
    const holds = await evaluate(rule.Condition, bindings, 'Condition');
    if (typeof holds !== 'boolean') throw new StateFailure('States.QueryEvaluationError', `The Condition '${rule.Condition}' of the state '${branch.state}' is ${JSON.stringify(holds)}, which is neither true nor false. Wrap it in $boolean(...) or compare it.`);
    if (holds) return leaveState(turn, id, rule, branch.input);
  }
  if (state.Default === undefined) throw new StateFailure('States.NoChoiceMatched', `No rule of the state '${branch.state}' matched, and it has no Default.`);
  return leaveState(turn, id, { Assign: state.Assign, Output: state.Output, Next: state.Default }, branch.input);
};

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const wait = async (turn: Turn, id: string, state: WaitState): Promise<void> => {
  const branch = turn.branch(id);
  const bindings = bindingsOf(turn, branch);
  if (state.Timestamp !== undefined) {
    const timestamp = await evaluate(state.Timestamp, bindings, 'Timestamp');
    const until = typeof timestamp === 'string' && ISO.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(until)) throw new StateFailure('States.QueryEvaluationError', `Timestamp of the state '${branch.state}' is ${JSON.stringify(timestamp)}; it must be ISO 8601 with a zone, such as 2030-01-31T12:00:00Z.`);
    turn.move(branch, { kind: 'waiting', until });
    return;
  }
  const seconds = await evaluate(state.Seconds, bindings, 'Seconds');
  if (typeof seconds !== 'number' || seconds < 0 || seconds > 99_999_999) throw new StateFailure('States.QueryEvaluationError', `Seconds of the state '${branch.state}' is ${JSON.stringify(seconds)}; it must be a number from 0 to 99999999.`);
  turn.move(branch, { kind: 'waiting', until: turn.now + seconds * 1000 });
};

const fail = async (turn: Turn, id: string, state: FailState): Promise<void> => {
  const bindings = bindingsOf(turn, turn.branch(id));
  const text = async (value: string | undefined, field: string): Promise<string> => {
    const found = value === undefined ? '' : await evaluate(value, bindings, field);
    return typeof found === 'string' ? found : JSON.stringify(found);
  };
  throw new StateFailure(await text(state.Error, 'Error'), await text(state.Cause, 'Cause'));
};

/** Does what a state is for. Again at each retry of a Task, Parallel or Map. */
export const work = async (turn: Turn, id: string): Promise<void> => {
  const branch = turn.branch(id);
  const state = turn.stateOf(branch);
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return leaveState(turn, id, state, branch.input);
    case 'Choice':
      return choose(turn, id, state);
    case 'Wait':
      return wait(turn, id, state);
    case 'Fail':
      return fail(turn, id, state);
    case 'Task':
      return startTask(turn, id, state);
    case 'Parallel':
      return startParallel(turn, id, state);
    case 'Map':
      return startMap(turn, id, state);
  }
};

/** Enters the state that a branch has come to. */
export const enterState = async (turn: Turn, id: string): Promise<void> => {
  const branch = { ...turn.branch(id), enteredAt: turn.now };
  turn.record(branch, `${turn.stateOf(branch).Type}StateEntered`, { name: branch.state, input: branch.input });
  await work(turn, id);
};
