/** The calls of the adapters as signed requests: DynamoDB's and Step Functions' JSON protocol, and Lambda's Invoke. */
import type { SignedCall } from './signed-call.ts';
import type { ExecutionActions, ExecutionCalls, FunctionCalls, TableActions, TableCalls } from './service-calls.ts';

/** DynamoDB answers within milliseconds or not at all; what follows is another attempt. */
const TABLE_TIMEOUT_MS = 5_000;
const EXECUTIONS_TIMEOUT_MS = 15_000;
/** A target's verb ends within its function's 55 s. */
const INVOKE_TIMEOUT_MS = 58_000;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html */
export const signedTable = (call: SignedCall): TableCalls => async <A extends keyof TableActions>(action: A, input: TableActions[A]['input']) => {
  const { text } = await call({ service: 'dynamodb', path: '/', headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${action}` }, body: JSON.stringify(input), timeoutMs: TABLE_TIMEOUT_MS });
  return JSON.parse(text) as TableActions[A]['output'];
};

/** Times come as seconds since the epoch, as numbers. */
const TIMES = new Set(['startDate', 'stopDate', 'timestamp', 'redriveDate']);
const asDate = (field: string, value: unknown): unknown => (TIMES.has(field) && typeof value === 'number' ? new Date(Math.round(value * 1000)) : value);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/CommonParameters.html */
export const signedExecutions = (call: SignedCall): ExecutionCalls => async <A extends keyof ExecutionActions>(action: A, input: ExecutionActions[A]['input']) => {
  const { text } = await call({ service: 'states', path: '/', headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${action}` }, body: JSON.stringify(input), timeoutMs: EXECUTIONS_TIMEOUT_MS });
  return JSON.parse(text, asDate) as ExecutionActions[A]['output'];
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const signedFunctions = (call: SignedCall): FunctionCalls => async (_action, { FunctionName, Payload }) => {
  const { text, headers } = await call({ service: 'lambda', path: `/2015-03-31/functions/${encodeURIComponent(FunctionName)}/invocations`, headers: { 'content-type': 'application/json' }, body: Payload, timeoutMs: INVOKE_TIMEOUT_MS });
  return { Payload: text, FunctionError: headers['x-amz-function-error'] };
};

