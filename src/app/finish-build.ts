/** Takes a build's outcome: artifact, release and the answer to the waiting task in one transaction. */
import type { PipelineId } from '../domain/ids.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { Artifact, Release } from '../domain/release.ts';
import { releaseIdOf } from '../domain/release-id.ts';
import type { Service } from '../domain/service.ts';
import type { BuildOutcome } from '../ports/builder.ts';
import type { Write } from '../ports/item-store.ts';
import { commit, type CommitNeeds } from './state/commit.ts';
import { creating, expecting, getPipeline, getService, read, replacing, untilWritten, type Stored } from './state/documents.ts';
import { artifactKey, releaseKey } from './state/keys.ts';

export const finishBuild = (needs: CommitNeeds) => (input: { pipelineId: PipelineId; token: string; outcome: BuildOutcome }): Promise<void> => untilWritten(async () => {
  const { outcome } = input;
  const stored = await getPipeline(needs.store, input.pipelineId);
  if (outcome.status === 'failed') {
    await commit(needs, [], [{ kind: 'fail-task', token: input.token, error: 'BuildFailed', cause: `${outcome.step}: ${outcome.message}\n${outcome.tail}`.slice(0, 8000) }]);
    return;
  }
  const artifact: Artifact = {
    service: stored.value.service, digest: outcome.digest, version: stored.value.version, bytes: outcome.bytes,
    provenance: {
      repository: stored.value.repository ?? '', commit: stored.value.commit, branch: stored.value.branch, author: stored.value.author, pusher: stored.value.startedBy,
      builtAt: needs.clock.now(), buildSeconds: outcome.seconds, log: outcome.log, builder: 'slipway',
    },
  };
  await commit(needs, await withRelease(needs, stored, artifact), [{ kind: 'succeed-task', token: input.token, output: { digest: outcome.digest } }]);
});

/** The writes that give a pipeline its artifact and release. An artifact registered under this version before stays as it is. */
export async function withRelease(needs: Pick<CommitNeeds, 'store' | 'clock'>, stored: Stored<Pipeline>, artifact: Artifact | null): Promise<Write[]> {
  const pipeline = stored.value;
  const digest = artifact?.digest ?? pipeline.digest;
  if (digest === null) throw new TypeError(`${pipeline.id} has no artifact`);
  const release: Release = {
    id: releaseIdOf({ service: pipeline.service, digest, manifest: pipeline.manifest, flags: {} }), service: pipeline.service, version: pipeline.version, digest,
    manifest: pipeline.manifest, flags: {}, commit: pipeline.commit, author: pipeline.author, pusher: pipeline.startedBy, createdAt: needs.clock.now(),
  };
  const service = await getService(needs.store, pipeline.service);
  const knownRelease = await read(needs.store, Release, releaseKey(pipeline.service, release.id));
  const knownArtifact = artifact === null ? undefined : await read(needs.store, Artifact, artifactKey(pipeline.service, artifact.version));
  return [
    replacing(stored, { ...pipeline, digest, release: release.id }),
    replacing(service, { ...service.value, lastRelease: release.id } satisfies Service),
    // The same content pushed under another commit is the same release; its labels follow the newest.
    { kind: 'put', key: releaseKey(pipeline.service, release.id), value: release, condition: expecting(knownRelease) },
    ...(artifact !== null && knownArtifact === undefined ? [creating(artifactKey(pipeline.service, artifact.version), artifact)] : []),
  ];
}
