/** What must happen after a write, kept with the write until it has happened. */
import * as z from 'zod';
import { TraceParent } from './trace/trace-parent.ts';

/** What people are told of by an alert; docs/operations.md says what each means and what to do. */
export const ALERTS = [
  'deployed', 'rolled-back', 'pipeline-failed', 'stuck-deployment', 'pipeline-stuck', 'pipeline-moves', 'approval-requested', 'approval-expired', 'approval-voided',
  'both-revisions-fail', 'recording', 'crash-loop', 'drift-remains', 'target-unavailable', 'target-recovered', 'repository-unreachable', 'repository-reachable', 'git-host-refused', 'git-host-unreachable', 'git-host-reachable', 'slack-refused',
  'notice-given-up', 'recipient-disabled', 'relay-failing', 'relay-left-out', 'relay-recovered',
] as const;
export type AlertKind = (typeof ALERTS)[number];

export const Alert = z.strictObject({
  severity: z.enum(['info', 'warning', 'critical']),
  /** One of ALERTS; one that was kept before an upgrade may be another. */
  kind: z.string(),
  service: z.string().nullable(),
  environment: z.string().nullable(),
  /** Absent: about none, or kept before this was said. */
  pipeline: z.string().optional(),
  text: z.string().max(4000),
});
export type Alert = z.infer<typeof Alert>;

export const Effect = z.discriminatedUnion('kind', [
  /** `trace`: the one that it goes on in, also when a sweep starts it; absent where nothing is traced. */
  z.strictObject({ kind: z.literal('start'), machine: z.string(), name: z.string(), input: z.unknown(), trace: TraceParent.optional() }),
  z.strictObject({ kind: z.literal('succeed-task'), token: z.string(), output: z.unknown() }),
  z.strictObject({ kind: z.literal('fail-task'), token: z.string(), error: z.string(), cause: z.string() }),
  z.strictObject({ kind: z.literal('cancel-build'), build: z.string() }),
  z.strictObject({ kind: z.literal('cancel-commands'), idPrefix: z.string().min(1) }),
  z.strictObject({ kind: z.literal('alert'), alert: Alert }),
]);
export type Effect = z.infer<typeof Effect>;

export const OutboxItem = z.strictObject({ id: z.string(), effect: Effect, writtenAt: z.number() });
export type OutboxItem = z.infer<typeof OutboxItem>;
