/**
 * The core: what one event makes of an execution. Reads no clock, no file and no chance: the same definition, state,
 * event and time give the same answer, down to tokens and `$uuid`.
 */
import type { HistoryEvent } from '../ports/orchestrator.ts';
import type { Machine } from './asl.ts';
import { StateFailure } from './failure.ts';
import type { Branch, Effect, EngineEvent, ExecutionState } from './state.ts';
import { answer } from './step/answer.ts';
import { endExecution } from './step/end.ts';
import { enterState } from './step/enter.ts';
import { gather } from './step/gather.ts';
import { failState } from './step/retry.ts';
import { HISTORY_EVENTS_MAX, HistoryFull, isReady, Turn } from './turn.ts';

/** States that one turn may enter; then it is journaled, and others get their turn. */
const TRANSITIONS_PER_TURN_MAX = 64;

export interface Step {
  readonly state: ExecutionState;
  readonly history: readonly HistoryEvent[];
  readonly effects: readonly Effect[];
  /** Branches that changed, and the ids of those that are gone. */
  readonly changed: readonly Branch[];
  readonly removed: readonly string[];
  /** False for a stale event: nothing came of it. */
  readonly taken: boolean;
  /** The answer came too late: its task has timed out instead. */
  readonly late: boolean;
  /** Whether there is more to do without waiting for anything. */
  readonly more: boolean;
}

const inTheNameOf = async (turn: Turn, id: string, act: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await act();
  } catch (thrown) {
    if (!(thrown instanceof StateFailure)) throw thrown;
    if (thrown.error === 'States.QueryEvaluationError') turn.record(turn.branch(id), 'EvaluationFailed', { error: thrown.error, cause: thrown.detail, state: turn.branch(id).state });
    await failState(turn, id, thrown);
    return true;
  }
};

const settleReady = async (turn: Turn): Promise<void> => {
  let left = TRANSITIONS_PER_TURN_MAX;
  for (const id of turn.ready) {
    turn.ready.delete(id);
    const branch = turn.branches.get(id);
    if (turn.ending !== undefined) return;
    if (branch === undefined || !isReady(branch)) continue;
    if (left === 0) return;
    left -= 1;
    await inTheNameOf(turn, id, () => (branch.phase.kind === 'gathering' ? gather(turn, id) : enterState(turn, id)));
  }
};

const apply = async (turn: Turn, event: EngineEvent): Promise<boolean> => {
  if (event.type === 'deadline') {
    if (turn.before.deadline === undefined || turn.now < turn.before.deadline) return false;
    endExecution(turn, { status: 'TIMED_OUT' }, 0);
    return true;
  }
  if (event.type === 'stop') {
    endExecution(turn, { status: 'ABORTED', error: event.error, cause: event.cause }, 0);
    return true;
  }
  if (event.type !== 'advance') return (await inTheNameOf(turn, event.branch, () => answer(turn, event))) !== false;
  return true;
};

const run = async (turn: Turn, event: EngineEvent): Promise<boolean> => {
  if (turn.before.lastEvent === 0) turn.append(0, 'ExecutionStarted', undefined, { input: turn.before.input });
  for (const branch of turn.branches.values()) if (isReady(branch)) turn.ready.add(branch.id);
  try {
    const taken = await apply(turn, event);
    if (taken) await settleReady(turn);
    return taken;
  } catch (thrown) {
    // Whatever is no failure of a state is a limit of the execution, or a fault here: it ends, it never hangs.
    const cause = thrown instanceof HistoryFull ? `The execution reached the maximum number of history events (${HISTORY_EVENTS_MAX}).` : `The interpreter failed: ${String(thrown)}`;
    endExecution(turn, { status: 'FAILED', error: 'States.Runtime', cause }, turn.lastEvent);
    return true;
  }
};

/** Takes one event. `now` is in milliseconds since the epoch. */
export const step = async (definition: Machine, before: ExecutionState, event: EngineEvent, now: number): Promise<Step> => {
  const turn = new Turn(definition, before, now);
  if (before.status !== 'RUNNING' || !(await run(turn, event))) return { state: before, history: [], effects: [], changed: [], removed: [], taken: false, late: false, more: false };
  const state = turn.settle();
  const changed = [...state.branches.values()].filter((branch) => before.branches.get(branch.id) !== branch);
  const removed = [...before.branches.keys()].filter((id) => !state.branches.has(id));
  return { state, history: turn.history, effects: turn.effects, changed, removed, taken: true, late: turn.late, more: [...state.branches.values()].some(isReady) };
};
