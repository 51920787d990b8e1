/** Sends what tasks ask for: functions are called, nested executions are started, watched and stopped. */
import { eventSpanId } from '../../domain/trace/execution-spans.ts';
import { contextOf, traceParent, type TraceParent } from '../../domain/trace/trace-parent.ts';
import { machineOf } from '../arns.ts';
import type { Machine } from '../asl.ts';
import type { Archive } from '../journal/archive.ts';
import { hashOf } from '../payload.ts';
import type { Effect, ExecutionState, TaskRequest } from '../state.ts';
import { lambdaAnswer, lambdaRefusal, nestedAnswer, nestedRefusal, nestedSubmitted } from './outcomes.ts';
import type { Live, Runtime } from './runtime.ts';
import type { Turnstile } from './turnstile.ts';
import { childKey, type Place } from './waits.ts';

/** Which task calls: the event that scheduled it; absent for one from a journal that does not say. */
export interface InvokedBy { readonly machine: string; readonly execution: string; readonly scheduled?: number | undefined }

export type Invoke = (functionArn: string, payload: unknown, by: InvokedBy) => Promise<unknown>;

export interface RequestNeeds {
  readonly runtime: () => Runtime;
  readonly turnstile: Turnstile;
  readonly archive: Archive;
  readonly invoke: Invoke;
  readonly machine: (name: string) => { definition: Machine; hash: string } | undefined;
  /** The running execution of this name, if it runs. */
  readonly liveBy: (machine: string, name: string) => Live | undefined;
  /** `execution`: at work on which. */
  readonly fault: (fault: unknown, execution: number) => void;
}

/** A task and what is known of it. */
export interface Asking { readonly place: Place; readonly byToken: boolean; readonly scheduled: number | undefined }

const parentOf = ({ execution, ticket, branch }: Place): string => `${execution}:${ticket}:${branch}`;

type Child = Extract<TaskRequest, { kind: 'child' }>;

export const createRequests = (needs: RequestNeeds) => {
  const stateOf = (execution: number): ExecutionState | undefined => needs.runtime().live.get(execution)?.state;
  const call = ({ place, byToken, scheduled }: Asking, request: Extract<TaskRequest, { kind: 'lambda' }>): void => {
    const { runtime, invoke } = needs;
    const { machine = '', name = '' } = stateOf(place.execution) ?? {};
    // A copy: what a function does to its event must not reach the journal.
    const payload = JSON.parse(JSON.stringify(request.payload ?? null)) as unknown;
    Promise.resolve().then(() => invoke(request.functionArn, payload, { machine, execution: name, scheduled })).then(
      (value) => runtime().deliver(place.execution, lambdaAnswer(place, value, byToken)),
      (thrown: unknown) => runtime().deliver(place.execution, lambdaRefusal(place, thrown)),
    ).catch((fault: unknown) => needs.fault(fault, place.execution));
  };

  const join = (place: Place, { machine, name, input }: Child): boolean => {
    const known = needs.archive.known(machine, name);
    if (known === undefined) return false;
    const runtime = needs.runtime();
    const ours = known.parent === parentOf(place);
    if (known.inputHash !== hashOf(input) || (known.status !== 'RUNNING' && !ours)) {
      runtime.deliver(place.execution, nestedRefusal(place, 'StepFunctions.ExecutionAlreadyExistsException', `An execution of '${machine}' named '${name}' exists already${known.status === 'RUNNING' ? ' with another input' : ' and is closed'}. Give every attempt its own name.`));
      return true;
    }
    const execution = needs.archive.describe(machine, name)!;
    runtime.deliver(place.execution, nestedSubmitted(place, machine, name, execution.startedAt));
    if (execution.status !== 'RUNNING') runtime.deliver(place.execution, nestedAnswer(place, execution));
    return true;
  };

  /** It goes on in the trace of the task that starts it. */
  const traceFor = ({ place, scheduled }: Asking): TraceParent | undefined => {
    const { machine, name, trace } = stateOf(place.execution) ?? {};
    if (trace === undefined || machine === undefined || name === undefined || scheduled === undefined) return trace;
    const context = contextOf(trace);
    return traceParent({ ...context, span: eventSpanId(context.trace, machine, name, scheduled) });
  };
  const startNested = async (asking: Asking, request: Child): Promise<void> => {
    const { place } = asking;
    const { runtime } = needs;
    const { machine, name, input } = request;
    const found = needs.machine(machine);
    if (found === undefined) {
      runtime().deliver(place.execution, nestedRefusal(place, 'StepFunctions.StateMachineDoesNotExistException', `There is no state machine '${machineOf(machine)}' here.`));
    } else if (!join(place, request)) {
      needs.archive.saveDefinition(found.hash, JSON.stringify(found.definition));
      await runtime().open({ machine, name, input, definition: found.definition, trace: traceFor(asking) }, { definition: found.hash, inputHash: hashOf(input), parent: parentOf(place) },
        (state) => runtime().deliver(place.execution, nestedSubmitted(place, machine, name, state.startedAt)));
    }
  };

  const stopNested = (machine: string, name: string): void => {
    const child = needs.liveBy(machine, name);
    // Another task may wait for the same execution: it is not ours alone then.
    if (child === undefined || needs.runtime().waits.watchersOf(childKey(machine, name)).length > 0) return;
    needs.runtime().deliver(child.id, { type: 'stop', error: 'States.ParentEnded', cause: 'The task that waited for this execution has ended, so it was stopped.' });
  };

  const send = (asking: Asking, request: TaskRequest): void => {
    const { place } = asking;
    if (request.kind === 'lambda') call(asking, request);
    else needs.turnstile.pass(childKey(request.machine, request.name), () => startNested(asking, request)).catch((fault: unknown) => {
      if (needs.runtime().isClosed()) return;
      needs.fault(fault, place.execution);
      needs.runtime().deliver(place.execution, nestedRefusal(place, 'StepFunctions.ServiceUnavailable', `The nested execution could not be started: ${String(fault)}`));
    });
  };

  return {
    send,
    perform: (live: Live, effect: Effect): void => {
      if (effect.kind === 'stopChild') stopNested(effect.machine, effect.name);
      else send({ place: { execution: live.id, branch: effect.branch, ticket: effect.ticket }, byToken: effect.byToken, scheduled: effect.scheduled }, effect.request);
    },
    /** Answers the tasks that wait for an execution which has just ended. */
    tellWatchers: (state: ExecutionState): void => {
      for (const place of needs.runtime().waits.watchersOf(childKey(state.machine, state.name))) needs.runtime().deliver(place.execution, nestedAnswer(place, state));
    },
  };
};
