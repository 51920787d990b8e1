/** The REST API: one hono app, in Lambda and in `slipway up`. Every route wants a known identity. */
import { Hono } from 'hono';
import { answerOfError, type HttpAnswer, type HttpEvent, bodyOf } from '../contracts/http.ts';
import { Unauthenticated } from '../domain/errors.ts';
import type { Ports } from '../ports/index.ts';
import { approvalRoutes } from './approvals.ts';
import { deploymentRoutes } from './deployments.ts';
import { operationRoutes } from './operations.ts';
import { peopleRoutes } from './people.ts';
import { placeRoutes } from './places.ts';
import type { ApiApp, ApiEnvironment } from './routing.ts';
import { serviceRoutes } from './services.ts';

export function apiApp(ports: Ports): ApiApp {
  const app: ApiApp = new Hono<ApiEnvironment>();
  app.onError((error) => responseOf(answerOfError(error)));
  app.notFound((context) => context.json({ type: 'urn:slipway:error:NotFound', title: 'NotFound', status: 404, detail: `There is no ${context.req.method} ${context.req.path}. See docs/api.md.` }, 404));
  app.use('/v1/*', async (context, next) => {
    const token = /^Bearer ([\x21-\x7e]{1,4096})$/.exec(context.req.header('authorization') ?? '')?.[1];
    const identity = token === undefined ? null : await ports.identities.byToken(token);
    if (identity === null) throw new Unauthenticated('Send a token: "Authorization: Bearer ...". On one machine the owner\'s is in the file "token" of the data directory.');
    context.set('identity', identity);
    await next();
  });
  for (const routes of [serviceRoutes, deploymentRoutes, approvalRoutes, placeRoutes, operationRoutes, peopleRoutes]) app.route('/v1', routes(ports));
  return app;
}

const responseOf = (answer: HttpAnswer): Response => new Response(answer.body, { status: answer.statusCode, headers: { ...answer.headers } });

/** The app behind API Gateway's event. */
export function apiHandler(ports: Ports): (event: HttpEvent) => Promise<HttpAnswer> {
  const app = apiApp(ports);
  return async (event) => {
    const { method } = event.requestContext.http;
    const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
    const body = method === 'GET' || method === 'HEAD' ? undefined : new Uint8Array(bodyOf(event));
    const response = await app.fetch(new Request(`http://api${event.rawPath}${query}`, { method, headers: { ...event.headers }, ...(body === undefined ? {} : { body }) }));
    return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  };
}
