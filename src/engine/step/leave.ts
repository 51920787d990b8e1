/** Leaving a state: its Assign and Output, the way on, and the end of a branch. */
import { evaluate } from '../expressions.ts';
import type { Branch } from '../state.ts';
import type { Turn } from '../turn.ts';
import { bindingsOf, type Extra } from './bindings.ts';
import { branchDone } from './fanout.ts';
import { endExecution } from './end.ts';

/** The fields that decide how a state is left: the state's own, or those of a matched Choice rule or Catcher. */
export interface Leaving {
  readonly Assign?: Record<string, unknown> | undefined;
  readonly Output?: unknown;
  readonly Next?: string | undefined;
}

/**
 * Leaves a state. Assign and Output both see the values at state entry: neither sees what the other makes.
 * `fallback` is the output where the fields have none.
 */
export const leaveState = async (turn: Turn, id: string, fields: Leaving, fallback: unknown, extra: Extra = {}): Promise<void> => {
  const branch = turn.branch(id);
  const bindings = bindingsOf(turn, branch, extra);
  const output = fields.Output === undefined ? fallback : await evaluate(fields.Output, bindings, 'Output');
  const assigned = fields.Assign === undefined ? {} : ((await evaluate(fields.Assign, bindings, 'Assign')) as Record<string, unknown>);
  const exited = turn.record(branch, `${turn.stateOf(branch).Type}StateExited`, { name: branch.state, output, ...(fields.Assign === undefined ? {} : { assignedVariables: assigned }) });
  goOn(turn, { ...exited, variables: { ...branch.variables, ...assigned } }, fields.Next, output);
};

const goOn = (turn: Turn, branch: Branch, next: string | undefined, output: unknown): void => {
  if (next !== undefined) {
    turn.move({ ...branch, state: next, input: output, retries: [] }, { kind: 'ready' });
  } else if (branch.parent === undefined) {
    endExecution(turn, { status: 'SUCCEEDED', output }, branch.previousEvent);
  } else {
    branchDone(turn, turn.move(branch, { kind: 'done', output }));
  }
};
