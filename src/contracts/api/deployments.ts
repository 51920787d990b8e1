/** Pipelines and deployments: start, look, steer. */
import * as z from 'zod';
import { Deployment, TestResult } from '../../domain/deployment.ts';
import { GateRun } from '../../domain/gate-run.ts';
import { EnvironmentName, PipelineId, ServiceName } from '../../domain/ids.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import { Plan } from '../../domain/plan.ts';
import { TraceId } from '../../domain/trace/trace-parent.ts';
import { Observed } from '../../domain/state.ts';
import { Approval } from './approvals.ts';
import { MACHINE_NAMES } from '../../domain/machines.ts';
import { Moment, operation, paging, Time, Why } from './operation.ts';

/** Where the trace of a pipeline is found. */
const TraceLink = z.strictObject({ id: TraceId, url: z.url().nullable().meta({ description: 'Null where nobody has said where traces are looked at.' }) });

export const PipelineDetail = z.strictObject({
  pipeline: Pipeline,
  trace: TraceLink.nullable().meta({ description: 'Null where nothing was traced.' }),
  deployments: z.array(z.strictObject({ deployment: Deployment, tests: z.array(TestResult), gates: z.array(GateRun).meta({ description: 'Gates that are commands, as far as they have begun. Those that ask people are among the approvals.' }), approvals: z.array(Approval), observed: Observed.nullable(), lines: z.array(z.string()).meta({ description: 'The plan, in lines for people.' }) })),
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

/** How often a state was entered and left, and when last. It is at work while it was entered more often. */
const StateProgress = z.strictObject({ entered: z.int(), exited: z.int(), failed: z.int(), enteredAt: Time, exitedAt: Time.nullable() });
export const ExecutionProgress = z.strictObject({
  machine: z.string(), name: z.string(), status: z.string(), startedAt: Time, stoppedAt: Time.nullable(), url: z.url().nullable(),
  /** The execution, and the state in it, that started this one; null for the pipeline's own. */
  startedBy: z.strictObject({ name: z.string(), state: z.string().nullable() }).nullable(),
  states: z.record(z.string(), StateProgress),
});
export type ExecutionProgress = z.infer<typeof ExecutionProgress>;

export const ExecutionDefinition = z.strictObject({ machine: z.string(), name: z.string(), definition: z.looseObject({ StartAt: z.string(), States: z.record(z.string(), z.looseObject({ Type: z.string() })) }) });

export const PlanPreview = z.strictObject({ plan: Plan, hash: z.string(), lines: z.array(z.string()) });

export const OUTCOMES = ['running', 'succeeded', 'failed', 'superseded', 'cancelled'] as const;
/** A pipeline without its manifest. */
export const PipelineLine = Pipeline.omit({ manifest: true }).extend({ team: z.string() });
export type PipelineLine = z.infer<typeof PipelineLine>;

const tag = 'Deployments';
const params = z.object({ pipeline: PipelineId });
const Version = z.string().min(1).max(128);

export const deploy = operation({
  id: 'deploy', method: 'POST', path: '/v1/deployments', tag, action: 'deploy', status: 202, summary: 'Starts a pipeline with an artifact that exists',
  body: z.strictObject({
    service: ServiceName, version: Version, environment: EnvironmentName.optional(),
    plan: z.string().regex(/^[0-9a-f]{64}$/).optional().meta({ description: 'The hash of the plan that was shown for `environment`: with another plan now, nothing is started (412).' }),
  }), answer: Pipeline,
});
export const previewPlan = operation({
  id: 'previewPlan', method: 'POST', path: '/v1/plans', tag, action: 'view', summary: 'What that would do, and its hash; nothing runs',
  body: z.strictObject({ service: ServiceName, version: Version, environment: EnvironmentName }), answer: PlanPreview,
});
export const readPipeline = operation({ id: 'readPipeline', method: 'GET', path: '/v1/pipelines/:pipeline', tag, action: 'view', params, summary: 'A pipeline with its deployments: plan, holds with the judge\'s evidence, tests, approvals', answer: PipelineDetail });
export const readExecutions = operation({ id: 'readExecutions', method: 'GET', path: '/v1/pipelines/:pipeline/history', tag, action: 'view', params, summary: 'The execution history, nested executions included, with Step Functions\' event names', answer: z.array(Execution) });
export const readProgress = operation({ id: 'readProgress', method: 'GET', path: '/v1/pipelines/:pipeline/progress', tag, action: 'view', params, summary: 'How far each state of its executions is, nested ones included: the history, summed up', answer: z.array(ExecutionProgress) });
export const readDefinition = operation({
  id: 'readDefinition', method: 'GET', path: '/v1/pipelines/:pipeline/executions/:machine/:execution', tag, action: 'view', params: params.extend({ machine: z.enum(MACHINE_NAMES), execution: z.string().regex(/^[0-9A-Za-z_-]{1,80}$/) }),
  summary: 'The state machine that one of its executions runs, in the Amazon States Language', answer: ExecutionDefinition,
});
export const searchPipelines = operation({
  id: 'searchPipelines', method: 'GET', path: '/v1/pipelines', tag, action: 'view', paged: true, summary: 'Pipelines of all services, newest first. Without `since` of the last 30 days; 366 days at most',
  query: z.object({
    ...paging(50), service: ServiceName.optional(), team: z.string().max(100).optional(), environment: EnvironmentName.optional(), outcome: z.enum(OUTCOMES).optional(), cause: Pipeline.shape.cause.optional(), since: Moment.optional(), until: Moment.optional(),
  }), answer: z.array(PipelineLine),
});
export const cancelPipeline = operation({
  id: 'cancelPipeline', method: 'POST', path: '/v1/pipelines/:pipeline/cancel', tag, action: 'cancel', params, summary: 'Ends it at its next turn; what it changed is taken back', body: z.strictObject({ why: Why }), answer: Pipeline,
});
