/** What an event does to the branch that it is for. */
import type { TaskState, WaitState } from '../asl.ts';
import { StateFailure } from '../failure.ts';
import type { Branch, EngineEvent } from '../state.ts';
import type { Turn } from '../turn.ts';
import { work } from './enter.ts';
import { leaveState } from './leave.ts';
import { taskSucceeded } from './task.ts';

export type BranchEvent = Extract<EngineEvent, { branch: string }>;

const timeoutOf = (branch: Branch, now: number): StateFailure | undefined => {
  if (branch.phase.kind !== 'task') return undefined;
  if (branch.phase.timeoutAt !== undefined && now >= branch.phase.timeoutAt) return new StateFailure('States.Timeout', `The task '${branch.state}' did not answer within its TimeoutSeconds.`);
  if (branch.phase.heartbeatAt !== undefined && now >= branch.phase.heartbeatAt) return new StateFailure('States.HeartbeatTimeout', `The task '${branch.state}' sent no heartbeat within its HeartbeatSeconds.`);
  return undefined;
};

const due = async (turn: Turn, branch: Branch): Promise<void> => {
  const { phase } = branch;
  if (phase.kind === 'waiting' && turn.now >= phase.until) await leaveState(turn, branch.id, turn.stateOf(branch) as WaitState, branch.input);
  if (phase.kind === 'retrying' && turn.now >= phase.until) await work(turn, branch.id);
};

const stopNested = (turn: Turn, branch: Branch): void => {
  if (branch.phase.kind === 'task' && branch.phase.request.kind === 'child') turn.effects.push({ kind: 'stopChild', machine: branch.phase.request.machine, name: branch.phase.request.name });
};

/**
 * Applies an event to its branch. Answers false when the event is not for where the branch is now: it is stale, and nothing
 * may come of it. Raises a StateFailure in the name of the branch's state.
 */
export const answer = async (turn: Turn, event: BranchEvent): Promise<boolean> => {
  const branch = turn.branches.get(event.branch);
  if (branch === undefined || branch.ticket !== event.ticket) return false;
  const late = timeoutOf(branch, turn.now);
  if (late !== undefined) {
    turn.late = event.type !== 'due';
    stopNested(turn, branch);
    turn.record(branch, 'TaskTimedOut', { error: late.error, cause: late.detail });
    throw late;
  }
  if (event.type === 'due') {
    await due(turn, branch);
    return true;
  }
  if (branch.phase.kind !== 'task') return false;
  const state = turn.stateOf(branch) as TaskState;
  switch (event.type) {
    case 'taskSucceeded':
      await taskSucceeded(turn, branch.id, state, event.output);
      return true;
    case 'taskFailed':
      turn.record(branch, 'TaskFailed', { resource: state.Resource, error: event.error, cause: event.cause });
      throw new StateFailure(event.error, event.cause);
    case 'taskSubmitted':
      if (branch.phase.submitted) return false;
      turn.record({ ...branch, phase: { ...branch.phase, submitted: true } }, 'TaskSubmitted', { resource: state.Resource, output: event.output });
      return true;
    case 'heartbeat':
      break;
  }
  const { heartbeatMs } = branch.phase;
  if (heartbeatMs !== undefined) turn.put({ ...branch, phase: { ...branch.phase, heartbeatAt: turn.now + heartbeatMs } });
  return true;
};
