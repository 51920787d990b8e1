/** The end of an execution, and of branches whose siblings have failed. */
import type { Branch } from '../state.ts';
import type { Ending, Turn } from '../turn.ts';

const EVENT = { SUCCEEDED: 'ExecutionSucceeded', FAILED: 'ExecutionFailed', ABORTED: 'ExecutionAborted', TIMED_OUT: 'ExecutionTimedOut' } as const;

const stopRequest = (turn: Turn, branch: Branch): void => {
  if (branch.phase.kind === 'task' && branch.phase.request.kind === 'child') {
    turn.effects.push({ kind: 'stopChild', machine: branch.phase.request.machine, name: branch.phase.request.name });
  }
};

/** Ends the execution: every branch goes, and nested executions are stopped. */
export const endExecution = (turn: Turn, ending: Ending & { status: keyof typeof EVENT }, previousId: number): void => {
  const requests = turn.effects.filter((effect) => effect.kind === 'request').map((effect) => effect.branch);
  turn.effects.splice(0, turn.effects.length, ...turn.effects.filter((effect) => effect.kind !== 'request'));
  for (const branch of turn.branches.values()) if (!requests.includes(branch.id)) stopRequest(turn, branch);
  const { status, ...detail } = ending;
  // An execution that timed out carries its error in the history only, as Step Functions does.
  turn.append(previousId, EVENT[status], undefined, status === 'TIMED_OUT' ? { error: 'States.Timeout' } : detail, true);
  turn.ending = ending;
};

/** Ends a branch and all under it, because a sibling has failed. */
export const abortBranch = (turn: Turn, branch: Branch): void => {
  for (const child of turn.children(branch.id)) abortBranch(turn, child);
  const { kind } = branch.phase;
  if (kind === 'task' || kind === 'waiting' || kind === 'retrying' || kind === 'fanout') {
    stopRequest(turn, branch);
    const type = turn.stateOf(branch).Type;
    if (type === 'Task' || type === 'Wait' || type === 'Parallel' || type === 'Map') turn.append(branch.previousEvent, `${type}StateAborted`, branch.state, undefined);
  }
  if (branch.item !== undefined && kind !== 'queued' && kind !== 'done') turn.append(branch.previousEvent, 'MapIterationAborted', undefined, { name: turn.branch(branch.parent!).state, index: branch.index });
  turn.effects.splice(0, turn.effects.length, ...turn.effects.filter((effect) => effect.kind !== 'request' || effect.branch !== branch.id));
  turn.branches.delete(branch.id);
};
