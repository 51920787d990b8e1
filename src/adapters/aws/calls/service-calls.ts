/** The calls that the adapters of every function make: by name, with the SDK's types of what goes in and out, and no code of it. */
import type { GetItemInput, GetItemOutput, QueryInput, QueryOutput, TransactWriteItemsInput, TransactWriteItemsOutput } from '@aws-sdk/client-dynamodb';
import type { DescribeExecutionInput, DescribeExecutionOutput, DescribeStateMachineForExecutionInput, DescribeStateMachineForExecutionOutput, GetExecutionHistoryInput, GetExecutionHistoryOutput, SendTaskFailureInput, SendTaskSuccessInput, StartExecutionInput, StopExecutionInput } from '@aws-sdk/client-sfn';

interface Call<I, O> { readonly input: I; readonly output: O }

/** Actions by name -> a function that calls one. Errors have the service's names. */
export type Calls<M extends Record<keyof M, Call<unknown, unknown>>> = <A extends keyof M & string>(action: A, input: M[A]['input']) => Promise<M[A]['output']>;

export interface TableActions {
  readonly GetItem: Call<GetItemInput, GetItemOutput>;
  readonly Query: Call<QueryInput, QueryOutput>;
  readonly TransactWriteItems: Call<TransactWriteItemsInput, TransactWriteItemsOutput>;
}

export interface ExecutionActions {
  readonly StartExecution: Call<StartExecutionInput, unknown>;
  readonly StopExecution: Call<StopExecutionInput, unknown>;
  readonly DescribeExecution: Call<DescribeExecutionInput, DescribeExecutionOutput>;
  /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html */
  readonly DescribeStateMachineForExecution: Call<DescribeStateMachineForExecutionInput, DescribeStateMachineForExecutionOutput>;
  readonly GetExecutionHistory: Call<GetExecutionHistoryInput, GetExecutionHistoryOutput>;
  readonly SendTaskSuccess: Call<SendTaskSuccessInput, unknown>;
  readonly SendTaskFailure: Call<SendTaskFailureInput, unknown>;
}

export interface FunctionActions {
  readonly Invoke: Call<{ readonly FunctionName: string; readonly Payload: string }, { readonly Payload: string; readonly FunctionError: string | undefined }>;
}

export type TableCalls = Calls<TableActions>;
export type ExecutionCalls = Calls<ExecutionActions>;
export type FunctionCalls = Calls<FunctionActions>;
