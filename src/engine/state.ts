/** What an execution is between two turns: plain data, so that the journal can hold all of it. */
import type { TraceParent } from '../domain/trace/trace-parent.ts';
import type { ExecutionStatus } from '../ports/orchestrator.ts';

/** What a task asked for. */
export type TaskRequest =
  | { readonly kind: 'lambda'; readonly functionArn: string; readonly payload: unknown }
  | { readonly kind: 'child'; readonly machine: string; readonly name: string; readonly input: unknown };

/** Where a branch stands. Times are milliseconds since the epoch, and absolute: they survive a restart. */
export type Phase =
  | { readonly kind: 'queued' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting'; readonly until: number }
  | { readonly kind: 'retrying'; readonly until: number }
  | {
      readonly kind: 'task';
      readonly request: TaskRequest;
      readonly resource: string;
      readonly timeoutAt?: number;
      readonly heartbeatMs?: number;
      readonly heartbeatAt?: number;
      /** The event that scheduled it; absent in a journal from before this was said. */
      readonly scheduled?: number;
      /** Only of a task that is answered by token. */
      readonly token?: string;
      /** The request was taken: it is not sent again. */
      readonly submitted: boolean;
    }
  | { readonly kind: 'fanout'; readonly total: number; readonly finished: number; readonly next: number }
  | { readonly kind: 'gathering' }
  | { readonly kind: 'done'; readonly output: unknown };

/** One thread of control: the execution itself (id ''), a branch of a Parallel state or an iteration of a Map state. */
export interface Branch {
  readonly id: string;
  readonly parent?: string;
  readonly index?: number;
  /** The way to its graph: state names and branch numbers, outermost first. */
  readonly path: readonly (string | number)[];
  /** The item of a Map iteration, `$states.context.Map.Item`. */
  readonly item?: { readonly Index: number; readonly Value: unknown };
  /** Variables of this scope; those of outer scopes stay with the outer branches. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly state: string;
  readonly input: unknown;
  readonly enteredAt: number;
  readonly previousEvent: number;
  /** Retries so far, per Retrier of the state. */
  readonly retries: readonly number[];
  /** Changes with every phase: an answer that carries an older one is stale. */
  readonly ticket: number;
  readonly phase: Phase;
}

/** The head of an execution: all that is not in a branch. */
export interface ExecutionState {
  readonly machine: string;
  readonly name: string;
  readonly input: unknown;
  readonly startedAt: number;
  readonly deadline?: number;
  /** The trace that it belongs to, and the span that started it. Beside the input, which is compared when a start is repeated. */
  readonly trace?: TraceParent;
  /** Secret: tokens, `$uuid` and `$random` are derived from it, so that a turn is a pure function. */
  readonly seed: string;
  readonly lastEvent: number;
  readonly lastTicket: number;
  readonly status: ExecutionStatus;
  readonly stoppedAt?: number;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  readonly branches: ReadonlyMap<string, Branch>;
}

/** What can happen to an execution. */
export type EngineEvent =
  | { readonly type: 'advance' }
  | { readonly type: 'taskSucceeded'; readonly branch: string; readonly ticket: number; readonly output: unknown }
  | { readonly type: 'taskFailed'; readonly branch: string; readonly ticket: number; readonly error: string; readonly cause: string }
  | { readonly type: 'taskSubmitted'; readonly branch: string; readonly ticket: number; readonly output: unknown }
  | { readonly type: 'heartbeat'; readonly branch: string; readonly ticket: number }
  | { readonly type: 'due'; readonly branch: string; readonly ticket: number }
  | { readonly type: 'deadline' }
  | { readonly type: 'stop'; readonly error: string; readonly cause: string };

/** What must be done once a turn is journaled. */
export type Effect =
  | { readonly kind: 'request'; readonly branch: string; readonly ticket: number; readonly request: TaskRequest; readonly byToken: boolean; readonly scheduled: number }
  | { readonly kind: 'stopChild'; readonly machine: string; readonly name: string };

/** When a branch wants to be woken, in milliseconds since the epoch. */
export const dueOf = (branch: Branch): number | undefined => {
  const { phase } = branch;
  if (phase.kind === 'waiting' || phase.kind === 'retrying') return phase.until;
  if (phase.kind !== 'task') return undefined;
  const times = [phase.timeoutAt, phase.heartbeatAt].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
};

/** A new execution: its root branch is ready to enter the first state. */
export const newExecution = (given: { machine: string; name: string; input: unknown; startedAt: number; seed: string; startAt: string; timeoutSeconds?: number | undefined; trace?: TraceParent | undefined }): ExecutionState => ({
  machine: given.machine,
  name: given.name,
  input: given.input,
  startedAt: given.startedAt,
  ...(given.timeoutSeconds === undefined ? {} : { deadline: given.startedAt + given.timeoutSeconds * 1000 }),
  ...(given.trace === undefined ? {} : { trace: given.trace }),
  seed: given.seed,
  lastEvent: 0,
  lastTicket: 0,
  status: 'RUNNING',
  branches: new Map([['', { id: '', path: [], variables: {}, state: given.startAt, input: given.input, enteredAt: given.startedAt, previousEvent: 0, retries: [], ticket: 0, phase: { kind: 'ready' } }]]),
});
