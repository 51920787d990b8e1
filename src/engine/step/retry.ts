/** A state has failed: retry it, catch the failure, or hand it up. */
import type { Retrier, State } from '../asl.ts';
import { matchesError, StateFailure } from '../failure.ts';
import type { Branch } from '../state.ts';
import type { Turn } from '../turn.ts';
import { abortBranch, endExecution } from './end.ts';
import { leaveState } from './leave.ts';

/** Delay before a retry in milliseconds: IntervalSeconds * BackoffRate^attempt, at most MaxDelaySeconds, all of it by chance with FULL jitter. */
export const retryDelayMs = (retrier: Retrier, attempt: number, chance: () => number): number => {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Infinity, JitterStrategy = 'NONE' } = retrier;
  const delay = Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds, 99_999_999) * 1000;
  return Math.round(JitterStrategy === 'FULL' ? delay * chance() : delay);
};

const tryAgain = (turn: Turn, branch: Branch, retriers: readonly Retrier[], failure: StateFailure): boolean => {
  const at = retriers.findIndex((retrier) => matchesError(retrier.ErrorEquals, failure.error));
  const retrier = retriers[at];
  const attempt = branch.retries[at] ?? 0;
  if (retrier === undefined || attempt >= (retrier.MaxAttempts ?? 3)) return false;
  const retries = retriers.map((_, index) => (branch.retries[index] ?? 0) + (index === at ? 1 : 0));
  const delay = retryDelayMs(retrier, attempt, () => turn.bytes().readUIntBE(0, 6) / 2 ** 48);
  turn.move({ ...branch, retries }, { kind: 'retrying', until: turn.now + delay });
  return true;
};

const recordFanoutFailure = (turn: Turn, branch: Branch, state: State, failure: StateFailure): Branch => {
  if (branch.phase.kind !== 'fanout' && branch.phase.kind !== 'gathering') return branch;
  for (const child of turn.children(branch.id)) abortBranch(turn, child);
  return turn.record(branch, `${state.Type}StateFailed`, { error: failure.error, cause: failure.detail });
};

const handUp = async (turn: Turn, branch: Branch, failure: StateFailure): Promise<void> => {
  if (branch.parent === undefined) {
    endExecution(turn, { status: 'FAILED', error: failure.error, cause: failure.detail }, branch.previousEvent);
    return;
  }
  const parent = turn.branch(branch.parent);
  const ended = branch.item === undefined ? branch.previousEvent : turn.append(branch.previousEvent, 'MapIterationFailed', undefined, { name: parent.state, index: branch.index });
  for (const child of turn.children(branch.id)) abortBranch(turn, child);
  turn.branches.delete(branch.id);
  await failState(turn, turn.put({ ...parent, previousEvent: ended }).id, failure);
};

/** Carries a failure of the state that a branch is in to its Retry, its Catch, or the state around it. */
export const failState = async (turn: Turn, id: string, failure: StateFailure): Promise<void> => {
  const before = turn.branch(id);
  const state = turn.stateOf(before);
  const branch = recordFanoutFailure(turn, before, state, failure);
  if (!('Retry' in state || 'Catch' in state)) return handUp(turn, branch, failure);
  if (tryAgain(turn, branch, state.Retry ?? [], failure)) return undefined;
  const catcher = state.Catch?.find((one) => matchesError(one.ErrorEquals, failure.error));
  if (catcher === undefined) return handUp(turn, branch, failure);
  const errorOutput = { Error: failure.error, Cause: failure.detail };
  try {
    return await leaveState(turn, id, catcher, errorOutput, { errorOutput });
  } catch (thrown) {
    // A catcher's own Assign or Output has failed: nothing on this state can catch that.
    if (!(thrown instanceof StateFailure)) throw thrown;
    return handUp(turn, turn.record(turn.branch(id), 'EvaluationFailed', { error: thrown.error, cause: thrown.detail, state: branch.state }), thrown);
  }
};
