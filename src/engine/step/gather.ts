/** All children of a Parallel or Map state are done: their outputs, in order, are the state's result. */
import type { MapState, ParallelState } from '../asl.ts';
import { plain } from '../payload.ts';
import type { Turn } from '../turn.ts';
import { leaveState } from './leave.ts';

export const gather = async (turn: Turn, id: string): Promise<void> => {
  const parent = turn.branch(id);
  const children = turn.children(id);
  const state = turn.stateOf(parent) as MapState | ParallelState;
  const result = plain(children.map((child) => (child.phase.kind === 'done' ? child.phase.output : null)), `The result of the state '${parent.state}'`);
  for (const child of children) turn.branches.delete(child.id);
  turn.record(parent, `${state.Type}StateSucceeded`);
  await leaveState(turn, id, state, result, { result });
};
