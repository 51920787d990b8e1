/** Artifacts and releases: what moves through the environments, and what rolls back together. */
import * as z from 'zod';
import { CommitId, Digest, Identity, ReleaseId, ServiceName } from './ids.ts';
import { Manifest } from './manifest.ts';

export const Provenance = z.strictObject({
  repository: z.string(),
  commit: CommitId.nullable(),
  branch: z.string().nullable(),
  author: Identity.nullable(),
  pusher: Identity.nullable(),
  builtAt: z.number(),
  buildSeconds: z.number(),
  /** Digest of the build log in the artifact store. */
  log: Digest.nullable(),
  builder: z.string(),
});
export type Provenance = z.infer<typeof Provenance>;

export const Artifact = z.strictObject({ service: ServiceName, digest: Digest, version: z.string().min(1).max(128), bytes: z.int(), provenance: Provenance });
export type Artifact = z.infer<typeof Artifact>;

export const Release = z.strictObject({
  id: ReleaseId,
  service: ServiceName,
  version: z.string(),
  digest: Digest,
  /** The manifest as of this release: topology and configuration roll back with the artifact. */
  manifest: Manifest,
  flags: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])),
  commit: CommitId.nullable(),
  author: Identity.nullable(),
  pusher: Identity.nullable(),
  createdAt: z.number(),
});
export type Release = z.infer<typeof Release>;
