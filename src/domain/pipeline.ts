/** A pipeline: one run that takes a release through its environments. */
import * as z from 'zod';
import { CommitId, Digest, EnvironmentName, Identity, PipelineId, ReleaseId, ServiceName } from './ids.ts';
import { Manifest } from './manifest.ts';
import { TraceParent } from './trace/trace-parent.ts';

export const PipelineStatus = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('running') }),
  z.strictObject({ kind: z.literal('succeeded'), at: z.number() }),
  z.strictObject({ kind: z.literal('failed'), at: z.number(), error: z.string(), reason: z.string() }),
  z.strictObject({ kind: z.literal('superseded'), at: z.number(), by: PipelineId }),
  z.strictObject({ kind: z.literal('cancelled'), at: z.number(), by: Identity, why: z.string() }),
]);
export type PipelineStatus = z.infer<typeof PipelineStatus>;

/** Somebody or something wants this pipeline to end; its next turn sees it and goes back. */
export const StopRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('superseded'), by: PipelineId }),
  z.strictObject({ kind: z.literal('cancelled'), by: Identity, why: z.string() }),
]);
export type StopRequest = z.infer<typeof StopRequest>;

export const Pipeline = z.strictObject({
  id: PipelineId,
  service: ServiceName,
  number: z.int().min(1),
  /** push: from a commit. deploy: an artifact that exists. rollback: an earlier release, without canary and questions. */
  cause: z.enum(['push', 'deploy', 'rollback']),
  mode: z.enum(['normal', 'fast']),
  repository: z.string().nullable(),
  commit: CommitId.nullable(),
  /** The first line of the commit's message; null where no commit was read. */
  subject: z.string().max(500).nullable().default(null),
  manifestPath: z.string().nullable(),
  branch: z.string().nullable(),
  version: z.string(),
  manifest: Manifest,
  author: Identity.nullable(),
  startedBy: Identity,
  /** Set by the build, or at once for an artifact that exists. */
  digest: Digest.nullable(),
  release: ReleaseId.nullable(),
  /** Environments by wave, in order. */
  waves: z.array(z.array(EnvironmentName).min(1)).min(1),
  /** How far it is, for people; the state machine's history is the truth. */
  stage: z.string(),
  status: PipelineStatus,
  stop: StopRequest.nullable(),
  startedAt: z.number(),
  /** The trace that it was started in, and by which span of it; null where nothing was traced. */
  trace: TraceParent.nullable().default(null),
});
export type Pipeline = z.infer<typeof Pipeline>;

export const isOver = (pipeline: Pipeline): boolean => pipeline.status.kind !== 'running';
