/** Pipelines and deployments: start, look, steer. */
import { Hono } from 'hono';
import * as z from 'zod';
import type { ApiApp, ApiEnvironment } from './routing.ts';
import { deploy } from '../app/deploy.ts';
import { pipelineDetail } from '../app/look.ts';
import { previewPlan } from '../app/preview-plan.ts';
import { executionHistory } from '../app/execution-history.ts';
import { cancel } from '../app/steer.ts';
import { EnvironmentName, PipelineId, ServiceName } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { body, check } from './input.ts';

const Version = z.string().min(1).max(128);
const NewDeployment = z.strictObject({ service: ServiceName, version: Version, environment: EnvironmentName.optional() });
const PlanQuestion = z.strictObject({ service: ServiceName, version: Version, environment: EnvironmentName });
const Why = z.strictObject({ why: z.string().max(1000).default('') });

export const deploymentRoutes = (ports: Ports): ApiApp => {
  const app = new Hono<ApiEnvironment>();
  const id = (value: string) => check(PipelineId, value);
  app.post('/deployments', async (context) => context.json(await deploy(ports)({ ...(await body(context, NewDeployment)), by: context.get('identity') }), 202));
  app.post('/plans', async (context) => context.json(await previewPlan(ports)(await body(context, PlanQuestion))));
  app.get('/pipelines/:pipeline', async (context) => context.json(await pipelineDetail(ports)(id(context.req.param('pipeline')))));
  app.get('/pipelines/:pipeline/history', async (context) => context.json(await executionHistory(ports)(id(context.req.param('pipeline')))));
  app.post('/pipelines/:pipeline/cancel', async (context) => context.json(await cancel(ports)({ pipelineId: id(context.req.param('pipeline')), by: context.get('identity'), ...(await body(context, Why)) })));
  return app;
};
