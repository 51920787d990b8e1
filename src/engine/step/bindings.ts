/** What an expression can see: `$states`, the variables of its scope and the outer ones, and the functions. */
import { executionArn, machineArn, ROLE_ARN } from '../arns.ts';
import type { ErrorOutput } from '../failure.ts';
import { functionBindings } from '../functions.ts';
import type { Branch } from '../state.ts';
import type { Turn } from '../turn.ts';

export interface Extra {
  readonly result?: unknown;
  readonly errorOutput?: ErrorOutput;
  readonly token?: string;
  readonly item?: { readonly Index: number; readonly Value: unknown };
}

const lineage = (turn: Turn, branch: Branch): Branch[] => (branch.parent === undefined ? [branch] : [...lineage(turn, turn.branch(branch.parent)), branch]);

/** The context object: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html. Times are ISO 8601. */
const contextOf = (turn: Turn, branch: Branch, line: readonly Branch[], extra: Extra): unknown => {
  const { machine, name, input, startedAt } = turn.before;
  const item = extra.item ?? line.findLast((one) => one.item !== undefined)?.item;
  return {
    Execution: { Id: executionArn(machine, name), Input: input, Name: name, RoleArn: ROLE_ARN, StartTime: new Date(startedAt).toISOString(), RedriveCount: 0 },
    StateMachine: { Id: machineArn(machine), Name: machine },
    State: { EnteredTime: new Date(branch.enteredAt).toISOString(), Name: branch.state, RetryCount: branch.retries.reduce((sum, count) => sum + count, 0) },
    ...(item === undefined ? {} : { Map: { Item: item } }),
    ...(extra.token === undefined ? {} : { Task: { Token: extra.token } }),
  };
};

/** Bindings for the expressions of the state that a branch is in. */
export const bindingsOf = (turn: Turn, branch: Branch, extra: Extra = {}): Record<string, unknown> => {
  const line = lineage(turn, branch);
  const states = {
    input: branch.input,
    context: contextOf(turn, branch, line, extra),
    ...('result' in extra ? { result: extra.result } : {}),
    ...(extra.errorOutput === undefined ? {} : { errorOutput: extra.errorOutput }),
  };
  return { ...functionBindings(turn), ...Object.assign({}, ...line.map((one) => one.variables)) as object, states };
};
