/** The candidate's specification: the release laid over its environment. */
import type { Effective } from '../effective.ts';
import type { Environment } from '../environment.ts';
import type { RevisionId } from '../ids.ts';
import type { Release } from '../release.ts';
import type { RevisionSpec } from '../revision.ts';

export function revisionSpec(release: Release, environment: Environment, inForce: Effective, revision: RevisionId): RevisionSpec {
  const { manifest } = release;
  return {
    revision,
    service: release.service,
    environment: environment.name,
    release: release.id,
    version: release.version,
    digest: release.digest,
    start: manifest.start,
    health: manifest.health,
    configuration: inForce.configuration,
    secrets: inForce.secrets,
    resources: { memory: inForce.resources.memory, cpu: inForce.resources.cpu },
    zones: [...inForce.zones],
    stickiness: inForce.stickiness,
    stopSeconds: manifest.stopWithin,
    drainSeconds: manifest.rollout.drain,
    access: inForce.access,
    settings: inForce.settings,
    ...(manifest.worker === undefined ? {} : { worker: manifest.worker }),
    ...(manifest.openTelemetry === undefined ? {} : { openTelemetry: manifest.openTelemetry }),
    ...(manifest.schema === undefined ? {} : { schema: manifest.schema }),
  };
}
