/** Decisions: what waits, and what somebody says. */
import { Hono } from 'hono';
import * as z from 'zod';
import type { ApiApp, ApiEnvironment } from './routing.ts';
import { decide, pendingApprovals } from '../app/decide.ts';
import { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { body } from './input.ts';

const NewDecision = z.strictObject({
  service: ServiceName, environment: EnvironmentName.optional(), decision: z.enum(['approve', 'reject']), comment: z.string().max(1000).default(''),
  binding: z.string().regex(/^[0-9a-f]{16}$/).optional(),
});

export const approvalRoutes = (ports: Ports): ApiApp => {
  const app = new Hono<ApiEnvironment>();
  app.get('/approvals', async (context) => context.json((await pendingApprovals(ports)).map(({ approval }) => shown(approval.value))));
  app.post('/decisions', async (context) => context.json(shown(await decide(ports)({ ...(await body(context, NewDecision)), by: context.get('identity') }))));
  return app;
};

/** The token never leaves towards people. */
const shown = ({ token: _token, ...approval }: Awaited<ReturnType<ReturnType<typeof decide>>>) => approval;
