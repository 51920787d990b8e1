/** Parallel and Map: children start and finish. */
import type { MapState, ParallelState } from '../asl.ts';
import { evaluate } from '../expressions.ts';
import { StateFailure } from '../failure.ts';
import type { Branch } from '../state.ts';
import type { Turn } from '../turn.ts';
import { bindingsOf } from './bindings.ts';

const childOf = (turn: Turn, parent: Branch, given: { index: number; path: Branch['path']; state: string; input: unknown; item?: Branch['item'] }): Branch => ({
  id: `${parent.id}/${given.index}`, parent: parent.id, index: given.index, path: given.path, ...(given.item === undefined ? {} : { item: given.item }),
  variables: {}, state: given.state, input: given.input, enteredAt: turn.now, previousEvent: parent.previousEvent, retries: [], ticket: parent.ticket, phase: { kind: 'queued' },
});

/** Starts every branch of a Parallel state, each with the state's Arguments (or its input). */
export const startParallel = async (turn: Turn, id: string, state: ParallelState): Promise<void> => {
  const branch = turn.branch(id);
  const input = state.Arguments === undefined ? branch.input : await evaluate(state.Arguments, bindingsOf(turn, branch), 'Arguments');
  const started = turn.move(turn.record(branch, 'ParallelStateStarted'), { kind: 'fanout', total: state.Branches.length, finished: 0, next: state.Branches.length });
  for (const [index, graph] of state.Branches.entries()) {
    turn.move(childOf(turn, started, { index, path: [...branch.path, branch.state, index], state: graph.StartAt, input }), { kind: 'ready' });
  }
};

const itemsOf = async (turn: Turn, branch: Branch, state: MapState): Promise<{ items: unknown[]; inputs: unknown[]; limit: number }> => {
  const items = state.Items === undefined ? branch.input : await evaluate(state.Items, bindingsOf(turn, branch), 'Items');
  if (!Array.isArray(items)) throw new StateFailure('States.QueryEvaluationError', `Items of the Map state '${branch.state}' is ${items === null ? 'null' : typeof items}, which is no array. Wrap a single item: [ ... ].`);
  const limit = state.MaxConcurrency === undefined ? 0 : await evaluate(state.MaxConcurrency, bindingsOf(turn, branch), 'MaxConcurrency');
  if (!Number.isInteger(limit) || (limit as number) < 0) throw new StateFailure('States.QueryEvaluationError', `MaxConcurrency of the Map state '${branch.state}' must be a whole number of at least 0 (0 is no limit).`);
  const inputs: unknown[] = [];
  for (const [index, value] of items.entries()) {
    inputs.push(state.ItemSelector === undefined ? value : await evaluate(state.ItemSelector, bindingsOf(turn, branch, { item: { Index: index, Value: value } }), 'ItemSelector'));
  }
  return { items, inputs, limit: limit as number };
};

const startIteration = (turn: Turn, child: Branch, startedEvent: number): void => {
  const name = turn.branch(child.parent!).state;
  const previousEvent = turn.append(startedEvent, 'MapIterationStarted', undefined, { name, index: child.index });
  turn.move({ ...child, enteredAt: turn.now, previousEvent }, { kind: 'ready' });
};

/** Starts a Map state: its iterations are all laid down, and as many as MaxConcurrency allows begin. */
export const startMap = async (turn: Turn, id: string, state: MapState): Promise<void> => {
  const branch = turn.branch(id);
  const { items, inputs, limit } = await itemsOf(turn, branch, state);
  const total = items.length;
  const active = limit === 0 ? total : Math.min(limit, total);
  const started = turn.move(turn.record(branch, 'MapStateStarted', { length: total }), { kind: 'fanout', total, finished: 0, next: active });
  for (const [index, value] of items.entries()) {
    const child = turn.put(childOf(turn, started, { index, path: [...branch.path, branch.state, 'item'], state: state.ItemProcessor.StartAt, input: inputs[index], item: { Index: index, Value: value } }));
    if (index < active) startIteration(turn, child, started.previousEvent);
  }
  if (total === 0) turn.move(started, { kind: 'gathering' });
};

/** A child has reached its end: the next iteration begins, or the parent becomes ready to gather the results. */
export const branchDone = (turn: Turn, child: Branch): void => {
  const parent = turn.branch(child.parent!);
  if (parent.phase.kind !== 'fanout') throw new Error(`The branch '${parent.id}' has no children.`);
  const ended = child.item === undefined ? child.previousEvent : turn.append(child.previousEvent, 'MapIterationSucceeded', undefined, { name: parent.state, index: child.index });
  const finished = parent.phase.finished + 1;
  const queued = parent.phase.next < parent.phase.total ? turn.branches.get(`${parent.id}/${parent.phase.next}`) : undefined;
  const moved = turn.put({ ...parent, previousEvent: finished === parent.phase.total ? ended : parent.previousEvent, phase: { ...parent.phase, finished, next: parent.phase.next + (queued === undefined ? 0 : 1) } });
  if (queued !== undefined) startIteration(turn, queued, parent.previousEvent);
  if (finished === parent.phase.total) turn.move(moved, { kind: 'gathering' });
};
