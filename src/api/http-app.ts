/** Operations over HTTP: one hono app, in Lambda and in `slipway up`. Every operation wants a known identity, and asks what it may do. */
import { Hono } from 'hono';
import { OPERATIONS } from '../contracts/api/index.ts';
import { answerOfError, type HttpAnswer, type HttpEvent, bodyOf } from '../contracts/http.ts';
import { MethodNotAllowed, NotFound } from '../domain/errors.ts';
import type { Ports } from '../ports/index.ts';
import { holderIn } from './access.ts';
import type { ApiApp, ApiEnvironment } from './routing.ts';
import type { Binding } from './serve.ts';

/** The document needs no token: it says nothing of an installation. */
export const DOCUMENT_PATH = '/v1/openapi.json';

/** @param open what needs no token */
export function httpApp(ports: Ports, bindings: readonly Binding[], open: (app: ApiApp) => void = () => undefined): ApiApp {
  const app: ApiApp = new Hono<ApiEnvironment>();
  app.onError((error) => responseOf(answerOfError(error)));
  open(app);
  const on = ({ operation, serve }: Binding) => app.on(operation.method, operation.path, (context) => serve(ports, context));
  for (const binding of bindings) if (binding.operation.action === 'anybody') on(binding);
  app.use('/v1/*', async (context, next) => {
    context.set('holder', await holderIn(ports, context.req.header('authorization')));
    await next();
  });
  for (const binding of bindings) if (binding.operation.action !== 'anybody') on(binding);
  app.notFound((context) => {
    const { method, path } = context.req;
    const allowed = methodsOf(path);
    if (allowed.length === 0) return responseOf(answerOfError(new NotFound(`There is no ${method} ${path}. See docs/api.md.`)));
    return responseOf(refusedMethod(method, path));
  });
  return app;
}

const PATHS = [...OPERATIONS, { id: 'readDocument', method: 'GET', path: DOCUMENT_PATH }].map(({ id, method, path }) => ({ id, method, form: new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/:[a-z]+/g, '[^/]+')}$`) }));

/** The name of what a request asks for; `none` for what is not there. */
export const operationOf = (method: string, path: string): string => PATHS.find((known) => (known.method === method || (method === 'HEAD' && known.method === 'GET')) && known.form.test(path))?.id ?? 'none';

/** The methods that a path takes. */
const methodsOf = (path: string): string[] => [...new Set(PATHS.filter(({ form }) => form.test(path)).flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

function refusedMethod(method: string, path: string): HttpAnswer {
  const allowed = methodsOf(path);
  const said = answerOfError(new MethodNotAllowed(`${path} does not take ${method}${allowed.length === 0 ? '' : `, but ${allowed.join(', ')}`}.`, { allowed }));
  return { ...said, headers: { ...said.headers, allow: allowed.join(', ') } };
}

const responseOf = (answer: HttpAnswer): Response => new Response(answer.body, { status: answer.statusCode, headers: { ...answer.headers } });

/** An app behind API Gateway's event. */
export function behindGateway(app: ApiApp): (event: HttpEvent) => Promise<HttpAnswer> {
  return async (event) => {
    const { method, sourceIp } = event.requestContext.http;
    // The platform's Request refuses some methods (TRACE) before anybody could answer them.
    if (!METHODS.includes(method)) return refusedMethod(method, event.rawPath);
    const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
    const body = method === 'GET' || method === 'HEAD' ? undefined : new Uint8Array(bodyOf(event));
    const response = await app.fetch(new Request(`http://api${event.rawPath}${query}`, { method, headers: { ...event.headers }, ...(body === undefined ? {} : { body }) }), { from: sourceIp });
    return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  };
}
