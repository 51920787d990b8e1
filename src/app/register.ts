/** Registers what Slipway listens to and deploys: repositories, and artifacts that an outside CI built. */
import { Conflict, InvalidInput, NotFound } from '../domain/errors.ts';
import { likelyHost, type GitHost } from '../domain/git-host.ts';
import type { CommitId, Digest, Identity, ServiceName } from '../domain/ids.ts';
import type { Manifest } from '../domain/manifest.ts';
import { releaseIdOf } from '../domain/release-id.ts';
import { Artifact, Release } from '../domain/release.ts';
import { addressProblem, canonicalRepository, REPOSITORY_FORM, REPOSITORY_FORMS } from '../domain/repository-url.ts';
import { Repository, Service } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import { listedRepositories, type RegisteredNeeds } from './registered.ts';
import { creating, expecting, list, read, replacing, untilWritten, type Stored } from './state/documents.ts';
import { artifactKey, releaseKey, repositoryKey, serviceKey, sweptKey } from './state/keys.ts';

/** The same repository again changes nothing, but for a kind of host that is named now. @throws InvalidInput for what is no address of a repository */
export const registerRepository = (needs: Pick<Ports, 'store' | 'clock'>) => (input: { url: string; host?: GitHost | undefined; by: Identity }): Promise<Repository> => untilWritten(async () => {
  if (!REPOSITORY_FORM.test(input.url.trim())) throw new InvalidInput(`This is no address of a repository. Use ${REPOSITORY_FORMS}.`);
  const problem = addressProblem(input.url.trim());
  if (problem !== null) throw new InvalidInput(`The repository was not registered: ${problem.why}. ${problem.next}`);
  const url = canonicalRepository(input.url);
  const known = await read(needs.store, Repository, repositoryKey(url));
  if (known !== undefined) return input.host === undefined || input.host === known.value.host ? known.value : renamed(needs, known, input.host);
  const repository: Repository = { url, cloneUrl: input.url.trim(), host: input.host ?? likelyHost(url), registeredBy: input.by, registeredAt: needs.clock.now() };
  await needs.store.transact([creating(repositoryKey(url), repository)]);
  return repository;
});

async function renamed(needs: Pick<Ports, 'store'>, known: Stored<Repository>, host: GitHost): Promise<Repository> {
  const repository = { ...known.value, host };
  await needs.store.transact([replacing(known, repository)]);
  return repository;
}

/**
 * Its pushes are not released any more. What runs goes on running, and its services keep their names.
 * @returns the services that came from it. @throws NotFound, and Conflict for one that the environments file lists
 */
export const removeRepository = (needs: RegisteredNeeds) => (input: { url: string }): Promise<{ url: string; services: ServiceName[] }> => untilWritten(async () => {
  const url = canonicalRepository(input.url);
  if (listedRepositories(await needs.environments.read()).some((listed) => listed.url === url)) throw new Conflict(`${url} is listed in environments.yaml. Take it off the list of "repositories" there.`, { url });
  const known = await read(needs.store, Repository, repositoryKey(url));
  if (known === undefined) throw new NotFound(`The repository ${url} is not registered. See those that are: slipway service list`);
  const swept = await needs.store.get(sweptKey(url));
  await needs.store.transact([known, ...(swept === undefined ? [] : [{ key: sweptKey(url), generation: swept.generation }])].map(({ key, generation }) => ({ kind: 'delete' as const, key, condition: { generation } })));
  return { url, services: (await list(needs.store, Service, 'services', '')).filter(({ value }) => value.repository === url).map(({ value }) => value.name) };
});

export interface ArtifactInput {
  readonly manifest: Manifest;
  readonly digest: Digest;
  readonly bytes: number;
  readonly version: string;
  readonly repository: string | null;
  readonly commit: CommitId | null;
  readonly author: Identity | null;
  readonly by: Identity;
}

/** A version is registered once: the same digest again changes nothing. @throws Conflict for another digest; NotFound when it is not in the artifact store */
export const registerArtifact = (needs: Pick<Ports, 'store' | 'clock' | 'artifacts'>) => async (input: ArtifactInput): Promise<{ artifact: Artifact; release: Release }> => {
  // An image is in its registry, not here.
  if (input.manifest.image === undefined && !(await needs.artifacts.has(input.digest))) throw new NotFound(`The artifact store has nothing with the digest ${input.digest}. Upload the archive first.`);
  return writeArtifact(needs)(input);
};

/** Writes an artifact that is where its target finds it. @throws Conflict for another digest of the same version */
export const writeArtifact = (needs: Pick<Ports, 'store' | 'clock'>) => (input: ArtifactInput): Promise<{ artifact: Artifact; release: Release }> => untilWritten(async () => {
  const { manifest } = input;
  const known = await read(needs.store, Artifact, artifactKey(manifest.service, input.version));
  if (known !== undefined && known.value.digest !== input.digest) throw new Conflict(`Version ${input.version} of ${manifest.service} is ${known.value.digest} already. An artifact never changes: choose another version.`, { digest: known.value.digest });
  const now = needs.clock.now();
  const artifact: Artifact = known?.value ?? {
    service: manifest.service, digest: input.digest, version: input.version, bytes: input.bytes,
    provenance: { repository: input.repository ?? '', commit: input.commit, branch: null, author: input.author, pusher: input.by, builtAt: now, buildSeconds: 0, log: null, builder: 'outside' },
  };
  const release: Release = { id: releaseIdOf({ service: manifest.service, digest: input.digest, manifest, flags: {} }), service: manifest.service, version: input.version, digest: input.digest, manifest, flags: {}, commit: input.commit, author: input.author, pusher: input.by, createdAt: now };
  const service = await read(needs.store, Service, serviceKey(manifest.service));
  const knownRelease = await read(needs.store, Release, releaseKey(manifest.service, release.id));
  await needs.store.transact([
    { kind: 'put', key: serviceKey(manifest.service), condition: expecting(service), value: { name: manifest.service, team: manifest.team, repository: service?.value.repository ?? null, manifestPath: service?.value.manifestPath ?? null, pipelines: service?.value.pipelines ?? 0, lastRelease: release.id, registeredAt: service?.value.registeredAt ?? now } satisfies Service },
    ...(known === undefined ? [creating(artifactKey(manifest.service, input.version), artifact)] : []),
    { kind: 'put', key: releaseKey(manifest.service, release.id), condition: expecting(knownRelease), value: release },
  ]);
  return { artifact, release };
});
