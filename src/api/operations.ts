/** The installation: environments, drift now, alerts, targets. */
import { Hono } from 'hono';
import * as z from 'zod';
import type { ApiApp, ApiEnvironment } from './routing.ts';
import { alerts } from '../app/alerts.ts';
import { reconcile } from '../app/reconcile.ts';
import type { Ports } from '../ports/index.ts';
import { query } from './input.ts';

const Limit = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(50) });

export const operationRoutes = (ports: Ports): ApiApp => {
  const app = new Hono<ApiEnvironment>();
  app.get('/environments', async (context) => context.json(await ports.environments.read()));
  app.get('/drift', async (context) => context.json(await reconcile(ports)({ places: 'all', repair: false })));
  app.post('/reconcile', async (context) => context.json(await reconcile(ports)({ places: 'all' })));
  app.get('/alerts', async (context) => context.json(await alerts(ports)(query(context, Limit).limit)));
  app.get('/targets', async (context) => context.json(await Promise.all(ports.targets.names().map((name) => ports.targets.describe(name)))));
  return app;
};
