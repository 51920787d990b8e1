/** Pipelines and deployments: start, look, steer. */
import * as z from 'zod';
import { Deployment, TestResult } from '../../domain/deployment.ts';
import { EnvironmentName, PipelineId, ServiceName } from '../../domain/ids.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import { Plan } from '../../domain/plan.ts';
import { Observed } from '../../domain/state.ts';
import { Approval } from './approvals.ts';
import { operation, Time, Why } from './operation.ts';

export const PipelineDetail = z.strictObject({
  pipeline: Pipeline,
  deployments: z.array(z.strictObject({ deployment: Deployment, tests: z.array(TestResult), approvals: z.array(Approval), observed: Observed.nullable() })),
});
export type PipelineDetail = z.infer<typeof PipelineDetail>;

export const ExecutionEvent = z.strictObject({ id: z.number(), previousId: z.number(), at: Time, type: z.string(), state: z.string().optional(), detail: z.unknown().optional() });
export const Execution = z.strictObject({
  machine: z.string(), name: z.string(), status: z.string(), startedAt: Time, stoppedAt: Time.nullable(),
  /** Where the platform's own console shows it; null where it has none. */
  url: z.url().nullable(),
  events: z.array(ExecutionEvent),
});
export type Execution = z.infer<typeof Execution>;

export const PlanPreview = z.strictObject({ plan: Plan, hash: z.string(), lines: z.array(z.string()) });

const tag = 'Deployments';
const params = z.object({ pipeline: PipelineId });
const Version = z.string().min(1).max(128);

export const deploy = operation({
  id: 'deploy', method: 'POST', path: '/v1/deployments', tag, action: 'deploy', status: 202, summary: 'Starts a pipeline with an artifact that exists',
  body: z.strictObject({ service: ServiceName, version: Version, environment: EnvironmentName.optional() }), answer: Pipeline,
});
export const previewPlan = operation({
  id: 'previewPlan', method: 'POST', path: '/v1/plans', tag, action: 'view', summary: 'What that would do, and its hash; nothing runs',
  body: z.strictObject({ service: ServiceName, version: Version, environment: EnvironmentName }), answer: PlanPreview,
});
export const readPipeline = operation({ id: 'readPipeline', method: 'GET', path: '/v1/pipelines/:pipeline', tag, action: 'view', params, summary: 'A pipeline with its deployments: plan, holds with the judge\'s evidence, tests, approvals', answer: PipelineDetail });
export const readExecutions = operation({ id: 'readExecutions', method: 'GET', path: '/v1/pipelines/:pipeline/history', tag, action: 'view', params, summary: 'The execution history, nested executions included, with Step Functions\' event names', answer: z.array(Execution) });
export const cancelPipeline = operation({
  id: 'cancelPipeline', method: 'POST', path: '/v1/pipelines/:pipeline/cancel', tag, action: 'cancel', params, summary: 'Ends it at its next turn; what it changed is taken back', body: z.strictObject({ why: Why }), answer: Pipeline,
});
