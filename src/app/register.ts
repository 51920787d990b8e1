/** Registers what Slipway listens to and deploys: repositories, and artifacts that an outside CI built. */
import { Conflict, InvalidInput, NotFound } from '../domain/errors.ts';
import { likelyHost, type GitHost } from '../domain/git-host.ts';
import type { CommitId, Digest, Identity } from '../domain/ids.ts';
import type { Manifest } from '../domain/manifest.ts';
import { releaseIdOf } from '../domain/release-id.ts';
import { Artifact, Release } from '../domain/release.ts';
import { canonicalRepository } from '../domain/repository-url.ts';
import { Repository, Service } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import { creating, expecting, list, read, replacing, untilWritten, type Stored } from './state/documents.ts';
import { artifactKey, releaseKey, repositoryKey, serviceKey } from './state/keys.ts';

/** The forms that git is ever given; the sources look closer, before git sees one. With `::` git would run a command. */
const REPOSITORY_FORM = /^(?:(?:https?|ssh|file):\/\/|\/(?!\/)|[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!:))\S+$/;

/** The same repository again changes nothing, but for a kind of host that is named now. @throws InvalidInput for what is no address of a repository */
export const registerRepository = (needs: Pick<Ports, 'store' | 'clock'>) => (input: { url: string; host?: GitHost | undefined; by: Identity }): Promise<Repository> => untilWritten(async () => {
  if (!REPOSITORY_FORM.test(input.url.trim())) throw new InvalidInput('This is no address of a repository. Use https://host/path, ssh://user@host/path, user@host:path, file:///path or an absolute path.');
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

export const repositories = (needs: Pick<Ports, 'store'>) => async (): Promise<Repository[]> => (await list(needs.store, Repository, 'repositories', '')).map((stored) => stored.value);

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
export const registerArtifact = (needs: Pick<Ports, 'store' | 'clock' | 'artifacts'>) => (input: ArtifactInput): Promise<{ artifact: Artifact; release: Release }> => untilWritten(async () => {
  const { manifest } = input;
  if (!(await needs.artifacts.has(input.digest))) throw new NotFound(`The artifact store has nothing with the digest ${input.digest}. Upload the archive first.`);
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
