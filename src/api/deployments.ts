/** Pipelines and deployments: start, look, steer. */
import { deploy } from '../app/deploy.ts';
import { executionHistory } from '../app/execution-history.ts';
import { pipelineDetail } from '../app/look.ts';
import { previewPlan } from '../app/preview-plan.ts';
import { cancel } from '../app/steer.ts';
import * as operations from '../contracts/api/deployments.ts';
import { atNamed, atPipeline, whereNamed } from './access.ts';
import { bind } from './serve.ts';

export const deploymentBindings = [
  bind(operations.deploy, whereNamed, async (ports, { body, by }) => ({ value: await deploy(ports)({ ...body, by }) })),
  bind(operations.previewPlan, atNamed, async (ports, { body }) => ({ value: await previewPlan(ports)(body) })),
  bind(operations.readPipeline, atPipeline, async (ports, { params }) => ({ value: await pipelineDetail(ports)(params.pipeline) })),
  bind(operations.readExecutions, atPipeline, async (ports, { params }) => ({ value: await executionHistory(ports)(params.pipeline) })),
  bind(operations.cancelPipeline, atPipeline, async (ports, { params, body, by }) => ({ value: await cancel(ports)({ pipelineId: params.pipeline, by, ...body }) })),
];
