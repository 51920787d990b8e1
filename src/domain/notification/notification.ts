/** What people and programs outside may be told: one happening, in words and in facts. */
import * as z from 'zod';
import { EnvironmentName, PipelineId, ServiceName } from '../ids.ts';

export const NOTIFIED = [
  'pipeline-started', 'pipeline-succeeded', 'pipeline-failed', 'pipeline-stopped', 'deployment-started', 'deployment-succeeded', 'deployment-rolled-back',
  'approval-requested', 'approval-approved', 'approval-rejected', 'approval-expired', 'approval-voided', 'alert', 'test',
] as const;
export type Notified = (typeof NOTIFIED)[number];

/** Least first. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;
export const isAtLeast = (severity: Severity, least: Severity): boolean => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);

/** For programs; null is what does not apply. */
export const Facts = z.strictObject({
  deployment: z.string().nullable(),
  version: z.string().nullable(),
  release: z.string().nullable(),
  digest: z.string().nullable(),
  commit: z.string().nullable(),
  repository: z.string().nullable(),
  author: z.string().nullable(),
  startedBy: z.string().nullable(),
  /** The revision that served before; null for a first release. */
  stable: z.string().nullable(),
  approval: z.string().nullable(),
  approvers: z.array(z.string()),
  decidedBy: z.array(z.string()),
  /** What an alert is about, such as `crash-loop`. */
  alert: z.string().nullable(),
  /** Of a failure: the error's name and what it said. */
  error: z.string().nullable(),
  reason: z.string().nullable(),
});
export type Facts = z.infer<typeof Facts>;

export const NO_FACTS: Facts = { deployment: null, version: null, release: null, digest: null, commit: null, repository: null, author: null, startedBy: null, stable: null, approval: null, approvers: [], decidedBy: [], alert: null, error: null, reason: null };

export const Notification = z.strictObject({
  /** Of what happened, the same however often it is told: `deployment-rolled-back:catalog-7-production`. */
  id: z.string(),
  kind: z.enum(NOTIFIED),
  severity: Severity,
  /** When it happened, milliseconds since the epoch. */
  at: z.number(),
  /** Null: about the installation. */
  service: ServiceName.nullable(),
  team: z.string().nullable(),
  environment: EnvironmentName.nullable(),
  pipeline: PipelineId.nullable(),
  title: z.string().max(200),
  text: z.string().max(4000),
  /** Where it can be looked at; null where the installation has no public address. */
  url: z.string().nullable(),
  facts: Facts,
});
export type Notification = z.infer<typeof Notification>;
