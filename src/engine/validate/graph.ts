/** The shape of a graph: where it goes, and whether every state can be reached. */
import type { Catcher, Graph, Retrier, State } from '../asl.ts';
import type { Report } from './issues.ts';
import { innerGraphs } from './places.ts';

/** A way out of a state: where to, and the variables that are assigned on it. */
export interface Way { readonly to: string; readonly assigns: readonly string[]; readonly field: string }

export const waysOf = (state: State): Way[] => {
  const ways: Way[] = [];
  const assigns = (from: { Assign?: Record<string, unknown> | undefined }): string[] => Object.keys(from.Assign ?? {});
  if ('Next' in state && state.Next !== undefined) ways.push({ to: state.Next, assigns: assigns(state), field: 'Next' });
  if (state.Type === 'Choice') {
    for (const [index, rule] of state.Choices.entries()) ways.push({ to: rule.Next, assigns: assigns(rule), field: `Choices[${index}]/Next` });
    if (state.Default !== undefined) ways.push({ to: state.Default, assigns: assigns(state), field: 'Default' });
  }
  if ('Catch' in state) for (const [index, catcher] of (state.Catch ?? []).entries()) ways.push({ to: catcher.Next, assigns: assigns(catcher), field: `Catch[${index}]/Next` });
  return ways;
};

const checkErrors = (list: readonly (Retrier | Catcher)[], state: string, field: string, report: Report): void => {
  for (const [index, { ErrorEquals }] of list.entries()) {
    if (!ErrorEquals.includes('States.ALL')) continue;
    if (ErrorEquals.length > 1) report({ state, field: `${field}[${index}]/ErrorEquals`, problem: 'States.ALL must stand alone.' });
    if (index < list.length - 1) report({ state, field: `${field}[${index}]/ErrorEquals`, problem: `States.ALL must be in the last entry of ${field}; those after it are never reached.` });
  }
};

const checkEnd = (state: State, name: string, report: Report): void => {
  if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return;
  if ((state.Next === undefined) === (state.End === undefined)) report({ state: name, field: 'Next', problem: 'exactly one of Next and "End": true is allowed.' });
};

const reachable = (graph: Graph): Set<string> => {
  const seen = new Set<string>();
  const left = [graph.StartAt];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const state = graph.States[name];
    if (state === undefined || seen.has(name)) continue;
    seen.add(name);
    left.push(...waysOf(state).map(({ to }) => to));
  }
  return seen;
};

/** Checks a graph and those inside it. State names are unique in the whole machine: `seen` carries them. */
export const checkGraph = (graph: Graph, report: Report, inside?: string, seen = new Set<string>()): void => {
  const names = Object.keys(graph.States);
  const allowed = `Allowed here: ${names.join(', ')}.`;
  if (!Object.hasOwn(graph.States, graph.StartAt)) report({ ...(inside === undefined ? {} : { state: inside }), field: 'StartAt', problem: `there is no state '${graph.StartAt}'. ${allowed}` });
  const found = reachable(graph);
  for (const [name, state] of Object.entries(graph.States)) {
    if (seen.has(name)) report({ state: name, problem: 'another state of this machine has the same name; names must be unique in the whole machine.' });
    seen.add(name);
    if (!found.has(name)) report({ state: name, problem: `it can't be reached from '${graph.StartAt}'. Point a Next, Default or Catch at it, or remove it.` });
    for (const { to, field } of waysOf(state)) if (!Object.hasOwn(graph.States, to)) report({ state: name, field, problem: `there is no state '${to}'. ${allowed}` });
    checkEnd(state, name, report);
    if ('Retry' in state) checkErrors(state.Retry ?? [], name, 'Retry', report);
    if ('Catch' in state) checkErrors(state.Catch ?? [], name, 'Catch', report);
    for (const inner of innerGraphs(state)) checkGraph(inner, report, name, seen);
  }
};
