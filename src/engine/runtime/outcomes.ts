/** How the two kinds of request answer, in the form that Step Functions gives their results. */
import { executionArn, machineArn } from '../arns.ts';
import { lambdaFailure } from '../failure.ts';
import type { EngineEvent, ExecutionState } from '../state.ts';
import type { Place } from './waits.ts';

type At = Pick<Place, 'branch' | 'ticket'>;

/** The answer of `lambda:invoke`. Payload goes through JSON, as it does on the wire. */
export const lambdaAnswer = ({ branch, ticket }: At, value: unknown, byToken: boolean): EngineEvent => {
  try {
    const payload = JSON.parse(JSON.stringify(value) ?? 'null') as unknown;
    const output = { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 };
    return { type: byToken ? 'taskSubmitted' : 'taskSucceeded', branch, ticket, output };
  } catch (cause) {
    return { type: 'taskFailed', branch, ticket, error: 'Runtime.MarshalError', cause: JSON.stringify({ errorType: 'Runtime.MarshalError', errorMessage: `The function's result is no JSON: ${String(cause)}`, trace: [] }) };
  }
};

export const lambdaRefusal = ({ branch, ticket }: At, thrown: unknown): EngineEvent => ({ type: 'taskFailed', branch, ticket, ...lambdaFailure(thrown) });

export const nestedSubmitted = ({ branch, ticket }: At, machine: string, name: string, startedAt: number): EngineEvent => ({
  type: 'taskSubmitted', branch, ticket, output: { ExecutionArn: executionArn(machine, name), StartDate: startedAt },
});

export type Ended = Pick<ExecutionState, 'machine' | 'name' | 'status' | 'input' | 'startedAt' | 'stoppedAt' | 'output' | 'error' | 'cause'>;

/**
 * The answer of `startExecution.sync:2`: the description of the execution with Input and Output as JSON, or
 * States.TaskFailed with that description as its cause. https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
export const nestedAnswer = ({ branch, ticket }: At, ended: Ended): EngineEvent => {
  const description = {
    ExecutionArn: executionArn(ended.machine, ended.name), Input: ended.input, InputDetails: { Included: true }, Name: ended.name,
    StartDate: ended.startedAt, StateMachineArn: machineArn(ended.machine), Status: ended.status, StopDate: ended.stoppedAt,
  };
  if (ended.status === 'SUCCEEDED') return { type: 'taskSucceeded', branch, ticket, output: { ...description, Output: ended.output, OutputDetails: { Included: true } } };
  // Error and Cause come first: a long input must not cut them off.
  const told = { ...(ended.error === undefined ? {} : { Error: ended.error }), ...(ended.cause === undefined ? {} : { Cause: ended.cause }) };
  return { type: 'taskFailed', branch, ticket, error: 'States.TaskFailed', cause: JSON.stringify({ ...told, ...description }) };
};

export const nestedRefusal = ({ branch, ticket }: At, error: string, cause: string): EngineEvent => ({ type: 'taskFailed', branch, ticket, error, cause });
