/** The adapters' calls through the SDK's clients: tests compare the signed calls with these, and mock these for error paths. */
import { type DynamoDBClient, GetItemCommand, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, DescribeStateMachineForExecutionCommand, GetExecutionHistoryCommand, SendTaskFailureCommand, SendTaskSuccessCommand, type SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { ExecutionActions, ExecutionCalls, FunctionCalls, TableActions, TableCalls } from '../../src/adapters/aws/calls/service-calls.ts';

interface Client { send(command: never): Promise<unknown> }
const through = <M>(client: Client, commands: { readonly [A in keyof M]: new (input: never) => unknown }) =>
  (action: keyof M & string, input: unknown): Promise<never> => client.send(new commands[action](input as never) as never) as Promise<never>;

export const sdkTable = (client: DynamoDBClient): TableCalls => through<TableActions>(client, { GetItem: GetItemCommand, Query: QueryCommand, TransactWriteItems: TransactWriteItemsCommand });

export const sdkExecutions = (client: SFNClient): ExecutionCalls => through<ExecutionActions>(client, {
  StartExecution: StartExecutionCommand, StopExecution: StopExecutionCommand, DescribeExecution: DescribeExecutionCommand, DescribeStateMachineForExecution: DescribeStateMachineForExecutionCommand, GetExecutionHistory: GetExecutionHistoryCommand,
  SendTaskSuccess: SendTaskSuccessCommand, SendTaskFailure: SendTaskFailureCommand,
});

export const sdkFunctions = (client: LambdaClient): FunctionCalls => async (_action, { FunctionName, Payload }) => {
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(Payload) }));
  return { Payload: answer.Payload === undefined ? '' : Buffer.from(answer.Payload).toString('utf8'), FunctionError: answer.FunctionError };
};
