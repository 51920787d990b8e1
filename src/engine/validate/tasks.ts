/** What is particular to a type of state: arguments, timeouts, waits. */
import { machineOf } from '../arns.ts';
import { isExpression, RESOURCES, type Graph, type State, type TaskState } from '../asl.ts';
import { InvokeArguments, StartArguments } from '../step/task.ts';
import type { Report } from './issues.ts';
import { innerGraphs } from './places.ts';

/** What a machine may name. `functions` is left out where they are not known. */
export interface Known { readonly machines: readonly string[]; readonly functions?: readonly string[] | undefined }

const checkTarget = (name: string, field: string, value: unknown, allowed: readonly string[], report: Report): void => {
  if (typeof value !== 'string' || isExpression(value) || value.includes('${') || allowed.includes(value)) return;
  report({ state: name, field: `Arguments/${field}`, problem: `'${value}' is not known. Allowed: ${allowed.join(', ') || 'none'}.` });
};

const checkArguments = (name: string, state: TaskState, known: Known, report: Report): void => {
  if (typeof state.Arguments === 'string') return;
  const nested = state.Resource === RESOURCES.startExecution;
  const [schema, needed] = nested ? [StartArguments, 'StateMachineArn'] as const : [InvokeArguments, 'FunctionName'] as const;
  const given = state.Arguments;
  for (const field of Object.keys(given)) {
    if (!Object.hasOwn(schema.shape, field)) report({ state: name, field: `Arguments/${field}`, problem: `unknown argument of ${state.Resource}. Allowed: ${Object.keys(schema.shape).join(', ')}.` });
  }
  if (typeof given[needed] !== 'string' || given[needed] === '') report({ state: name, field: `Arguments/${needed}`, problem: `${needed} is missing; it must name ${nested ? 'a state machine' : 'a function'}.` });
  else if (nested) checkTarget(name, needed, machineOf(given[needed]) === given[needed] || isExpression(given[needed]) ? given[needed] : machineOf(given[needed]), known.machines, report);
  else if (known.functions !== undefined) checkTarget(name, needed, given[needed], known.functions, report);
};

const checkTask = (name: string, state: TaskState, known: Known, report: Report): void => {
  checkArguments(name, state, known, report);
  const { HeartbeatSeconds: heartbeat, TimeoutSeconds: timeout } = state;
  if (typeof heartbeat === 'number' && typeof timeout === 'number' && heartbeat >= timeout) report({ state: name, field: 'HeartbeatSeconds', problem: `${heartbeat} s is not shorter than TimeoutSeconds (${timeout} s), so it could never matter.` });
  const mentions = JSON.stringify(state.Arguments).includes('$states.context');
  if (state.Resource === RESOURCES.invokeWithToken && !mentions) report({ state: name, field: 'Arguments', problem: 'the task waits for a token that it does not hand out. Put {% $states.context.Task.Token %} into the Payload.' });
};

const checkState = (name: string, state: State, known: Known, report: Report): void => {
  if (state.Type === 'Task') checkTask(name, state, known, report);
  if (state.Type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined)) report({ state: name, field: 'Seconds', problem: 'exactly one of Seconds and Timestamp is allowed.' });
};

export const checkTasks = (graph: Graph, known: Known, report: Report): void => {
  for (const [name, state] of Object.entries(graph.States)) {
    checkState(name, state, known, report);
    for (const inner of innerGraphs(state)) checkTasks(inner, known, report);
  }
};
