/** A revision: a release as placed in one environment, with all a target needs to run it. */
import * as z from 'zod';
import { Access, Settings } from './access.ts';
import { Digest, EnvironmentName, ReleaseId, RevisionId, ServiceName } from './ids.ts';
import { Command, HealthCheck, OpenTelemetry, SchemaCompatibility, Secrets, Worker } from './manifest.ts';
import { Stickiness } from './route.ts';

export const RevisionSpec = z.strictObject({
  revision: RevisionId,
  service: ServiceName,
  environment: EnvironmentName,
  release: ReleaseId,
  version: z.string(),
  digest: Digest,
  start: Command,
  health: HealthCheck,
  /** The merged configuration: installation defaults, environment, manifest, manifest's part for the environment. */
  configuration: z.record(z.string(), z.string()),
  /** References only; a target resolves them when it starts an instance. */
  secrets: Secrets,
  resources: z.strictObject({ memory: z.number(), cpu: z.number() }),
  zones: z.array(z.string()).min(1),
  stickiness: Stickiness,
  stopSeconds: z.number(),
  drainSeconds: z.number(),
  /** Whose resources it uses; null: the target's own. */
  access: Access.nullable().default(null),
  /** The target's settings in force when it was planned. */
  settings: Settings.default({}),
  /** How a queue worker tells its counts; absent for a service that answers requests. */
  worker: Worker.optional(),
  /** Its instances send their counts by OpenTelemetry; absent where the router counts. */
  openTelemetry: OpenTelemetry.optional(),
  /** Which versions of its data it works with; absent where its release declares nothing. */
  schema: SchemaCompatibility.optional(),
});
export type RevisionSpec = z.infer<typeof RevisionSpec>;
