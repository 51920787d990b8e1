/** The orchestrator on AWS Step Functions. */
import type { DescribeExecutionOutput, HistoryEvent as AwsEvent } from '@aws-sdk/client-sfn';
import { NotSupported, ProviderUnavailable, TokenRefused } from '../../domain/errors.ts';
import { contextOf } from '../../domain/trace/trace-parent.ts';
import type { Execution, ExecutionStatus, MachineName, Orchestrator } from '../../ports/orchestrator.ts';
import { callFault, nameOf } from './call-fault.ts';
import type { ExecutionCalls } from './calls/service-calls.ts';
import { executionUrl } from './consoles.ts';
import { xrayHeader } from './xray/trace-header.ts';
import { historyEvents } from './step-functions/history.ts';

export interface StepFunctionsOptions {
  readonly call: ExecutionCalls;
  /** `arn:<partition>:states:<region>:<account>:stateMachine:slipway-`: a machine's ARN without its name; null where none may be called. */
  readonly machineArnPrefix: string | null;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
const ERROR_CHARACTERS_MAX = 256;
const CAUSE_CHARACTERS_MAX = 32_768;
const HISTORY_PAGE = 1000;
const TOKEN_REFUSALS = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const satisfies readonly ExecutionStatus[];

/**
 * Executions are named by their idempotency key. Stopping one stops its nested executions too: the `.sync:2` tasks that
 * wait for them do that. https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
 * @throws ProviderUnavailable for throttles and faults that pass, Forbidden when the role may not, InvalidInput
 */
export function createStepFunctions({ call, machineArnPrefix }: StepFunctionsOptions): Orchestrator {
  const machineArn = (machine: MachineName): string => `${demand(machineArnPrefix)}${machine}`;
  const executionArn = (machine: MachineName, name: string): string => `${machineArn(machine).replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    start: async ({ machine, name, input, trace }) => {
      const execution = { stateMachineArn: machineArn(machine), name, input: JSON.stringify(input), ...(trace === undefined ? {} : { traceHeader: xrayHeader(contextOf(trace)) }) };
      await told(`start ${machine} ${name}`, () => call('StartExecution', execution), { ExecutionAlreadyExists: undefined });
    },
    describe: async (machine, name) => {
      const execution = { executionArn: executionArn(machine, name) };
      const found = await told(`describe ${machine} ${name}`, () => call('DescribeExecution', execution), { ExecutionDoesNotExist: undefined });
      return found === undefined ? undefined : executionOf(machine, name, found);
    },
    history: async (machine, name, { limit, after = 0 }) => {
      const events = await told(`read the history of ${machine} ${name}`, () => eventsOf(call, executionArn(machine, name), after + limit), { ExecutionDoesNotExist: [] as AwsEvent[] });
      return historyEvents(events).filter((event) => event.id > after).slice(0, limit);
    },
    definition: async (machine, name) => {
      const execution = { executionArn: executionArn(machine, name) };
      const found = await told(`read the definition of ${machine} ${name}`, () => call('DescribeStateMachineForExecution', execution), { ExecutionDoesNotExist: undefined });
      return found?.definition === undefined ? undefined : (JSON.parse(found.definition) as unknown);
    },
    consoleUrl: (machine, name) => executionUrl(executionArn(machine, name)),
    stop: async (machine, name, error, cause) => {
      const execution = { executionArn: executionArn(machine, name), error: error.slice(0, ERROR_CHARACTERS_MAX), cause: cause.slice(0, CAUSE_CHARACTERS_MAX) };
      await told(`stop ${machine} ${name}`, () => call('StopExecution', execution), { ExecutionDoesNotExist: undefined });
    },
    succeedTask: (token, output) => answered('succeed', () => call('SendTaskSuccess', { taskToken: token, output: JSON.stringify(output ?? null) })),
    failTask: (token, error, cause) => answered('fail', () => call('SendTaskFailure', { taskToken: token, error: error.slice(0, ERROR_CHARACTERS_MAX), cause: cause.slice(0, CAUSE_CHARACTERS_MAX) })),
  };
}

function demand(prefix: string | null): string {
  if (prefix === null) throw new NotSupported('This function was not given SLIPWAY_MACHINE_ARN_PREFIX, so it starts and reads no executions. Add it in infrastructure/environment.yml, with the rights in its role.');
  return prefix;
}

/** `instead` says, by the error's name, which errors are answers. */
async function told<R, A = never>(doing: string, work: () => Promise<R>, instead: Readonly<Record<string, A>> = {}): Promise<R | A> {
  try {
    return await work();
  } catch (error) {
    const name = nameOf(error);
    if (Object.hasOwn(instead, name)) return instead[name] as A;
    throw callFault('Step Functions', doing, error);
  }
}

async function answered(how: 'succeed' | 'fail', work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const name = nameOf(error);
    if (TOKEN_REFUSALS.has(name)) throw new TokenRefused(`Step Functions did not ${how} the task: its token was used, has expired, or never was (${name}). Look at the execution: it went on without this answer.`, { error: name }, { cause: error });
    throw callFault('Step Functions', `${how} a task by its token`, error);
  }
}

/** From the first event: the service pages by token only, not by id. */
async function eventsOf(call: ExecutionCalls, executionArn: string, count: number): Promise<AwsEvent[]> {
  const events: AwsEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await call('GetExecutionHistory', { executionArn, maxResults: HISTORY_PAGE, includeExecutionData: true, ...(nextToken === undefined ? {} : { nextToken }) });
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && events.length < count);
  return events;
}

function executionOf(machine: MachineName, name: string, found: DescribeExecutionOutput): Execution {
  if (found.startDate === undefined) throw new ProviderUnavailable(`Step Functions described ${machine} ${name} without its start. Try again.`);
  return {
    machine, name, status: statusOf(found.status), startedAt: found.startDate.getTime(), input: found.input === undefined ? null : (JSON.parse(found.input) as unknown),
    ...(found.stopDate === undefined ? {} : { stoppedAt: found.stopDate.getTime() }), ...(found.output === undefined ? {} : { output: JSON.parse(found.output) as unknown }),
    ...(found.error === undefined ? {} : { error: found.error }), ...(found.cause === undefined ? {} : { cause: found.cause }),
  };
}

/** One that waits to be redriven has not ended. */
function statusOf(status: string | undefined): ExecutionStatus {
  if (status === 'PENDING_REDRIVE') return 'RUNNING';
  const known = STATUSES.find((one) => one === status);
  if (known === undefined) throw new NotSupported(`Step Functions gave the status "${status ?? ''}", which is not known here. Known: ${STATUSES.join(', ')}.`);
  return known;
}
