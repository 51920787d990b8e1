/** The one stack around every handler in functions/: parse the event, call one use case, log failures, return or throw. */
import middy, { type MiddlewareObj } from '@middy/core';
import type * as z from 'zod';
import { telemetry } from '#telemetry';
import { InvalidInput } from '../domain/errors.ts';
import { about, subjectOf } from './subject.ts';
import { invocation } from './trace/invocation.ts';
import { work } from './trace/work.ts';

/** Failures are logged once, with the event's ids and never its body, and thrown on: only the state machine catches. */
const logFailures = (): MiddlewareObj => ({
  onError: async (request) => {
    if (request.error === null || request.error === undefined) return;
    telemetry.log('warn', request.error.message, { error: request.error.name });
    telemetry.measure({ name: 'Failure', value: 1, error: request.error.name });
  },
});

/** What Lambda hands in beside the event, as far as it is used: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
interface Invocation {
  readonly functionName?: string;
  readonly awsRequestId?: string;
}

/** Every line that is written while the handler works says what the event is about, and which invocation of which function wrote it. */
export const stack = <E, R>(run: (event: E) => Promise<R>) => {
  const handler = middy<E, R>().use(logFailures() as MiddlewareObj<E, R>).handler(run);
  return (event: E, context: Invocation): Promise<R> => {
    const { functionName, awsRequestId } = context;
    const traceId = work()?.context.trace;
    return about({ ...subjectOf(event), ...(functionName === undefined ? {} : { function: functionName }), ...(awsRequestId === undefined ? {} : { invocation: awsRequestId }), ...(traceId === undefined ? {} : { traceId }) }, () => invocation(() => handler(event, context as never)));
  };
};

/** @throws InvalidInput naming each field that does not fit */
export function parsed<T>(schema: z.ZodType<T>, event: unknown): T {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw new InvalidInput(`The event does not fit: ${result.error.issues.map((issue) => `${issue.path.join('.') || '(event)'}: ${issue.message}`).join('; ')}`);
}
