/** The one stack around every handler in functions/: parse the event, call one use case, log failures, return or throw. */
import middy, { type MiddlewareObj } from '@middy/core';
import type * as z from 'zod';
import { platform } from '#platform';
import { TargetRequest, type TargetResult } from '../contracts/target.ts';
import { answerOfError, HttpEvent, type HttpAnswer } from '../contracts/http.ts';
import { InvalidInput } from '../domain/errors.ts';
import type { Ports } from '../ports/index.ts';
import type { Target } from '../ports/target.ts';

/** Failures are logged once, with the event's ids and never its body, and thrown on: only the state machine catches. */
const logFailures = (): MiddlewareObj => ({
  onError: async (request) => {
    if (request.error !== null && request.error !== undefined) platform.log('warn', request.error.message, { error: request.error.name, event: idsOf(request.event) });
  },
});

const ID_FIELDS = ['pipelineId', 'deploymentId', 'deliveryId', 'service', 'environment', 'stage', 'batch', 'verb', 'gate'] as const;

function idsOf(event: unknown): Record<string, unknown> {
  if (typeof event !== 'object' || event === null) return {};
  return Object.fromEntries(ID_FIELDS.filter((field) => field in event).map((field) => [field, (event as Record<string, unknown>)[field]]));
}

const stack = <E, R>(run: (event: E) => Promise<R>) => middy<E, R>().use(logFailures() as MiddlewareObj<E, R>).handler(run);

/** @throws InvalidInput naming each field that does not fit */
function parsed<T>(schema: z.ZodType<T>, event: unknown): T {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw new InvalidInput(`The event does not fit: ${result.error.issues.map((issue) => `${issue.path.join('.') || '(event)'}: ${issue.message}`).join('; ')}`);
}

/** A handler of one use case: what the state machines and schedules call. */
export const useCaseHandler = <I, O>(schema: z.ZodType<I>, useCase: (needs: Ports) => (input: I) => Promise<O>) =>
  stack<unknown, O>(async (event) => useCase(await platform.ports())(parsed(schema, event)));

/** A handler of API Gateway's HTTP events; typed errors become problem documents. */
export const httpHandler = (answer: (needs: Ports) => (event: HttpEvent) => Promise<HttpAnswer>) => {
  // Made once for each set of ports, as building the API's routes costs more than answering.
  const answers = new WeakMap<Ports, (event: HttpEvent) => Promise<HttpAnswer>>();
  return stack<unknown, HttpAnswer>(async (event) => {
    try {
      const ports = await platform.ports();
      const made = answers.get(ports) ?? answer(ports);
      answers.set(ports, made);
      return await made(parsed(HttpEvent, event));
    } catch (error) {
      const said = answerOfError(error);
      if (said.statusCode >= 500) platform.log('error', error instanceof Error ? error.stack ?? error.message : String(error), {});
      return said;
    }
  });
};

/** A handler of one target's verbs. */
export const targetHandler = (kind: string) => stack<unknown, TargetResult>(async (event) => callVerb(await platform.target(kind), parsed(TargetRequest, event)));

async function callVerb(target: Target, request: TargetRequest): Promise<TargetResult> {
  switch (request.verb) {
    case 'launch': return target.launch(request);
    case 'route': return target.route(request);
    case 'observe': return target.observe(request);
    case 'relaunch': return target.relaunch(request);
    case 'retire': return target.retire(request);
    case 'describe': return target.describe(request);
  }
}
