/** State machine files -> Markdown tables of their states. */
import type { Graph, Machine, Retrier, State, TaskState } from '../src/engine/asl.ts';

type Inner = { readonly title: string; readonly graph: Graph };

const innerOf = (name: string, state: State): Inner[] => {
  if (state.Type === 'Map') return [{ title: `each of ${name}`, graph: state.ItemProcessor }];
  return state.Type === 'Parallel' ? state.Branches.map((graph, index) => ({ title: `branch ${index + 1} of ${name}`, graph })) : [];
};

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const expression = (text: string): string => text.replace(/^\{%\s*|\s*%\}$/g, '');
const last = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

const called = ({ Resource, Arguments }: TaskState): string => {
  const given = Arguments as { FunctionName?: string; StateMachineArn?: string };
  if (given.StateMachineArn !== undefined) return `runs the machine ${code(last(given.StateMachineArn))}`;
  const name = given.FunctionName ?? '';
  return `calls ${name.startsWith('{%') ? 'the target\'s function' : code(name)}${Resource.endsWith('waitForTaskToken') ? ', goes on by its task token' : ''}`;
};

const does = (state: State): string => {
  switch (state.Type) {
    case 'Task': return called(state);
    case 'Choice': return 'decides';
    case 'Wait': return `waits until ${code(expression(state.Timestamp ?? String(state.Seconds)))}`;
    case 'Map': return `for each of ${code(expression(String(state.Items)))}${state.MaxConcurrency === 1 ? ', one after the other' : state.MaxConcurrency === undefined ? ', side by side' : `, ${state.MaxConcurrency} at a time`}`;
    case 'Parallel': return `${state.Branches.length} branches side by side`;
    case 'Pass': return 'sets variables or the output';
    case 'Succeed': return 'ends well';
    case 'Fail': return `ends with the error ${code(expression(state.Error ?? ''))}`;
  }
};

const next = (state: State): string => {
  if (state.Type === 'Choice') return [...state.Choices.map((rule) => `${rule.Next} if ${code(expression(rule.Condition))}`), `else ${state.Default}`].join('; ');
  return 'Next' in state && state.Next !== undefined ? state.Next : '';
};

const limit = (state: State): string => {
  if (state.Type !== 'Task' || state.TimeoutSeconds === undefined) return '';
  return typeof state.TimeoutSeconds === 'number' ? `${state.TimeoutSeconds} s` : code(expression(state.TimeoutSeconds));
};

/** Retriers get letters in the order in which they are met. */
class Letters {
  readonly met = new Map<string, Retrier>();
  of(retrier: Retrier): string {
    const key = JSON.stringify(retrier);
    this.met.set(key, retrier);
    return String.fromCodePoint(65 + [...this.met.keys()].indexOf(key));
  }
}

const errors = (state: State, letters: Letters): string => {
  const retries = 'Retry' in state ? (state.Retry ?? []).map((retrier) => letters.of(retrier)) : [];
  const catches = 'Catch' in state ? (state.Catch ?? []).map((catcher) => `${catcher.ErrorEquals.map(code).join(', ')} -> ${catcher.Next}`) : [];
  return [...(retries.length === 0 ? [] : [`retried: ${retries.join(', ')}`]), ...catches].join('; ');
};

const rows = (graph: Graph, letters: Letters): string => [
  '| state | does | then | within | errors |', '|---|---|---|---|---|',
  ...Object.entries(graph.States).map(([name, state]) => `| ${name} | ${does(state)} | ${next(state)} | ${limit(state)} | ${errors(state, letters)} |`),
].join('\n');

const parts = (graph: Graph, letters: Letters): string[] => [
  rows(graph, letters),
  ...Object.entries(graph.States).flatMap(([name, state]) => innerOf(name, state).flatMap((inner) => [`In ${inner.title}:`, ...parts(inner.graph, letters)])),
];

const retrierRow = (retrier: Retrier, letter: string): string => {
  const { ErrorEquals, IntervalSeconds = 1, BackoffRate = 2, MaxAttempts = 3, MaxDelaySeconds, JitterStrategy } = retrier;
  return `| ${letter} | ${ErrorEquals.map(code).join(', ')} | ${MaxAttempts} | ${IntervalSeconds} s, times ${BackoffRate}${MaxDelaySeconds === undefined ? '' : `, at most ${MaxDelaySeconds} s`}${JitterStrategy === 'FULL' ? ', each by chance from 0 to that' : ''} |`;
};

/** A table of the retries, then for each machine a heading, its comment and its tables. */
export function machineTables(machines: Readonly<Record<string, Machine>>): string {
  const letters = new Letters();
  const sections = Object.entries(machines).map(([name, machine]) => [`### ${name}`, machine.Comment ?? '', ...parts(machine, letters)].join('\n\n'));
  const retries = ['| | errors | attempts after the first | pause |', '|---|---|---|---|', ...[...letters.met.values()].map((retrier) => retrierRow(retrier, letters.of(retrier)))].join('\n');
  return ['### Retries', retries, ...sections].join('\n\n');
}
