/** Which states, Choice rules, Catchers and Retriers there are, and which of them runs went through. */
import { RESOURCES, type Graph, type State } from '../../../src/engine/asl.ts';
import type { Run, Step } from './history.ts';

const innerOf = (state: State): Graph[] => (state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : []);
const all = (graph: Graph): [string, State][] => Object.entries(graph.States).flatMap(([name, state]) => [[name, state] as [string, State], ...innerOf(state).flatMap(all)]);

/** Where a state leads when its rule or catcher is taken: `<state> rule 0 -> <next>`. */
const waysOf = (name: string, state: State): string[] => [
  name,
  ...(state.Type === 'Choice' ? [...state.Choices.map((rule, index) => `${name} rule ${index} -> ${rule.Next}`), ...(state.Default === undefined ? [] : [`${name} default -> ${state.Default}`])] : []),
  ...('Catch' in state ? (state.Catch ?? []).map((catcher, index) => `${name} catch ${index} -> ${catcher.Next}`) : []),
  // No interpreter can be made to refuse the start of a nested execution; that the Retry is there is held by machines.test.ts.
  ...('Retry' in state && !(state.Type === 'Task' && state.Resource === RESOURCES.startExecution) ? (state.Retry ?? []).map((_, index) => `${name} retry ${index}`) : []),
];

/** Everything in a machine that a scenario has to go through. */
export const wanted = (machine: Graph): string[] => all(machine).flatMap(([name, state]) => waysOf(name, state));

/** Ways out of a Choice state that a run can't tell apart, because they lead to the same state. None may be. */
export const ambiguous = (machine: Graph): string[] => all(machine).flatMap(([name, state]) => {
  if (state.Type !== 'Choice') return [];
  const next = [...state.Choices.map((rule) => rule.Next), ...(state.Default === undefined ? [] : [state.Default])];
  return new Set(next).size === next.length ? [] : [name];
});

const retried = (name: string, state: State, error: string): string[] => {
  const index = 'Retry' in state ? (state.Retry ?? []).findIndex((one) => one.ErrorEquals.includes(error)) : -1;
  return index < 0 ? [] : [`${name} retry ${index}`];
};

const seenIn = (states: ReadonlyMap<string, State>, steps: readonly Step[]): string[] => steps.flatMap((step, at) => {
  const state = states.get(step.state)!;
  const next = steps.slice(at + 1).find((one) => one.what === 'entered')?.state;
  if (step.what === 'entered') return [step.state];
  if (step.what === 'scheduled') {
    const before = steps[at - 1];
    return before?.state === step.state && (before.what === 'failed' || before.what === 'timed out') ? retried(step.state, state, (before.detail as { error: string }).error) : [];
  }
  if (step.what !== 'exited' || next === undefined) return [];
  if (state.Type === 'Choice') {
    const rule = state.Choices.findIndex((one) => one.Next === next);
    return [rule < 0 ? `${step.state} default -> ${next}` : `${step.state} rule ${rule} -> ${next}`];
  }
  const catcher = 'Catch' in state ? (state.Catch ?? []).findIndex((one) => one.Next === next) : -1;
  // A task was caught where its failure is the last that came of it; of a Parallel or Map state only where it led tells.
  const before = steps[at - 1];
  const failed = state.Type === 'Task' ? before?.what === 'failed' || before?.what === 'timed out' : 'Next' in state && state.Next !== next;
  return catcher >= 0 && failed ? [`${step.state} catch ${catcher} -> ${next}`] : [];
});

/** What the runs of one machine went through. */
export function reached(machine: Graph, runs: readonly Run[]): Set<string> {
  const states = new Map(all(machine));
  return new Set(runs.flatMap((run) => Object.values(run.branches).flatMap((steps) => seenIn(states, steps))));
}
