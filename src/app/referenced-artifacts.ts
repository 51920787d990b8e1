/** Every digest that something still names: what may never be collected. */
import type { Digest } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { Recording } from '../domain/recording/recording.ts';
import { Artifact, Release } from '../domain/release.ts';
import { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { services } from './look.ts';
import { list } from './state/documents.ts';
import { recordingPartition, servicePartition, shards } from './state/keys.ts';

const ALL = 1_000_000;

export const referencedArtifacts = (needs: Pick<Ports, 'store'>) => async (): Promise<ReadonlySet<Digest>> => {
  const digests = new Set<Digest>();
  const add = (digest: Digest | null): void => void (digest !== null && digests.add(digest));
  for (const { name } of await services(needs)()) {
    const partition = servicePartition(name);
    for (const { value } of await list(needs.store, Artifact, partition, 'artifact#', ALL)) for (const digest of [value.digest, value.provenance.log]) add(digest);
    for (const { value } of await list(needs.store, Release, partition, 'release#', ALL)) add(value.digest);
    for (const { value } of await list(needs.store, Recording, recordingPartition(name), '', ALL)) add(value.digest);
    for (const { value } of await list(needs.store, Pipeline, partition, 'pipeline#', ALL)) add(value.digest);
  }
  for (const shard of shards()) {
    for (const { value } of await list(needs.store, Desired, `desired#${shard}`, '', ALL)) for (const { spec } of Object.values(value.revisions)) add(spec.digest);
  }
  return digests;
};
