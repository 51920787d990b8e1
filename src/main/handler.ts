/** Handlers of functions/: one calls one use case with the platform's ports. */
import type * as z from 'zod';
import { platform } from '#platform';
import { answerOfError, HttpEvent, type HttpAnswer } from '../contracts/http.ts';
import type { Figure } from './figures.ts';
import type { CorePorts, Given, Parts } from './platform.ts';
import { parsed, stack } from './stack.ts';

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

/**
 * A handler of one use case: what the state machines and schedules call. Types see to it that the use case is given all it needs.
 * @param figures what its outcome says of the control plane's work
 */
export const useCaseHandler = <I, O, P extends Parts = object>(schema: z.ZodType<I>, useCase: (needs: CorePorts & Given<NoInfer<P>>) => (input: I) => Promise<O>, parts: P = {} as P, figures: (outcome: NoInfer<O>, now: number) => readonly Figure[] = () => []) => {
  const ports = portsWith(parts);
  return stack<unknown, O>(async (event) => {
    const needs = await ports();
    const outcome = await useCase(needs)(parsed(schema, event));
    for (const figure of figures(outcome, needs.clock.now())) platform.measure(figure);
    return outcome;
  });
};

/** The kind of resource, without names: each value of a dimension is a metric that is paid for. */
const operation = (path: string): string => /^\/(?:v1\/(?:services|pipelines|deployments|plans|approvals|decisions|environments|audit|teams|events|notifications|alerts|drift|reconcile|targets|me|tokens|sessions|session|log-ins|slack|log-in-links|log-in|repositories|deliveries|artifacts|openapi\.json)|webhooks\/[a-z-]+|slack)(?=\/|$)/.exec(path)?.[0] ?? 'other';

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
      const what = operation(asked.rawPath);
      const said = await (platform.spans()?.inRequest(asked, what, () => made(asked)) ?? made(asked));
      platform.measure({ name: 'RequestMs', value: Math.round(performance.now() - began), operation: `${asked.requestContext.http.method} ${what}`, status: `${Math.floor(said.statusCode / 100)}xx` });
      return said;
    } catch (error) {
      const said = answerOfError(error);
      if (said.statusCode >= 500) platform.log('error', error instanceof Error ? error.stack ?? error.message : String(error), { error: error instanceof Error ? error.name : 'Unknown' });
      return said;
    }
  });
};
