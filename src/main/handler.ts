/** The one stack around every handler in functions/: parse the event, call one use case, log failures, return or throw. */
import middy, { type MiddlewareObj } from '@middy/core';
import type * as z from 'zod';
import { platform } from '#platform';
import { callVerb } from '../app/call-verb.ts';
import { TargetRequest, type TargetResult } from '../contracts/target.ts';
import { answerOfError, HttpEvent, type HttpAnswer } from '../contracts/http.ts';
import { InvalidInput } from '../domain/errors.ts';
import type { CorePorts, Given, Parts, TargetPart } from './platform.ts';

/** Failures are logged once, with the event's ids and never its body, and thrown on: only the state machine catches. */
const logFailures = (): MiddlewareObj => ({
  onError: async (request) => {
    if (request.error === null || request.error === undefined) return;
    platform.log('warn', request.error.message, { error: request.error.name, event: idsOf(request.event) });
    platform.measure({ name: 'Failure', value: 1, error: request.error.name });
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

/** The platform's ports with these parts, made once. */
function portsWith<P extends Parts>(parts: P): () => Promise<CorePorts & Given<P>> {
  let made: { readonly core: CorePorts; readonly all: CorePorts & Given<P> } | undefined;
  return async () => {
    const core = await platform.ports();
    // Tests and a control plane that starts again in the same process hand in other ones.
    if (made?.core === core) return made.all;
    const given = await Promise.all(Object.entries(parts).map(async ([name, part]) => [name, await (part as () => Promise<unknown>)()] as const));
    const all = { ...core, ...(Object.fromEntries(given) as Given<P>) };
    made = { core, all };
    return all;
  };
}

/** A handler of one use case: what the state machines and schedules call. Types see to it that the use case is given all it needs. */
export const useCaseHandler = <I, O, P extends Parts = object>(schema: z.ZodType<I>, useCase: (needs: CorePorts & Given<NoInfer<P>>) => (input: I) => Promise<O>, parts: P = {} as P) => {
  const ports = portsWith(parts);
  return stack<unknown, O>(async (event) => useCase(await ports())(parsed(schema, event)));
};

/** The kind of resource, without names: each value of a dimension is a metric that is paid for. */
const operation = (path: string): string => /^\/(?:v1\/(?:services|pipelines|deployments|plans|approvals|decisions|environments|audit|teams|events|notifications|alerts|drift|reconcile|targets|me|tokens|repositories|deliveries|artifacts|openapi\.json)|webhooks\/[a-z-]+|slack)(?=\/|$)/.exec(path)?.[0] ?? 'other';

/** A handler of API Gateway's HTTP events; typed errors become problem documents. */
export const httpHandler = <P extends Parts = object>(answer: (needs: CorePorts & Given<NoInfer<P>>) => (event: HttpEvent) => Promise<HttpAnswer>, parts: P = {} as P) => {
  const portsOf = portsWith(parts);
  // Made once for each set of ports, as building the API's routes costs more than answering.
  const answers = new WeakMap<object, (event: HttpEvent) => Promise<HttpAnswer>>();
  return stack<unknown, HttpAnswer>(async (event) => {
    try {
      const ports = await portsOf();
      const made = answers.get(ports) ?? answer(ports);
      answers.set(ports, made);
      const asked = parsed(HttpEvent, event);
      const began = performance.now();
      const said = await made(asked);
      platform.measure({ name: 'RequestMs', value: Math.round(performance.now() - began), operation: `${asked.requestContext.http.method} ${operation(asked.rawPath)}`, status: `${Math.floor(said.statusCode / 100)}xx` });
      return said;
    } catch (error) {
      const said = answerOfError(error);
      if (said.statusCode >= 500) platform.log('error', error instanceof Error ? error.stack ?? error.message : String(error), {});
      return said;
    }
  });
};

/** A handler of one target's verbs. */
export const targetHandler = (kind: string, target: TargetPart) => stack<unknown, TargetResult>(async (event) => callVerb(await target(kind), parsed(TargetRequest, event)));
