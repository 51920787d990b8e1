/** Services and the environments they are in, as far as they are shown. */
import * as z from 'zod';
import { Approval } from './approval.ts';
import { PipelineSummary } from './pipeline-summary.ts';
import { Line } from './text.ts';

const Weights = z.record(z.string(), z.number());

export const Observed = z.object({
  weights: Weights,
  instances: z.array(z.object({ instance: Line, revision: Line, zone: Line, health: Line, startedAt: z.number(), relaunches: z.number(), address: Line.nullable(), problem: Line.nullable(), quarantined: z.boolean() })),
  endpoint: Line.nullable(),
});
export type Observed = z.infer<typeof Observed>;

export const Desired = z.object({
  service: Line,
  environment: Line,
  generation: z.number(),
  stable: Line.nullable(),
  revisions: z.record(z.string(), z.object({ spec: z.object({ version: Line }), count: z.number() })),
  weights: Weights,
  deployment: Line.nullable(),
  paused: z.object({ by: Line, why: Line, at: z.number() }).nullable(),
  zonesLost: z.array(Line),
});
export type Desired = z.infer<typeof Desired>;

export const PlaceStatus = z.object({ environment: Line, desired: Desired.nullable(), observed: Observed.nullable() });
export type PlaceStatus = z.infer<typeof PlaceStatus>;

export const Service = z.object({ name: Line, team: Line, repository: Line.nullable(), pipelines: z.number() });
export const ServiceStatus = z.object({ service: Service, places: z.array(PlaceStatus), running: z.array(PipelineSummary), waiting: z.array(Approval), last: PipelineSummary.nullable().default(null) });
export type ServiceStatus = z.infer<typeof ServiceStatus>;
