/** The installation's lists, as far as they are shown. */
import * as z from 'zod';
import { GIT_HOSTS } from '../../domain/git-host.ts';
import { Line, Text } from './text.ts';

const Count = z.union([z.number(), z.object({ percent: z.number() })]);
export const Environments = z.object({
  environments: z.array(z.object({ name: Line, kind: Line, wave: z.number(), instances: Count, zones: z.array(Line), minimumHealthy: Count, approvers: z.array(Line) })),
  defaults: z.object({ approvers: z.array(Line).default([]) }).default({ approvers: [] }),
});
export const Repository = z.object({ url: Line, host: z.enum(GIT_HOSTS).nullable().default(null), registeredBy: Line, registeredAt: z.number().nullable() });
export const Repositories = z.array(Repository);
export const RemovedRepository = z.object({ url: Line, services: z.array(Line) });

export const Delivery = z.object({
  id: Line, host: Line.nullable().default(null), foundBy: Line.default('webhook'), replayOf: Line.nullable().default(null), repository: Line, ref: Line, before: Line, after: Line, pusher: Line.nullable(), receivedAt: z.number(),
  workflow: z.object({ file: Line, number: z.number(), conclusion: Line }).optional(),
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('pending') }),
    z.object({ kind: z.literal('decided'), admissions: z.array(z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('admitted'), service: Line, pipeline: Line }),
      z.object({ kind: z.literal('refused'), service: Line.nullable(), reason: Line }),
    ])) }),
  ]),
});
export type Delivery = z.infer<typeof Delivery>;
export const Deliveries = z.array(Delivery);
export const Alerts = z.array(z.object({ at: z.number(), severity: z.enum(['info', 'warning', 'critical']), kind: Line, service: Line.nullable(), environment: Line.nullable(), text: Line }));
export const PlanPreview = z.object({ hash: Line, lines: z.array(Text) });
export const Reconciled = z.object({
  looked: z.number(), repairs: z.number(), failed: z.array(Line),
  drifted: z.array(z.object({ service: Line, environment: Line, drifts: z.array(z.looseObject({ kind: Line })) })),
});
export const Logs = z.array(z.object({ instance: Line, revision: Line, text: z.string() }));
export const Blob = z.object({ digest: z.string(), bytes: z.number() });
export const RegisteredArtifact = z.object({ artifact: z.object({ service: Line, version: Line, digest: Line }), release: z.object({ id: Line }) });
