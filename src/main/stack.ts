/** The one stack around every handler in functions/: parse the event, call one use case, log failures, return or throw. */
import middy, { type MiddlewareObj } from '@middy/core';
import type * as z from 'zod';
import { telemetry } from '#telemetry';
import { InvalidInput } from '../domain/errors.ts';

/** Failures are logged once, with the event's ids and never its body, and thrown on: only the state machine catches. */
const logFailures = (): MiddlewareObj => ({
  onError: async (request) => {
    if (request.error === null || request.error === undefined) return;
    telemetry.log('warn', request.error.message, { error: request.error.name, event: idsOf(request.event) });
    telemetry.measure({ name: 'Failure', value: 1, error: request.error.name });
  },
});

const ID_FIELDS = ['pipelineId', 'deploymentId', 'deliveryId', 'service', 'environment', 'stage', 'batch', 'verb', 'gate'] as const;

function idsOf(event: unknown): Record<string, unknown> {
  if (typeof event !== 'object' || event === null) return {};
  return Object.fromEntries(ID_FIELDS.filter((field) => field in event).map((field) => [field, (event as Record<string, unknown>)[field]]));
}

export const stack = <E, R>(run: (event: E) => Promise<R>) => middy<E, R>().use(logFailures() as MiddlewareObj<E, R>).handler(run);

/** @throws InvalidInput naming each field that does not fit */
export function parsed<T>(schema: z.ZodType<T>, event: unknown): T {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw new InvalidInput(`The event does not fit: ${result.error.issues.map((issue) => `${issue.path.join('.') || '(event)'}: ${issue.message}`).join('; ')}`);
}
