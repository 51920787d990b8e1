/** Task: a request to a function or a nested execution, and its answer. */
import * as z from 'zod';
import { machineOf } from '../arns.ts';
import { RESOURCES, type TaskState } from '../asl.ts';
import { evaluate } from '../expressions.ts';
import { StateFailure } from '../failure.ts';
import { plain } from '../payload.ts';
import type { Branch, TaskRequest } from '../state.ts';
import type { Turn } from '../turn.ts';
import { bindingsOf, type Extra } from './bindings.ts';
import { leaveState } from './leave.ts';

/** Arguments of `lambda:invoke` that mean something here. */
export const InvokeArguments = z.strictObject({ FunctionName: z.string().min(1), Payload: z.unknown().optional() });
/** Arguments of `startExecution.sync:2`. */
export const StartArguments = z.strictObject({ StateMachineArn: z.string().min(1), Name: z.string().regex(/^[0-9A-Za-z_-]{1,80}$/).optional(), Input: z.unknown().optional() });

const parse = <T>(schema: z.ZodType<T>, value: unknown, state: string): T => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new StateFailure('States.Runtime', `The Arguments of the state '${state}' do not fit its resource: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

const requestOf = (turn: Turn, branch: Branch, state: TaskState, given: unknown): TaskRequest => {
  if (state.Resource !== RESOURCES.startExecution) {
    const { FunctionName, Payload = {} } = parse(InvokeArguments, given, branch.state);
    return { kind: 'lambda', functionArn: FunctionName, payload: Payload };
  }
  const { StateMachineArn, Name = turn.bytes().toString('hex').slice(0, 32), Input = {} } = parse(StartArguments, given, branch.state);
  return { kind: 'child', machine: machineOf(StateMachineArn), name: Name, input: Input };
};

const secondsOf = async (value: unknown, bindings: Record<string, unknown>, field: string): Promise<number | undefined> => {
  if (value === undefined) return undefined;
  const seconds = await evaluate(value, bindings, field);
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1) throw new StateFailure('States.QueryEvaluationError', `${field} must be a whole number of seconds of at least 1, and is ${JSON.stringify(seconds)}.`);
  return seconds;
};

/** Sends the request of a Task: on entering it, and again at each retry. */
export const startTask = async (turn: Turn, id: string, state: TaskState): Promise<void> => {
  const branch = turn.branch(id);
  const byToken = state.Resource === RESOURCES.invokeWithToken;
  const token = byToken ? turn.token() : undefined;
  const bindings = bindingsOf(turn, branch, token === undefined ? {} : { token });
  const request = requestOf(turn, branch, state, await evaluate(state.Arguments, bindings, 'Arguments'));
  const timeout = await secondsOf(state.TimeoutSeconds, bindings, 'TimeoutSeconds');
  const heartbeat = await secondsOf(state.HeartbeatSeconds, bindings, 'HeartbeatSeconds');
  const detail = { resource: state.Resource, parameters: request.kind === 'lambda' ? { FunctionName: request.functionArn, Payload: withoutToken(request.payload, token) } : { StateMachineArn: request.machine, Name: request.name, Input: request.input }, ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }) };
  const moved = turn.move(branch, {
    kind: 'task', request, resource: state.Resource, submitted: false,
    ...(token === undefined ? {} : { token }),
    ...(timeout === undefined ? {} : { timeoutAt: turn.now + timeout * 1000 }),
    ...(heartbeat === undefined ? {} : { heartbeatMs: heartbeat * 1000, heartbeatAt: turn.now + heartbeat * 1000 }),
  });
  const scheduled = turn.record(moved, 'TaskScheduled', detail);
  const event = scheduled.previousEvent;
  turn.record(scheduled.phase.kind === 'task' ? { ...scheduled, phase: { ...scheduled.phase, scheduled: event } } : scheduled, 'TaskStarted', { resource: state.Resource });
  turn.effects.push({ kind: 'request', branch: id, ticket: moved.ticket, request, byToken, scheduled: event });
};

/** The history is shown to people, and a token is a key: it stays out. */
const withoutToken = (value: unknown, token: string | undefined): unknown =>
  token === undefined ? value : JSON.parse(JSON.stringify(value ?? null).replaceAll(token, '<task token>'));

/** A task has answered. */
export const taskSucceeded = async (turn: Turn, id: string, state: TaskState, output: unknown): Promise<void> => {
  const result = plain(output, `The result of the state '${turn.branch(id).state}'`);
  turn.record(turn.branch(id), 'TaskSucceeded', { resource: state.Resource, output: result });
  const extra: Extra = { result };
  await leaveState(turn, id, state, result, extra);
};
