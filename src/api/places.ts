/** One service in one environment: roll back, promote, pause, scale, zones, logs, audit. */
import { Hono, type Context } from 'hono';
import * as z from 'zod';
import type { ApiApp, ApiEnvironment } from './routing.ts';
import { markZone, pause, resume, scale } from '../app/change-desired.ts';
import { rollback } from '../app/deploy.ts';
import { audit } from '../app/look.ts';
import { reconcile } from '../app/reconcile.ts';
import { promote } from '../app/steer.ts';
import { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { body, check, query } from './input.ts';

const Limit = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(50) });
const Tail = z.object({ bytes: z.coerce.number().int().min(1).max(1024 * 1024).default(16 * 1024) });
const Rollback = z.strictObject({ version: z.string().min(1).max(128).optional() });
const Why = z.strictObject({ why: z.string().max(1000).default('') });
const Scale = z.strictObject({ instances: z.int().min(0).max(10_000) });
const Zone = z.strictObject({ zone: z.string().min(1).max(30), lost: z.boolean() });

export const placeRoutes = (ports: Ports): ApiApp => {
  const app = new Hono<ApiEnvironment>();
  const path = '/services/:service/environments/:environment' as const;
  const place = (context: Context<ApiEnvironment>) => ({
    service: check(ServiceName, context.req.param('service')), environment: check(EnvironmentName, context.req.param('environment')), by: context.get('identity'),
  });
  /** What people change takes effect at once, not at the next pass. */
  const repaired = async <T extends { service: ServiceName; environment: EnvironmentName }>(changed: T): Promise<T> => {
    await reconcile(ports)({ places: [{ service: changed.service, environment: changed.environment }] });
    return changed;
  };
  app.post(`${path}/rollback`, async (context) => context.json(await rollback(ports)({ ...place(context), ...(await body(context, Rollback)) }), 202));
  app.post(`${path}/promote`, async (context) => context.json(await promote(ports)(place(context))));
  app.post(`${path}/pause`, async (context) => context.json(await pause(ports)({ ...place(context), ...(await body(context, Why)) })));
  app.post(`${path}/resume`, async (context) => context.json(await repaired(await resume(ports)(place(context)))));
  app.post(`${path}/scale`, async (context) => context.json(await repaired(await scale(ports)({ ...place(context), ...(await body(context, Scale)) }))));
  app.post(`${path}/zones`, async (context) => context.json(await repaired(await markZone(ports)({ ...place(context), ...(await body(context, Zone)) }))));
  app.get(`${path}/logs`, async (context) => {
    const { service, environment } = place(context);
    return context.json(await ports.instanceLogs.tail(service, environment, query(context, Tail).bytes));
  });
  app.get(`${path}/audit`, async (context) => {
    const { service, environment } = place(context);
    return context.json(await audit(ports)(service, environment, query(context, Limit).limit));
  });
  return app;
};
