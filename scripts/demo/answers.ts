/** The API's answers, as far as the demo looks at them. */
import * as z from 'zod';

const Weights = z.record(z.string(), z.number());
const Arm = z.object({ requests: z.number(), failures: z.number(), failureRate: z.number().nullable() });
export const Verdict = z.object({ kind: z.string(), reason: z.string(), evidence: z.object({ candidate: Arm, stable: Arm.nullable(), logE: z.number(), boundary: z.number(), decidedAt: z.object({ abort: z.number().nullable() }) }) });
export type Verdict = z.infer<typeof Verdict>;

export const Instance = z.object({ instance: z.string(), revision: z.string(), zone: z.string(), health: z.string(), address: z.string().nullable() });
export type Instance = z.infer<typeof Instance>;
const Observed = z.object({ weights: Weights, instances: z.array(Instance), endpoint: z.string().nullable() });

const Hold = z.object({ stage: z.string(), batch: z.number(), verdict: Verdict.nullable() });
const Status = z.object({ kind: z.string(), reason: z.string().optional(), error: z.string().optional() });
export const Approval = z.object({ id: z.string(), binding: z.string(), author: z.string().nullable(), subject: z.object({ service: z.string(), environment: z.string(), version: z.string(), question: z.string() }), status: Status });
export type Approval = z.infer<typeof Approval>;

export const Pipeline = z.object({ id: z.string(), service: z.string(), version: z.string(), stage: z.string(), digest: z.string().nullable(), author: z.string().nullable(), status: Status });
export type Pipeline = z.infer<typeof Pipeline>;

export const PipelineDetail = z.object({
  pipeline: Pipeline,
  deployments: z.array(z.object({
    deployment: z.object({ id: z.string(), environment: z.string(), stage: z.string().nullable(), batch: z.number(), status: Status, holds: z.array(Hold), plan: z.object({ candidate: z.string(), stable: z.string().nullable() }) }),
    tests: z.array(z.object({ name: z.string(), outcome: z.string() })),
    approvals: z.array(Approval),
    observed: Observed.nullable(),
  })),
});
export type PipelineDetail = z.infer<typeof PipelineDetail>;

export const ServiceStatus = z.object({
  service: z.object({ name: z.string(), pipelines: z.number() }),
  places: z.array(z.object({
    environment: z.string(),
    desired: z.object({ stable: z.string().nullable(), deployment: z.string().nullable(), revisions: z.record(z.string(), z.object({ spec: z.object({ version: z.string() }) })) }).nullable(),
    observed: Observed.nullable(),
  })),
});
export type ServiceStatus = z.infer<typeof ServiceStatus>;
export const Services = z.array(ServiceStatus);

export const Deliveries = z.array(z.object({
  id: z.string(),
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('pending') }),
    z.object({ kind: z.literal('decided'), admissions: z.array(z.object({ kind: z.string(), service: z.string().nullable(), pipeline: z.string().optional(), reason: z.string().optional() })) }),
  ]),
}));
export type Delivery = z.infer<typeof Deliveries>[number];

export const Executions = z.array(z.object({
  machine: z.string(), name: z.string(), status: z.string(),
  events: z.array(z.object({ id: z.number(), previousId: z.number(), at: z.number(), type: z.string(), state: z.string().optional() })),
}));
export type Executions = z.infer<typeof Executions>;
